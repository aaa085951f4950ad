package seal_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"firn/internal/seal"
)

// locked returns text encrypted to r, with the armor of age if armored.
func locked(t *testing.T, text string, r age.Recipient, armored bool) string {
	t.Helper()
	var out bytes.Buffer
	encrypt := func(to io.Writer) {
		w, err := age.Encrypt(to, r)
		must(t, err)
		_, err = io.WriteString(w, text)
		must(t, err)
		must(t, w.Close())
	}
	if !armored {
		encrypt(&out)
		return out.String()
	}
	a := armor.NewWriter(&out)
	encrypt(a)
	must(t, a.Close())
	return out.String()
}

func withPassphrase(t *testing.T, text string, armored bool) string {
	t.Helper()
	r, err := age.NewScryptRecipient("correct horse")
	must(t, err)
	r.SetWorkFactor(10)
	return locked(t, text, r, armored)
}

func TestAFileThatOthersCanReadIsRefused(t *testing.T) {
	path := write(t, classic(t).file)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o666} {
		must(t, os.Chmod(path, mode))
		if _, err := seal.ReadIdentities(path, nil); !errors.Is(err, seal.ErrExposed) {
			t.Errorf("mode %#o: %v", mode, err)
		}
	}
	must(t, os.Chmod(path, 0o400))
	if _, err := seal.ReadIdentities(path, nil); err != nil {
		t.Error(err)
	}
}

func TestIdentityFilesThatAreRefused(t *testing.T) {
	all := keys(t)
	other, err := age.GenerateX25519Identity()
	must(t, err)
	hard, err := age.NewScryptRecipient("correct horse")
	must(t, err)
	hard.SetWorkFactor(10)
	tooMuchWork := strings.Replace(locked(t, all["X25519"].file, hard, false), " 10\n", " 21\n", 1)
	for name, c := range map[string]struct{ file, text string }{
		"empty":                {"", "no identities found"},
		"public key":           {"# a comment\n" + all["hybrid"].public, "it has a public key"},
		"SSH public key":       {all["ssh-rsa"].public, "it has a public key"},
		"plugin":               {"AGE-PLUGIN-YUBIKEY-1QQQ", "plugins are not supported"},
		"damaged":              {strings.Replace(all["X25519"].file, "SECRET-KEY-1", "SECRET-KEY-1Q", 1), "line 1"},
		"certificate":          {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "read the SSH private key"},
		"too large":            {strings.Repeat("#\n", 1<<20), "more than 1048576 bytes"},
		"encrypted to a key":   {locked(t, all["X25519"].file, other.Recipient(), true), "not with a passphrase"},
		"public key inside":    {withPassphrase(t, all["X25519"].public, true), "it has a public key"},
		"work without end":     {tooMuchWork, "work factor too large"},
		"too large inside":     {withPassphrase(t, strings.Repeat("#\n", 1<<20), false), "more than 1048576 bytes"},
		"armor without an end": {withPassphrase(t, all["X25519"].file, true)[:300], "invalid armor"},
	} {
		_, err := seal.ReadIdentities(write(t, c.file), func() (string, error) { return "correct horse", nil })
		if err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, want %q", name, err, c.text)
		}
		if err != nil && strings.Contains(err.Error(), "SECRET-KEY-") {
			t.Errorf("%s: the error repeats the secret: %v", name, err)
		}
	}
	if _, err := seal.ReadIdentities(t.TempDir()+"/none", nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestNewIdentityIsAFileOfAge(t *testing.T) {
	k := hybrid(t)
	lines := strings.Split(k.file, "\n")
	if lines[0] != "# created: 2001-09-09T01:46:40Z" || lines[1] != "# public key: "+k.public {
		t.Errorf("the file begins %q", lines[:2])
	}
	if !strings.HasPrefix(k.public, "age1pq1") || !strings.HasPrefix(lines[2], "AGE-SECRET-KEY-PQ-1") {
		t.Errorf("not a hybrid key: %.20q, %.20q", k.public, lines[2])
	}
	if other := hybrid(t); other.public == k.public {
		t.Error("two keys are the same")
	}
}
