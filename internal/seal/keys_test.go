package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"

	"firn/internal/seal"
)

// A key is a public key and the file of its secret key.
type key struct{ public, file string }

// keys returns a key of each kind.
func keys(t testing.TB) map[string]key {
	t.Helper()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	return map[string]key{
		"X25519":      classic(t),
		"hybrid":      hybrid(t),
		"ssh-ed25519": sshKey(t, ed, ed.Public(), ""),
		"ssh-rsa":     sshKey(t, rsaKey, rsaKey.Public(), ""),
	}
}

func classic(t testing.TB) key {
	t.Helper()
	k, err := age.GenerateX25519Identity()
	must(t, err)
	return key{k.Recipient().String(), k.String() + "\n"}
}

func hybrid(t testing.TB) key {
	t.Helper()
	file, recipient, err := seal.NewIdentity(time.Unix(1e9, 0).UTC())
	must(t, err)
	return key{recipient, file}
}

// sshKey returns the key in the forms of OpenSSH.
func sshKey(t testing.TB, secret, public any, passphrase string) key {
	t.Helper()
	pub, err := ssh.NewPublicKey(public)
	must(t, err)
	block, err := ssh.MarshalPrivateKey(secret, "a comment")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(secret, "a comment", []byte(passphrase))
	}
	must(t, err)
	return key{string(ssh.MarshalAuthorizedKey(pub)), string(pem.EncodeToMemory(block))}
}

// write returns the path of a new private file.
func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key.txt")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func identities(t testing.TB, k key) seal.Identities {
	t.Helper()
	ids, err := seal.ReadIdentities(write(t, k.file), nil)
	must(t, err)
	return ids
}

func recipients(t testing.TB, public ...string) seal.Recipients {
	t.Helper()
	r, err := seal.ParseRecipients(public)
	must(t, err)
	return r
}

// sealed returns the sealed form of plain and its head.
func sealed(t testing.TB, plain []byte, to seal.Recipients) (file, head []byte) {
	t.Helper()
	var out bytes.Buffer
	w, err := seal.NewWriter(&out, to)
	must(t, err)
	_, err = w.Write(plain)
	must(t, err)
	must(t, w.Close())
	return out.Bytes(), w.Head()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
