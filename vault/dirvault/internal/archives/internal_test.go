package archives

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/layout"
)

// TestArchivesInOrder: however few ids are held at once, every archive is visited
// once, in the order of the ids.
func TestArchivesInOrder(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := root.Mkdir(layout.ArchivesDir, 0o700); err != nil {
		t.Fatal(err)
	}
	all := In(files.NewDir(root))
	var want []vault.ArchiveID
	for i := range 25 {
		// The names are made in another order than theirs.
		id := vault.ArchiveID(fmt.Sprintf("%s%02d", strings.Repeat("a", layout.ArchiveIDLength-2), i*7%25))
		want = append(want, id)
		if err := durable.ReplaceFile(root, layout.ArchiveData(id), nil); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(want)
	if err := durable.ReplaceFile(root, layout.ArchivesDir+"/README", nil); err != nil {
		t.Fatal(err)
	}
	for _, atOnce := range []int{1, 2, 5, 12, 24, 25, 26, 100} {
		var got []vault.ArchiveID
		err := all.eachInOrder(t.Context(), atOnce, func(a vault.Archive, _ error) error {
			got = append(got, a.ID)
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%d ids at once: visited %q, %v", atOnce, got, err)
		}
	}
}
