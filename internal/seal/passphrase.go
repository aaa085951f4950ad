package seal

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

// maxWorkFactor limits the memory that a passphrase costs: 2^20 takes 1 GiB. age uses 2^18.
const maxWorkFactor = 20

// openIdentities reads a file with secret keys that is encrypted with a passphrase.
func openIdentities(r io.Reader, passphrase func() (string, error)) (Identities, error) {
	plain, err := age.Decrypt(r, &asked{passphrase})
	if noMatch := new(age.NoIdentityMatchError); errors.As(err, &noMatch) {
		return nil, errors.New("it is encrypted to a public key, and not with a passphrase")
	}
	if err != nil {
		return nil, err
	}
	text, err := readLimited(plain)
	if err != nil {
		return nil, err
	}
	return plainIdentities(text)
}

// asked is an identity that asks for a passphrase if a file is encrypted with one.
type asked struct{ passphrase func() (string, error) }

func (a *asked) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != "scrypt" {
		return nil, age.ErrIncorrectIdentity
	}
	text, err := askFor(a.passphrase)
	if err != nil {
		return nil, err
	}
	id, err := age.NewScryptIdentity(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPassphrase, err)
	}
	id.SetMaxWorkFactor(maxWorkFactor)
	key, err := id.Unwrap(stanzas)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		// Without the class of age, which would mean another kind of file.
		return nil, ErrPassphrase
	}
	return key, err
}

func askFor(passphrase func() (string, error)) (string, error) {
	if passphrase == nil {
		return "", fmt.Errorf("%w: it is protected by one", ErrPassphrase)
	}
	text, err := passphrase()
	if err != nil {
		return "", fmt.Errorf("read the passphrase: %w", err)
	}
	return text, nil
}

// sshIdentity parses one SSH private key.
func sshIdentity(pem []byte, passphrase func() (string, error)) (Identities, error) {
	id, err := agessh.ParseIdentity(pem)
	if missing := new(ssh.PassphraseMissingError); errors.As(err, &missing) {
		id, err = lockedIdentity(pem, passphrase)
	}
	if err != nil {
		return nil, fmt.Errorf("read the SSH private key: %w", err)
	}
	return Identities{id}, nil
}

// lockedIdentity parses an SSH private key that has a passphrase.
func lockedIdentity(pem []byte, passphrase func() (string, error)) (age.Identity, error) {
	text, err := askFor(passphrase)
	if err != nil {
		return nil, err
	}
	key, err := ssh.ParseRawPrivateKeyWithPassphrase(pem, []byte(text))
	if errors.Is(err, x509.IncorrectPasswordError) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, err
	}
	switch key := key.(type) {
	case *ed25519.PrivateKey:
		return agessh.NewEd25519Identity(*key)
	case ed25519.PrivateKey:
		return agessh.NewEd25519Identity(key)
	case *rsa.PrivateKey:
		return agessh.NewRSAIdentity(key)
	}
	return nil, errors.New("only RSA and Ed25519 keys are supported")
}
