package walk

import (
	"bytes"
	"slices"
)

// names is a list of names. A name takes its bytes and 8 more.
type names struct {
	blocks [][]byte
	refs   []ref
}

// A ref says where a name is: its block, the offset in it and its length.
type ref uint64

const (
	minBlock = 1 << 10
	maxBlock = 1 << 20 // so that an offset has 20 bits
)

func (n *names) add(name string) {
	last := len(n.blocks) - 1
	if last < 0 || len(n.blocks[last])+len(name) > cap(n.blocks[last]) {
		size := minBlock
		if last >= 0 {
			size = min(2*cap(n.blocks[last]), maxBlock)
		}
		n.blocks = append(n.blocks, make([]byte, 0, max(size, len(name))))
		last++
	}
	n.refs = append(n.refs, ref(last)<<36|ref(len(n.blocks[last]))<<16|ref(len(name)))
	n.blocks[last] = append(n.blocks[last], name...)
}

func (n *names) len() int { return len(n.refs) }

func (n *names) at(i int) string { return string(n.bytes(n.refs[i])) }

func (n *names) bytes(r ref) []byte {
	offset := int(r >> 16 & (maxBlock - 1))
	return n.blocks[r>>36][offset : offset+int(r&0xffff)]
}

// sort orders the names by their bytes. A system that reports a name twice, while others
// change the directory, is heard once.
func (n *names) sort() {
	slices.SortFunc(n.refs, func(a, b ref) int { return bytes.Compare(n.bytes(a), n.bytes(b)) })
	n.refs = slices.CompactFunc(n.refs, func(a, b ref) bool { return bytes.Equal(n.bytes(a), n.bytes(b)) })
}

// has reports whether a sorted list has a name.
func (n *names) has(name string) bool {
	_, found := slices.BinarySearchFunc(n.refs, name, func(r ref, name string) int { return bytes.Compare(n.bytes(r), []byte(name)) })
	return found
}
