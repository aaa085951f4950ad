package dirvault

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/archives"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// withArchives is an open vault with two archives, and its directory.
func withArchives(t *testing.T) (*Vault, string, []vault.ArchiveID) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vault")
	if err := Create(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	v, err := Open(dir, Options{InventoryEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	var ids []vault.ArchiveID
	for _, text := range []string{"cold", "cool"} {
		id, c := begun(t, v, text)
		archive, err := v.CompleteUpload(t.Context(), id, c)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, archive)
	}
	return v, dir, ids
}

// begun is an upload that can be completed.
func begun(t *testing.T, v *Vault, text string) (vault.UploadID, vault.Completion) {
	t.Helper()
	id, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 4})
	if err != nil {
		t.Fatal(err)
	}
	data := []byte(text)
	part := vault.Part{Size: 4, TreeHash: treehash.Sum(data)}
	if _, err := v.UploadPart(t.Context(), id, part, bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	return id, vault.Completion{Size: 4, TreeHash: part.TreeHash, Parts: []vault.Part{part}}
}

// TestNothingIsLeftOfWhatWasNotPublished: a completion that fails when the truth is
// written takes it back. If it cannot, the next opening looks for it.
func TestNothingIsLeftOfWhatWasNotPublished(t *testing.T) {
	for _, stuck := range []bool{false, true} {
		v, dir, _ := withArchives(t)
		var left []error
		v.options.OnLeftover = func(err error) { left = append(left, err) }
		id, c := begun(t, v, "lost")
		archive, err := layout.ArchiveIDOf(id)
		if err != nil {
			t.Fatal(err)
		}
		truthFile, leaves := filepath.Join(dir, layout.ArchiveTruth(archive)), filepath.Join(dir, layout.ArchiveLeaves(archive))
		if stuck {
			if err := os.MkdirAll(filepath.Join(leaves, "in the way"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		u, err := v.uploads.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		ended, end := context.WithCancel(t.Context())
		end()
		err = v.publish(ended, u, &archives.Truth{Version: durable.FormatVersion, ID: archive, Size: c.Size, TreeHash: c.TreeHash, Created: v.options.now()})
		if err == nil {
			t.Fatal("it was published")
		}
		if _, err := os.Stat(truthFile); !os.IsNotExist(err) {
			t.Errorf("the truth is there: %v", err)
		}
		_, err = os.Stat(filepath.Join(dir, "count.json"))
		if os.IsNotExist(err) != stuck || (len(left) > 0) != stuck {
			t.Errorf("leaves that cannot be removed: %t; the record of the count: %v; told: %v", stuck, err, left)
		}
		if stuck {
			if err := os.RemoveAll(leaves); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := v.CompleteUpload(t.Context(), id, c); err != nil || got != archive {
			t.Errorf("completed again: %q, %v", got, err)
		}
	}
}

// TestTruthOfBytesThatAreThereStays, whatever was said of the rename that put them there.
func TestTruthOfBytesThatAreThereStays(t *testing.T) {
	v, _, ids := withArchives(t)
	if err := v.count.Begin(ids[0]); err != nil {
		t.Fatal(err)
	}
	v.removeUnpublished(ids[0])
	v.count.End(ids[0])
	if _, err := v.archives.Get(ids[0]); err != nil {
		t.Error(err)
	}
}
