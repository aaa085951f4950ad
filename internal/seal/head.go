package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
)

// MaxHead is the size of the largest head that is read or written: about 40 hybrid keys.
const MaxHead = 64 << 10

// nonceSize is how many random bytes follow the header of age in a head.
const nonceSize = 16

// readHead reads the head of a sealed file of size bytes, with one read.
func readHead(src io.ReaderAt, size int64) ([]byte, error) {
	start := make([]byte, min(MaxHead, max(size, 0)))
	if err := readFull(src, start, 0); err != nil {
		return nil, err
	}
	return cutHead(start, size <= MaxHead)
}

// cutHead returns the head with which start begins. whole says that start is all of the file.
func cutHead(start []byte, whole bool) ([]byte, error) {
	header, err := age.ExtractHeader(bytes.NewReader(start))
	cut := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	switch {
	case cut && whole || err == nil && whole && len(header)+nonceSize > len(start):
		return nil, fmt.Errorf("%w: it ends in its head", ErrTruncated)
	case cut || err == nil && len(header)+nonceSize > len(start):
		return nil, fmt.Errorf("%w: it has more than %d bytes", ErrHeader, MaxHead)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrHeader, err)
	}
	return start[:len(header)+nonceSize], nil
}

// checkHead accepts a head that was kept apart, if nothing precedes or follows it.
func checkHead(head []byte) error {
	if len(head) > MaxHead {
		return fmt.Errorf("%w: it has more than %d bytes", ErrHeader, MaxHead)
	}
	cut, err := cutHead(head, true)
	if err == nil && len(cut) != len(head) {
		err = fmt.Errorf("%w: %d bytes follow it", ErrHeader, len(head)-len(cut))
	}
	return err
}

// fileKey returns the identity that opens only the file with this head.
func fileKey(head []byte, ids Identities) (age.Identity, error) {
	if len(ids) == 0 {
		return nil, fmt.Errorf("%w: none is given", ErrIdentity)
	}
	key, err := age.DecryptHeader(head[:len(head)-nonceSize], ids...)
	if noMatch := new(age.NoIdentityMatchError); errors.As(err, &noMatch) {
		return nil, fmt.Errorf("%w: it is encrypted to other keys: %s", ErrIdentity, kinds(noMatch.StanzaTypes))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHeader, err)
	}
	return age.NewInjectedFileKeyIdentity(key), nil
}

// kinds says in words how many keys of each kind a header names.
func kinds(types []string) string {
	count := map[string]int{}
	for _, t := range types {
		switch t {
		case "X25519", "ssh-ed25519", "ssh-rsa":
		case "mlkem768x25519":
			t = "hybrid"
		case "scrypt":
			t = "passphrase"
		default:
			t = "unknown" // the text is from outside
		}
		count[t]++
	}
	var words []string
	for _, t := range []string{"hybrid", "X25519", "ssh-ed25519", "ssh-rsa", "passphrase", "unknown"} {
		if n := count[t]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, t))
		}
	}
	return strings.Join(words, ", ")
}

// Opens returns nil if one of the identities opens the file with this head. It reads no byte of
// the file itself. Else it returns ErrIdentity, or the error of a head that is not valid.
func (ids Identities) Opens(head []byte) error {
	if err := checkHead(head); err != nil {
		return err
	}
	_, err := fileKey(head, ids)
	return err
}
