package vault

// PartSizeError is the ErrInvalid of an upload that cannot go on in parts of its size:
// the vault takes fewer of them than Limits says, or something on the way takes none so
// large. The same upload is refused again; another one, in parts of another size, may
// not be.
type PartSizeError struct {
	// MaxParts is how many parts the vault takes in one upload; 0: the parts are not too
	// many. Guessed: its refusal does not tell, and it takes so many at least, most likely.
	MaxParts int
	Guessed  bool
	// Otherwise is what else the refusal may mean, and what to do then; empty: it means
	// what this error says.
	Otherwise string
	// TooLarge is the size of a part that was refused for its size, in bytes; 0: none
	// was.
	TooLarge int64
	Cause    error
}

// Error is that of the cause.
func (e *PartSizeError) Error() string { return e.Cause.Error() }

// Unwrap returns the cause.
func (e *PartSizeError) Unwrap() error { return e.Cause }
