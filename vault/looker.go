package vault

import "context"

// Looker is a [Vault] that tells at once what became of an archive. An Amazon Glacier
// vault is none: it has nothing but its inventories.
type Looker interface {
	// LookAtArchive looks whether the vault still has an archive, as a is on record;
	// what is not on record is not compared. The error is nil if it is there and
	// nothing that shows without reading it speaks against its being this one,
	// ErrNotFound if there is none of its ID, or no vault, and a TakenError if the
	// ID is that of another one by now. It is errors.ErrUnsupported if a vault below
	// this one is asked, and is no Looker.
	LookAtArchive(ctx context.Context, a Archive) error
}
