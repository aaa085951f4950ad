package treehash

import "crypto/sha256"

// two is a batch of two runs. Each run's instructions fill the time in which the other
// run's have to wait.
type two struct {
	block         func(first, second *[8]uint32, p, q *byte, n uintptr)
	first, second [8]uint32
	size          uint64 // bytes of each run so far
	tail          [sha256.BlockSize]byte
}

func newTwo(block func(first, second *[8]uint32, p, q *byte, n uintptr)) *two {
	return &two{block: block, first: initialWords(), second: initialWords()}
}

func (*two) width() int { return 2 }

func (b *two) write(p []byte, stride, n int) {
	_ = p[stride+n-1] // the kernel does not check
	b.block(&b.first, &b.second, &p[0], &p[stride], uintptr(n/sha256.BlockSize))
	b.size += uint64(n)
}

func (b *two) sums() []Hash {
	b.tail = padding(b.size)
	b.block(&b.first, &b.second, &b.tail[0], &b.tail[0], 1)
	return []Hash{hashOf(b.first), hashOf(b.second)}
}
