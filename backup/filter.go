package backup

import (
	"context"
	"encoding/binary"

	"firn/record"
)

const (
	// filterAfter is how many contents are looked for in the record before the filter is made:
	// it reads all that the record has.
	filterAfter = 1000
	// filterBits is the size of the filter: 16 MiB, of which one look-up in 500 passes in vain if
	// there are ten million contents.
	filterBits   = 1 << 27
	filterProbes = 5
)

// filter says which contents the record cannot have (a Bloom filter). Of a first backup, almost
// none is there, and looking for each would take as long as writing it.
type filter struct {
	bits   []uint64 // nil: it is not made
	missed int      // contents that were looked for in vain
}

// mayHave reports whether the record may have a content.
func (f *filter) mayHave(d record.Digest) bool {
	if f.bits == nil {
		return true
	}
	for bit := range probes(d[:8]) {
		if f.bits[bit/64]&(1<<(bit%64)) == 0 {
			return false
		}
	}
	return true
}

// add adds a content by the first 8 bytes of its digest.
func (f *filter) add(prefix []byte) {
	if f.bits == nil {
		return
	}
	for bit := range probes(prefix) {
		f.bits[bit/64] |= 1 << (bit % 64)
	}
}

// probes yields the bits of a content. The bytes of a digest are as good as random.
func probes(prefix []byte) func(yield func(bit uint64) bool) {
	return func(yield func(bit uint64) bool) {
		a, b := uint64(binary.BigEndian.Uint32(prefix)), uint64(binary.BigEndian.Uint32(prefix[4:]))|1
		for i := range uint64(filterProbes) {
			if !yield((a + i*b) % filterBits) {
				return
			}
		}
	}
}

// miss counts a content that was looked for in vain, and makes the filter after many. The changes
// have contents that the record does not have yet.
func (f *filter) miss(ctx context.Context, book record.BackupJournal, c *changes) error {
	if f.missed++; f.missed != filterAfter {
		return nil
	}
	f.bits = make([]uint64, filterBits/64)
	for prefix, err := range book.Digests(ctx) {
		if err != nil {
			return err
		}
		f.add(prefix[:])
	}
	for id := range c.unsaved() {
		f.add(id.digest[:8])
	}
	return nil
}
