package record

import (
	"time"

	"firn/vault"
)

// InventoryState is the progress of reading an inventory.
type InventoryState string

// The states of an inventory.
const (
	// Reading: some of its entries are on record.
	Reading InventoryState = "reading"
	// Read: all its entries are on record, and FinishInventory has run.
	Read InventoryState = "read"
)

// Inventory is one list of a vault's archives that firn has read or is reading.
type Inventory struct {
	Key    int64  // the catalog's own key; 0 before the first save
	Vault  string // canonical URL of the vault
	Source string // "job " and the job's id, or "file " and the file's SHA-256
	// Date is the time at which the vault made the list: no later archive is listed. It is
	// the start of the job if the output does not contain its date. UTC.
	Date  time.Time
	List  vault.Listing // the requested selection; only an inventory with the zero Listing makes archives Missing
	State InventoryState
	// Position is where reading continues; empty: at the beginning.
	Position string

	Entries   int64 // entries read so far, bad ones included
	Bad       int64 // entries that make no sense; see Reject
	Added     int64 // entries that were not on record, or only by an id that another archive had
	Confirmed int64 // entries that agree with the record
	Differing int64 // entries that differ from the record
	Missing   int64 // archives on record that neither this inventory nor the previous full one lists
	Returned  int64 // entries, also in Confirmed or Differing, that were on record as deleted, so long ago that the deletion cannot have happened
	Settled   int64 // uploads in state Unknown whose result is now known

	Started time.Time // UTC
	Updated time.Time // UTC; set when it is saved
}

// Reject is an entry of an inventory that makes no sense.
type Reject struct {
	Vault     string
	Inventory int64 // the Key of the inventory
	Reason    string
	Raw       string // the vault's text, at most its first KiB
}
