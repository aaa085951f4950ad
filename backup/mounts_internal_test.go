//go:build linux

package backup

import (
	"context"
	"testing"

	"firn/depot"
	"firn/internal/walk"
	"firn/record"
	"firn/vault"
)

// Jobs come in the order of their positions, also those of mount points, which the walk has among
// the files: what a pack vouches for ends at a position.
func TestMountsInOrder(t *testing.T) {
	r, err := newRun(depot.Depot{Vault: noVault{}, Journal: noJournal{}}, emptyBook{}, []string{"/"}, Options{
		Host: "here", OneFileSystem: true, Exclude: []string{"/*/*"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	if err := r.open(); err != nil {
		t.Fatal(err)
	}
	r.isEstimate = true
	last, mounts := before, 0
	c := &comparer{run: r, links: links{}, send: func(_ context.Context, j *job) error {
		if j.at.compare(last) <= 0 {
			t.Errorf("%v comes after %v", j.at, last)
		}
		if last = j.at; j.file.Kind == record.Directory && j.at == positionOf(0, j.path, walk.Regular) && j.path != "" {
			mounts++
		}
		return nil
	}}
	if err := c.compare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if mounts == 0 { // there is /proc
		t.Error("no mount point was found")
	}
}

type noVault struct{ vault.Vault }

func (noVault) URL() string          { return "file:///none" }
func (noVault) Limits() vault.Limits { return vault.Limits{} }

type noJournal struct{ record.Journal }

type emptyBook struct{ record.BackupJournal }

func (emptyBook) Paths() []string { return nil }

func (emptyBook) Root(context.Context, string, string, string) (int64, error) {
	return 0, vault.ErrNotFound
}
