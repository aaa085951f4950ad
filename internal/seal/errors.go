package seal

import "errors"

// The classes of errors. Errors of the source of a sealed file are passed on as they are.
var (
	// ErrIdentity: the file is not encrypted to any of the identities.
	ErrIdentity = errors.New("no identity opens the file")
	// ErrHeader: the file is not an age file, or its header was changed.
	ErrHeader = errors.New("the header of the age file is not valid")
	// ErrTruncated: the end of the file is missing.
	ErrTruncated = errors.New("the end of the age file is missing")
	// ErrChanged: a chunk is not the one that was written at this place.
	ErrChanged = errors.New("the bytes of the age file were changed")
	// ErrMissing: a Sparse file does not have the bytes.
	ErrMissing = errors.New("the bytes of the age file were not fetched")
	// ErrSecret: a secret key was given where a public key belongs.
	ErrSecret = errors.New("this is a secret key")
	// ErrExposed: others than the user can read or change a file with a secret key.
	ErrExposed = errors.New("the secret key is not private")
	// ErrPassphrase: the passphrase of a file with secret keys is wrong or missing.
	ErrPassphrase = errors.New("the passphrase is wrong or missing")
)
