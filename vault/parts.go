package vault

// PartSizeError is the ErrInvalid of an upload that cannot continue with its part size: the
// vault accepts fewer parts than Limits says, or something on the way refuses parts of this
// size. The same upload will be refused again. Another upload with another part size may
// succeed.
type PartSizeError struct {
	// MaxParts is the number of parts that the vault accepts in one upload; 0 if the number
	// of parts is not the problem. Guessed means that the refusal did not contain the
	// number; the vault most likely accepts at least MaxParts.
	MaxParts int
	Guessed  bool
	// Otherwise is another possible meaning of the refusal, with advice; empty if there is
	// none.
	Otherwise string
	// TooLarge is the size in bytes of a part that was refused for its size; 0 if none was.
	TooLarge int64
	Cause    error
}

func (e *PartSizeError) Error() string { return e.Cause.Error() }

func (e *PartSizeError) Unwrap() error { return e.Cause }
