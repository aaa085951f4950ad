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

// telling is a vault that describes archives without a job.
type telling struct {
	vault.Vault
	told vault.Archive
}

func (l *telling) Look(context.Context, vault.ArchiveID) (vault.Archive, error) { return l.told, nil }

// If the size of an archive is unknown, a file is compared with the tree hash on record,
// and not with the archive that the vault has under that id now.
func TestVerifyByTheHashOnRecord(t *testing.T) {
	d := newRig(t)
	data := content(1, 2*mib)
	a := d.store(data)
	path := filepath.Join(t.TempDir(), "film")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		told, known byte // bits that are changed in the hash of the vault and in the hash on record
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
