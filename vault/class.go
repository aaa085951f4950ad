package vault

import "fmt"

// ClassError says that the vault stores in another storage class than the caller asked for.
// errors.Is finds ErrInvalid in it.
type ClassError struct {
	// ID is the archive that a completed upload stored in the other class, with all of its
	// bytes. If ID is empty, the vault received no bytes; an upload without parts may be
	// left, and then the error names it.
	ID          ArchiveID
	Asked, Told string // the class that was asked for, and the class that the vault reports
	Advice      string // a part of the vault's URL by which the user accepts the other class
}

// Error names both classes and the way to accept the second one.
func (e *ClassError) Error() string {
	if e.ID == "" {
		return fmt.Sprintf("the vault would store it in the class %s, not in %s as requested; nothing was sent; %s", e.Told, e.Asked, e.Advice)
	}
	return fmt.Sprintf("archive %q is stored in the class %s, not in %s as requested; %s", string(e.ID), e.Told, e.Asked, e.Advice)
}

func (e *ClassError) Unwrap() error { return ErrInvalid }
