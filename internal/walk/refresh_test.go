package walk_test

import (
	"os"
	"path/filepath"
	"testing"

	"firn/internal/walk"
)

// An entry learns from the open file that the file has changed.
func TestRefresh(t *testing.T) {
	dir := tree(t, "file")
	var e walk.Entry
	for item := range open(t, dir).Walk(t.Context(), walk.Options{}) {
		if item.Path != "file" {
			continue
		}
		e = item.Entry
		f, err := e.Open()
		must(t, err)
		defer f.Close()
		was := e
		if changed, err := e.Refresh(f); changed || err != nil || e.Inode != was.Inode || e.Path != "file" {
			t.Errorf("unchanged: %v, %v, %+v", changed, err, e)
		}
		must(t, os.WriteFile(filepath.Join(dir, "file"), []byte("longer than before"), 0o666))
		if changed, err := e.Refresh(f); !changed || err != nil || e.Size != 18 {
			t.Errorf("changed: %v, %v, %+v", changed, err, e)
		}
		again, err := e.Open()
		must(t, err)
		must(t, again.Close())
	}
	if e.Path == "" {
		t.Error("the file was not found")
	}
}
