package upload

import (
	"errors"
	"fmt"

	"firn/internal/humane"
	"firn/internal/transfer"
	"firn/vault"
)

// PartSizeError is the error of an upload that can never, or most likely not, be completed
// in parts of its size: there are more of them than the vault takes, or each is larger than something on
// the way lets through. It stays open at the vault.
type PartSizeError struct {
	Upload   vault.UploadID
	PartSize int64 // bytes, of the upload
	// Fits is a part size, in bytes, in which another upload of the same source may do;
	// 0: none is known.
	Fits     int64
	MaxParts int  // that the vault takes; 0: the parts are not too many
	Guessed  bool // it does not tell how many it takes
	// Otherwise is what else may be wrong, and what to do then. If it is not empty, the
	// upload may be completed yet.
	Otherwise string
	Cause     error
}

// Error says what is wrong with the part size, and why.
func (e *PartSizeError) Error() string {
	if e.Otherwise != "" {
		return fmt.Sprintf("the upload most likely cannot be completed in parts of %s: %v", humane.Bytes(e.PartSize), e.Cause)
	}
	return fmt.Sprintf("the upload cannot be completed in parts of %s: %v", humane.Bytes(e.PartSize), e.Cause)
}

// Unwrap returns the cause.
func (e *PartSizeError) Unwrap() error { return e.Cause }

// explainPartSize looks for a part size that fits where that of an attempt was refused.
// Other errors come back as they are.
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
			wish.ExpectedSize = max(wish.ExpectedSize, at.PartSize*int64(l.MaxParts)+1) // which has come, at least
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

// neverFits says that an unfinished upload can never be completed, as it would have more
// parts than the vault takes; empty if it can, as far as is known.
func (u *upload) neverFits(began string, partSize int64) string {
	l := u.Vault.Limits()
	parts := PartsOf(u.source.Size(), partSize)
	if parts <= int64(l.MaxParts) {
		return ""
	}
	return fmt.Sprintf("the unfinished upload begun %s can never be completed: it would have %d parts of %s, and the vault takes %d; "+
		"it is left as it is, and stays at the vault until it is removed",
		began, parts, humane.Bytes(partSize), l.MaxParts)
}

// PartsOf returns how many parts of partSize bytes size bytes make; 0 where either is
// not known.
func PartsOf(size, partSize int64) int64 {
	if size < 0 || partSize <= 0 {
		return 0
	}
	return transfer.PartCount(size, partSize)
}
