package dirvault

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

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
		u, err := v.use(id)
		if err != nil {
			t.Fatal(err)
		}
		ended, end := context.WithCancel(t.Context())
		end()
		err = v.publish(ended, u, &truth{Version: durable.FormatVersion, ID: archive, Size: c.Size, TreeHash: c.TreeHash, Created: v.options.now()})
		if err == nil {
			t.Fatal("it was published")
		}
		if _, err := os.Stat(truthFile); !os.IsNotExist(err) {
			t.Errorf("the truth is there: %v", err)
		}
		_, err = os.Stat(filepath.Join(dir, countFile))
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
	if err := v.count.begin(ids[0]); err != nil {
		t.Fatal(err)
	}
	v.unplace(ids[0])
	v.count.end(ids[0])
	if _, err := v.archive(ids[0]); err != nil {
		t.Error(err)
	}
}
