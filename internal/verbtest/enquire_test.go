package verbtest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"firn/depot"
	"firn/record"
	"firn/vault"
	"firn/verify"
)

// telling tells of archives at once.
type telling struct {
	vault.Vault
	told vault.Archive
}

func (l *telling) Look(context.Context, vault.ArchiveID) (vault.Archive, error) { return l.told, nil }

// Of an archive whose size is not known, the tree hash on record is what a file is compared
// with, and not what the vault has under that id by now.
func TestVerifyByTheHashOnRecord(t *testing.T) {
	d := newRig(t)
	data := content(1, 2*mib)
	a := d.store(data)
	path := filepath.Join(t.TempDir(), "film")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		told, known byte // what is changed of the hash
		want        error
	}{
		"the same":          {},
		"another at both":   {told: 1, known: 1, want: vault.ErrChecksum},
		"another at record": {known: 1, want: vault.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			known := record.Archive{Vault: rigURL, ID: a.ID, Size: -1, TreeHash: a.TreeHash}
			told := vault.Archive{ID: a.ID, Size: a.Size, TreeHash: a.TreeHash}
			known.TreeHash[0] ^= test.known
			told.TreeHash[0] ^= test.told
			_, err := verify.File(t.Context(), depot.Depot{Vault: &telling{d.vault, told}}, known, path)
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}
