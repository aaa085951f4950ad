package upload

import (
	"errors"
	"fmt"

	"firn/internal/humane"
	"firn/internal/transfer"
	"firn/vault"
)

// PartSizeError means that an upload can never, or most likely not, be completed in parts of
// its size: the vault accepts fewer parts, or a proxy or the vault refuses requests of that
// size. The upload stays open at the vault.
type PartSizeError struct {
	Upload   vault.UploadID
	PartSize int64 // part size of the upload in bytes
	// Fits is a part size in bytes with which another upload of the source may succeed; 0 if
	// none is known.
	Fits     int64
	MaxParts int  // parts that the vault accepts; 0 if the number is not the problem
	Guessed  bool // MaxParts is a guess, because the vault does not report it
	// Otherwise is another possible cause, with its remedy. If it is not empty, the upload may
	// still be completed.
	Otherwise string
	Cause     error
}

// Error says what is wrong with the part size, and why.
func (e *PartSizeError) Error() string {
	if e.Otherwise != "" {
		return fmt.Sprintf("the upload probably cannot be completed in parts of %s: %v", humane.Bytes(e.PartSize), e.Cause)
	}
	return fmt.Sprintf("the upload cannot be completed in parts of %s: %v", humane.Bytes(e.PartSize), e.Cause)
}

// Unwrap returns Cause.
func (e *PartSizeError) Unwrap() error { return e.Cause }

// explainPartSize adds to a vault.PartSizeError a part size that fits. It returns other errors
// unchanged.
func (u *upload) explainPartSize(at *attempt, err error) error {
	refused, ok := errors.AsType[*vault.PartSizeError](err)
	if !ok {
		return err
	}
	e := &PartSizeError{
		Upload: at.ID, PartSize: at.PartSize, MaxParts: refused.MaxParts, Guessed: refused.Guessed, Otherwise: refused.Otherwise, Cause: err,
	}
	l, size, wish := u.Vault.Limits(), u.source.Size(), transfer.Wish{ExpectedSize: u.ExpectedSize}
	if refused.MaxParts > 0 {
		l.MaxParts = min(l.MaxParts, refused.MaxParts)
		if size == transfer.Unknown {
			wish.ExpectedSize = max(wish.ExpectedSize, at.PartSize*int64(l.MaxParts)+1) // at least so many bytes were read
		}
		if plan, err := transfer.NewPlan(l, size, wish); err == nil && plan.PartSize > at.PartSize {
			e.Fits = plan.PartSize
		}
		return e
	}
	if smaller := transfer.SmallerPart(l, max(size, wish.ExpectedSize), refused.TooLarge); smaller < at.PartSize {
		e.Fits = smaller
	}
	return e
}

// neverFits says in words that an unfinished upload can never be completed, because it would
// have more parts than the vault accepts. It returns "" if the upload can be completed, as far
// as is known.
func (u *upload) neverFits(began string, partSize int64) string {
	l := u.Vault.Limits()
	parts := PartsOf(u.source.Size(), partSize)
	if parts <= int64(l.MaxParts) {
		return ""
	}
	return fmt.Sprintf("the unfinished upload begun %s can never be completed: it would have %d parts of %s, and the vault takes %d; "+
		"it is left alone, and stays in the vault until you abort it",
		began, parts, humane.Bytes(partSize), l.MaxParts)
}

// PartsOf returns the number of parts of partSize bytes in size bytes; 0 if either is not
// known.
func PartsOf(size, partSize int64) int64 {
	if size < 0 || partSize <= 0 {
		return 0
	}
	return transfer.PartCount(size, partSize)
}
