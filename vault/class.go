package vault

import "fmt"

// ClassError says that the vault stores in another class than it was asked to. It is an
// ErrInvalid.
type ClassError struct {
	// ID is the archive that is stored so, with all of its bytes, by an upload that is
	// complete. Empty: nothing was sent, and no upload is left, or one without parts of
	// which the error tells.
	ID          ArchiveID
	Asked, Told string // the class as it was asked for, and as the vault tells it
	Advice      string // what accepts it, in the URL of the vault
}

// Error names both classes, and what accepts that.
func (e *ClassError) Error() string {
	if e.ID == "" {
		return fmt.Sprintf("the vault would store it in the class %s and not in %s as asked for; nothing was sent; %s", e.Told, e.Asked, e.Advice)
	}
	return fmt.Sprintf("archive %q is stored in the class %s and not in %s as asked for; %s", string(e.ID), e.Told, e.Asked, e.Advice)
}

// Unwrap makes errors.Is find ErrInvalid.
func (e *ClassError) Unwrap() error { return ErrInvalid }
