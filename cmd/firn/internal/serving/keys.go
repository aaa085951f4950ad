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
	sessionToken    string // comes with every request; only one of the environment may have it
	made            bool   // by this run, which shows it
	file            string // where a server that made it has kept it
}

// Format keeps the secret out of every formatted text.
func (keyPair) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

const keysLimit = 4 << 10 // bytes; ours has about a hundred

// serverKeys returns the keys that a server takes, and the key pair to show, if
// there is one: those of the file that was named, else the key pair of the
// environment, else that of the directory, which is made if there is none.
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

// onePair makes a key pair for this run alone if it is not to be kept.
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

// newKeys makes a key pair in the form of Amazon's (20 and 40 characters).
func newKeys() keyPair {
	random := make([]byte, 30) // 40 characters
	_, _ = rand.Read(random)   // never fails
	return keyPair{
		AccessKeyID:     "FIRN" + rand.Text()[:16],
		SecretAccessKey: base64.RawURLEncoding.EncodeToString(random),
		made:            true,
	}
}

// keepKeys makes a key pair and keeps it. The file is complete before it has its name,
// and both are flushed.
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
	if errors.Is(err, vault.ErrExists) { // another server has just made them
		return readKeys(path)
	}
	return keys, err
}
