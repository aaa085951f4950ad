package vault

import "fmt"

// NameError is the ErrInvalid of a name that no archive of a vault can have; see
// [Namer]. Another name helps. errors.Is finds ErrInvalid in it.
type NameError struct {
	Name string
	Why  string // the end of a sentence
}

// Error shows the name and says what is wrong with it.
func (e *NameError) Error() string {
	return fmt.Sprintf("no archive here can be called %.300q: %v: %s", e.Name, ErrInvalid, e.Why)
}

// Unwrap makes errors.Is find ErrInvalid.
func (e *NameError) Unwrap() error { return ErrInvalid }
