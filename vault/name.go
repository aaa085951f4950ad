package vault

import "fmt"

// NameError is the ErrInvalid of a name that no archive of a vault can have; see [Namer].
// Another name may be accepted. errors.Is finds ErrInvalid in it.
type NameError struct {
	Name string
	Why  string // the end of a sentence
}

// Error quotes the name and says why the vault refuses it.
func (e *NameError) Error() string {
	return fmt.Sprintf("no archive here can be called %.300q: %s", e.Name, e.Why)
}

func (e *NameError) Unwrap() error { return ErrInvalid }
