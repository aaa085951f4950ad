package scrub

import "sync/atomic"

// Counters count what scrubs do. They may be read at any time, by many
// goroutines, and only grow. The zero value has counted nothing.
type Counters struct {
	archives, bytes, leaves, damages atomic.Int64
}

// Counts are Counters at a moment.
type Counts struct {
	Archives      int64 // read to their ends
	Bytes         int64 // of archives, read and compared
	DamagedLeaves int64 // MiB that differ from the stored ones, as far as it is known which
	Damages       int64 // reported: runs of such MiB, and other damage
}

// Counts returns what was counted so far.
func (c *Counters) Counts() Counts {
	return Counts{
		Archives: c.archives.Load(), Bytes: c.bytes.Load(),
		DamagedLeaves: c.leaves.Load(), Damages: c.damages.Load(),
	}
}
