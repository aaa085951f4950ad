package seal_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"firn/internal/seal"
)

func TestEachKindOfKeyOpensWhatIsEncryptedToIt(t *testing.T) {
	plain := []byte("the quick brown fox")
	for kind, k := range keys(t) {
		file, _ := sealed(t, plain, recipients(t, " "+k.public+"\n"))
		r, err := seal.Open(bytes.NewReader(file), int64(len(file)), identities(t, k))
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		got := make([]byte, len(plain))
		if _, err := r.ReadAt(got, 0); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: read %q, %v", kind, got, err)
		}
	}
}

func TestEachRecipientOpensTheFile(t *testing.T) {
	all := keys(t)
	classic := []string{all["X25519"].public, all["ssh-rsa"].public, all["ssh-ed25519"].public}
	file, _ := sealed(t, []byte("for three"), recipients(t, classic...))
	for _, kind := range []string{"X25519", "ssh-rsa", "ssh-ed25519"} {
		if _, err := seal.Open(bytes.NewReader(file), int64(len(file)), identities(t, all[kind])); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	_, err := seal.Open(bytes.NewReader(file), int64(len(file)), identities(t, all["hybrid"]))
	if !errors.Is(err, seal.ErrIdentity) || !strings.Contains(err.Error(), "1 X25519, 1 ssh-ed25519, 1 ssh-rsa") {
		t.Errorf("with another key: %v", err)
	}
}

func TestRecipientsThatAreRefused(t *testing.T) {
	all := keys(t)
	secret := strings.TrimSpace(all["X25519"].file)
	many := make([]string, 50)
	for i := range many {
		many[i] = all["hybrid"].public
	}
	for name, c := range map[string]struct {
		list []string
		text string
	}{
		"none":               {nil, "no recipients are given"},
		"secret key":         {[]string{all["X25519"].public, secret}, "recipient 2 of 2: this is a secret key"},
		"lower-case secret":  {[]string{strings.ToLower(secret)}, "this is a secret key"},
		"hybrid secret":      {[]string{strings.Split(all["hybrid"].file, "\n")[2]}, "this is a secret key"},
		"SSH secret":         {[]string{all["ssh-ed25519"].file}, "this is a secret key"},
		"file name":          {[]string{"key.txt"}, "this is no public key"},
		"nothing":            {[]string{" "}, "this is no public key"},
		"damaged":            {[]string{all["X25519"].public[:61] + "q"}, "malformed recipient"},
		"plugin":             {[]string{"age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t"}, "plugins are not supported"},
		"ECDSA":              {[]string{"ecdsa-sha2-nistp256 AAAA"}, "this is no public key"},
		"post-quantum mixed": {[]string{all["hybrid"].public, all["X25519"].public}, "can't mix post-quantum and classic"},
		"too many":           {many, "50 recipients are too many"},
		"too long":           {[]string{"ssh-rsa " + strings.Repeat("A", 1<<20)}, "at most 8192 bytes"},
	} {
		_, err := seal.ParseRecipients(c.list)
		if err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, want %q", name, err, c.text)
			continue
		}
		if strings.Contains(c.text, "secret") != errors.Is(err, seal.ErrSecret) {
			t.Errorf("%s: the class of %v is wrong", name, err)
		}
		if strings.Contains(strings.ToUpper(err.Error()), strings.ToUpper(secret[20:])) {
			t.Errorf("%s: the error repeats the secret: %v", name, err)
		}
	}
}
