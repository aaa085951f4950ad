package dirvault

import (
	"errors"
	"fmt"

	"firn/vault"
)

// errDamaged is in the error about a file of the vault that is not as this
// package wrote it. It is a fault of the disk, so no sentinel of package vault
// fits it. Whoever asked for that one file stops; a listing of many goes on
// without it and tells of it. Nothing that is damaged is ever removed: it may be
// all that is left of somebody's bytes.
var errDamaged = errors.New("the file is damaged")

// omission tells which archives an inventory had to leave out, because what is
// known about them is damaged. It stays with the inventory and with every job
// made from it, so that nobody takes them for archives that are not there.
type omission struct {
	IDs  []vault.ArchiveID `json:"ids"`            // the first few, because a broken disk has many
	More int64             `json:"more,omitempty"` // how many others
}

// maxOmitted is how many archives are named.
const maxOmitted = 20

func (o *omission) add(id vault.ArchiveID) {
	if len(o.IDs) == maxOmitted {
		o.More++
		return
	}
	o.IDs = append(o.IDs, id)
}

func (o *omission) check() error {
	if o == nil {
		return nil
	}
	if len(o.IDs) == 0 || len(o.IDs) > maxOmitted || o.More < 0 {
		return fmt.Errorf("%d archives and %d more that were left out", len(o.IDs), o.More)
	}
	for _, id := range o.IDs {
		if !validID(string(id), archiveIDLength) {
			return fmt.Errorf("%q is not an archive id", id)
		}
	}
	return nil
}

// message is what a job says of it.
func (o *omission) message() string {
	return fmt.Sprintf("Archives left out because their files are damaged: %d.", int64(len(o.IDs))+o.More)
}

// error returns nil if nothing was left out.
func (o *omission) error() error {
	if o == nil {
		return nil
	}
	var errs []error
	for _, id := range o.IDs {
		errs = append(errs, fmt.Errorf("archive %q is left out: %s: %w", id, archiveTruth(id), errDamaged))
	}
	if o.More > 0 {
		errs = append(errs, fmt.Errorf("and %d more are damaged", o.More))
	}
	return errors.Join(errs...)
}
