//go:build !race || torture

package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"os"
	"testing"

	"firn/internal/seal"
)

func TestLongIdentitiesWithAPassphrase(t *testing.T) {
	k := classic(t)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	edKey, rsaFile := sshKey(t, ed, ed.Public(), "correct horse"), sshKey(t, rsaKey, rsaKey.Public(), "correct horse")
	for name, c := range map[string]key{
		"binary":      {k.public, withPassphrase(t, k.file, false)},
		"armored":     {k.public, "\n" + withPassphrase(t, k.file, true)},
		"ssh-ed25519": edKey,
		"ssh-rsa":     rsaFile,
	} {
		path := write(t, c.file)
		ids, err := seal.ReadIdentities(path, func() (string, error) { return "correct horse", nil })
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		file, _ := sealed(t, []byte("plain"), recipients(t, c.public))
		if _, err := seal.Open(bytes.NewReader(file), int64(len(file)), ids); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		_, err = seal.ReadIdentities(path, func() (string, error) { return "wrong", nil })
		if !errors.Is(err, seal.ErrPassphrase) {
			t.Errorf("%s, wrong passphrase: %v", name, err)
		}
		if _, err = seal.ReadIdentities(path, nil); !errors.Is(err, seal.ErrPassphrase) {
			t.Errorf("%s, no passphrase: %v", name, err)
		}
		if _, err = seal.ReadIdentities(path, func() (string, error) { return "", os.ErrClosed }); !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s, no terminal: %v", name, err)
		}
	}
}
