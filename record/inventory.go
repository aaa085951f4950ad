package record

import (
	"time"

	"firn/vault"
)

// InventoryState is how far the reading of an inventory has come.
type InventoryState string

// The states of an inventory.
const (
	// Reading: some of its entries are in the archives table.
	Reading InventoryState = "reading"
	// Read: all of them are, and what they mean was worked out.
	Read InventoryState = "read"
)

// Inventory is one list of a vault's archives that was read, or is being read.
type Inventory struct {
	Key    int64  // the catalog's own key; 0 before the first save
	Vault  string // canonical URL of the vault
	Source string // "job " and the job's id, or "file " and the file's SHA-256
	// Date is when the vault made it: nothing later is listed. Of a job whose
	// output does not tell, when the job was started.
	Date  time.Time
	List  vault.Listing // what was asked for; only the zero Listing makes anything missing
	State InventoryState
	// Position is where reading goes on; empty: at the beginning.
	Position string

	Entries   int64 // read so far, the bad ones too
	Bad       int64 // of them, set aside with a reason
	Added     int64 // of them, not on record before, or only by an id that another archive had
	Confirmed int64 // of them, as on record
	Differing int64 // of them, otherwise than on record
	Missing   int64 // on record, and not in this inventory nor the full one before
	Returned  int64 // of the Confirmed and Differing, deleted on record so long ago that it cannot have been done
	Settled   int64 // uploads whose end was unknown and is known now

	Started time.Time // UTC
	Updated time.Time // UTC; set by whoever saves
}

// Reject is an entry of an inventory that makes no sense.
type Reject struct {
	Vault     string
	Inventory int64 // key
	Reason    string
	Raw       string // what the vault wrote, at most its first KiB
}
