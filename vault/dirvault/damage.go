package dirvault

import (
	"errors"
	"fmt"
)

// errDamaged is in the error about a file of the vault that is not as this
// package wrote it. It is a fault of the disk, so no sentinel of package vault
// fits it. Whoever asked for that one file stops; a listing of many goes on
// without it and tells of it. Nothing that is damaged is ever removed: it may be
// all that is left of somebody's bytes.
var errDamaged = errors.New("the file is damaged")

// damage gathers what a listing had to leave out, so that it can list what is
// good first. The zero value has nothing.
type damage struct {
	errs []error // the first few, because a broken disk has many
	more int
}

// maxDamage is how many files are named in one error.
const maxDamage = 20

func (d *damage) add(err error) {
	if len(d.errs) == maxDamage {
		d.more++
		return
	}
	d.errs = append(d.errs, err)
}

// error returns everything gathered as one error, or nil if there is nothing.
func (d *damage) error() error {
	err := errors.Join(d.errs...)
	if d.more > 0 {
		err = errors.Join(err, fmt.Errorf("and %d more are damaged", d.more))
	}
	return err
}
