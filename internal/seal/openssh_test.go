//go:build !race || torture

package seal_test

import (
	"os"
	"path/filepath"
	"testing"

	"firn/internal/seal"
)

func TestLongKeysOfOpenSSH(t *testing.T) {
	for _, c := range []struct{ kind, passphrase string }{{"ed25519", ""}, {"ed25519", "secret"}, {"rsa", "secret"}} {
		path := filepath.Join(t.TempDir(), "id")
		run(t, nil, "ssh-keygen", "-q", "-t", c.kind, "-N", c.passphrase, "-C", "user@host", "-f", path)
		public, err := os.ReadFile(path + ".pub")
		must(t, err)
		ids, err := seal.ReadIdentities(path, func() (string, error) { return c.passphrase, nil })
		must(t, err)
		file, _ := sealed(t, []byte("plain"), recipients(t, string(public)))
		if got, err := readAll(file, ids); err != nil || string(got) != "plain" {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
}
