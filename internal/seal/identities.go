package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"firn/internal/disk"
)

// maxIdentityFile is the size of the largest file with secret keys.
const maxIdentityFile = 1 << 20

// Identities are secret keys that open files.
type Identities []age.Identity

// ReadIdentities reads a file with secret keys: those of age, one on a line, as age-keygen
// writes them; such a file encrypted with a passphrase, binary or armored; or one SSH private
// key, RSA or Ed25519. passphrase is called only if the file needs one, and may be nil.
//
// The file must belong to the user or to root, and others may not read or write it
// (ErrExposed). Errors do not repeat what the file contains.
func ReadIdentities(path string, passphrase func() (string, error)) (Identities, error) {
	text, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	ids, err := parseIdentities(text, passphrase)
	if err != nil {
		return nil, fmt.Errorf("identity file %q: %w", path, err)
	}
	return ids, nil
}

// readPrivate reads a file that only the user and root can read.
func readPrivate(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		if failed, ok := errors.AsType[*fs.PathError](err); ok { // it repeats the path
			err = failed.Err
		}
		return nil, fmt.Errorf("identity file %q: %w", path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the identity file: %w", err)
	}
	if err := disk.CheckOwner(info); err != nil {
		return nil, fmt.Errorf("identity file %q: %w: %w", path, ErrExposed, err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("identity file %q: %w: its mode is %#o, and must be 0600 or 0400", path, ErrExposed, mode)
	}
	text, err := readLimited(f)
	if err != nil {
		return nil, fmt.Errorf("identity file %q: %w", path, err)
	}
	return text, nil
}

func readLimited(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxIdentityFile+1))
	if err == nil && len(text) > maxIdentityFile {
		err = fmt.Errorf("it has more than %d bytes", maxIdentityFile)
	}
	return text, err
}

func parseIdentities(text []byte, passphrase func() (string, error)) (Identities, error) {
	trimmed := bytes.TrimSpace(text)
	switch {
	case bytes.HasPrefix(trimmed, []byte(armor.Header)):
		return openIdentities(armor.NewReader(bytes.NewReader(trimmed)), passphrase)
	case bytes.HasPrefix(text, []byte("age-encryption.org/")):
		return openIdentities(bytes.NewReader(text), passphrase)
	case bytes.HasPrefix(trimmed, []byte("-----BEGIN")):
		return sshIdentity(trimmed, passphrase)
	}
	return plainIdentities(text)
}

// plainIdentities parses secret keys of age, one on a line.
func plainIdentities(text []byte) (Identities, error) {
	if line := firstLine(string(text)); strings.HasPrefix(line, "age1") || strings.HasPrefix(line, "ssh-") {
		return nil, fmt.Errorf("it has a public key, which opens nothing: give the file with the secret key")
	} else if strings.HasPrefix(line, "AGE-PLUGIN-") {
		return nil, fmt.Errorf("keys of age's plugins are not supported")
	}
	return age.ParseIdentities(bytes.NewReader(text))
}

// firstLine returns the first line that is neither empty nor a comment.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return ""
}
