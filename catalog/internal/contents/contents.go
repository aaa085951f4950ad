// Package contents reads everything on record as a stream of items, and counts them.
package contents

import (
	"time"

	"firn/record"
	"firn/vault"
)

// Counts is how much a catalog holds.
type Counts struct {
	Vaults      int64
	Inventories int64
	Archives    int64
	Bytes       int64 // of the archives that are not deleted
	Uploads     int64 // finished and unfinished
	Jobs        int64
	Downloads   int64 // finished and unfinished
}

// Items is how many items these are.
func (n Counts) Items() int64 {
	return n.Vaults + n.Inventories + n.Archives + n.Uploads + n.Jobs + n.Downloads
}

// Item is one item on record, with what belongs to it: a [Vault], a record.Inventory, a
// record.Archive, an [Upload], a record.Job or a [Download].
type Item any

// Vault is a vault that the catalog knows.
type Vault struct {
	URL     string
	Deleted time.Time // when it last accepted to delete an archive
}

// Upload is an upload with parts that the vault acknowledged: all of them, or as many as
// are held in memory at a time. Further items of the same upload have the others.
type Upload struct {
	record.Upload
	Parts     []vault.Part
	Continues bool // it continues the item before it, of the same upload
}

// Download is a download with segments that were verified: all of them, or some as in
// [Upload].
type Download struct {
	record.Download
	Segments  []record.Segment
	Continues bool
}

// Count adds an item.
func (n *Counts) Count(i Item) {
	switch i := i.(type) {
	case Vault:
		n.Vaults++
	case record.Inventory:
		n.Inventories++
	case record.Archive:
		n.Archives++
		if i.State != record.Deleted {
			n.Bytes += max(i.Size, 0)
		}
	case Upload:
		if !i.Continues {
			n.Uploads++
		}
	case record.Job:
		n.Jobs++
	case Download:
		if !i.Continues {
			n.Downloads++
		}
	}
}

// ReportEach is after how many items a long operation reports its progress.
const ReportEach = 10_000
