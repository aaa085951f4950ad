package serving

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"firn/cmd/firn/internal/cli"
	"firn/internal/disk"
	"firn/internal/strict"
	"firn/server"
	"firn/vault"
	"firn/vault/dirvault"
)

// keyPair signs requests to a server.
type keyPair struct {
	AccessKeyID     string `json:"access_key_id"`
	SecretAccessKey string `json:"secret_access_key"`
	sessionToken    string // sent with every request; only a key pair of the environment may have one
	made            bool   // by this run, which prints it
	file            string // the file that it was read from; empty if there is none
}

// Format keeps the secret out of every formatted text.
func (keyPair) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

const keysLimit = 4 << 10 // bytes; the file has about a hundred

// serverKeys returns the keys that a server accepts, and the key pair to print, if there is one:
// the keys of --credentials, or else the key pair of the environment, or else the key pair of
// the directory, which it creates if there is none.
func serverKeys(o serveOptions) (server.Keys, keyPair, error) {
	if o.credentials != "" {
		keys, err := readCredentials(o.credentials)
		return keys, keyPair{}, err
	}
	pair, err := onePair(o.dir, o.readOnly)
	if err != nil {
		return nil, keyPair{}, err
	}
	key := server.Key{Secret: pair.SecretAccessKey, Account: mainAccount, SessionToken: pair.sessionToken}
	return server.Keys{pair.AccessKeyID: key}, pair, nil
}

// onePair returns the key pair of the environment or of the directory. With readOnly it cannot
// keep a new key pair, so it creates one for this run alone.
func onePair(dir string, readOnly bool) (keyPair, error) {
	id, secret := os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
	if id != "" && secret != "" {
		return keyPair{AccessKeyID: id, SecretAccessKey: secret, sessionToken: os.Getenv("AWS_SESSION_TOKEN")}, nil
	}
	if id != "" || secret != "" {
		return keyPair{}, cli.UsageError("of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only one is set: set both or neither")
	}
	path := filepath.Join(dir, dirvault.KeysFile)
	keys, err := readKeys(path)
	switch {
	case readOnly && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, disk.ErrNotOurs)):
		return newKeys(), nil
	case errors.Is(err, fs.ErrNotExist):
		keys, err = keepKeys(path)
	}
	if err != nil {
		return keyPair{}, fmt.Errorf("the server's key pair: %w", err)
	}
	return keys, nil
}

func readKeys(path string) (keys keyPair, err error) {
	text, err := readPrivate(path, keysLimit)
	if err != nil {
		return keyPair{}, err
	}
	if err := strict.Decode(text, &keys); err != nil {
		return keyPair{}, fmt.Errorf("%q is not what was written there: %w", path, err)
	}
	if keys.AccessKeyID == "" || keys.SecretAccessKey == "" {
		return keyPair{}, fmt.Errorf("%q holds no key pair", path)
	}
	keys.file = path
	return keys, nil
}

// newKeys creates a key pair in the form of Amazon's (20 and 40 characters).
func newKeys() keyPair {
	random := make([]byte, 30) // 40 characters
	_, _ = rand.Read(random)   // never fails
	return keyPair{
		AccessKeyID:     "FIRN" + rand.Text()[:16],
		SecretAccessKey: base64.RawURLEncoding.EncodeToString(random),
		made:            true,
	}
}

// keepKeys creates a key pair and writes it to a file, which is complete and durable before it
// has its name.
func keepKeys(path string) (keyPair, error) {
	keys := newKeys()
	text, err := json.MarshalIndent(keys, "", "  ")
	if err != nil {
		return keyPair{}, err
	}
	err = cli.WriteWhole(path, false, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
	if errors.Is(err, vault.ErrExists) { // another server has just created it
		return readKeys(path)
	}
	return keys, err
}
