package backup

import (
	"errors"
	"fmt"

	"firn/internal/disk"
)

// ErrSpool means that a pack cannot be written into the spool, for instance because the disk is
// full. The same call continues when the spool can be written to again.
var ErrSpool = errors.New("the spool cannot be used")

// spoolError explains an error of writing a pack.
func (r *run) spoolError(err error) error {
	if disk.IsFull(err) {
		return fmt.Errorf("the disk of the spool %q is full; the same command continues when it has room: %w: %w", r.spool, ErrSpool, err)
	}
	return fmt.Errorf("%w: %w", ErrSpool, err)
}
