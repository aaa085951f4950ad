package treehash

import "crypto/sha256"

// lanes is the number of leaves that the kernel of that name hashes at a time, one in each
// lane of its registers. The leaves are independent, so the latency of one does not slow
// the others.
const lanes = 16

// sixteen is a batch of 16 runs.
type sixteen struct {
	words [8][lanes]uint32 // the first field, so that it is aligned to 64 bytes
	block func(state *[8][lanes]uint32, p *byte, stride, n uintptr)
	size  uint64 // bytes of each run so far
	tail  [sha256.BlockSize]byte
}

func newSixteen(block func(state *[8][lanes]uint32, p *byte, stride, n uintptr)) *sixteen {
	return &sixteen{block: block, words: initialLanes()}
}

// initialLanes returns the initial state of all lanes.
func initialLanes() [8][lanes]uint32 {
	var words [8][lanes]uint32
	for i, word := range initialWords() {
		for lane := range lanes {
			words[i][lane] = word
		}
	}
	return words
}

func (*sixteen) width() int { return lanes }

func (b *sixteen) write(p []byte, stride, n int) {
	_ = p[(lanes-1)*stride+n-1] // the kernel does not check
	b.block(&b.words, &p[0], uintptr(stride), uintptr(n/sha256.BlockSize))
	b.size += uint64(n)
}

// sums uses the same padding for all runs, since they have the same size.
func (b *sixteen) sums() []Hash {
	b.tail = padding(b.size)
	b.block(&b.words, &b.tail[0], 0, 1)
	hashes := make([]Hash, lanes)
	for lane := range hashes {
		var words [8]uint32
		for i := range words {
			words[i] = b.words[i][lane]
		}
		hashes[lane] = hashOf(words)
	}
	return hashes
}
