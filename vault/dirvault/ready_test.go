package dirvault_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/vault/dirvault"
)

// TestRootReady: as long as its directory is the one at its path, and takes files.
func TestRootReady(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vaults")
	r := openRoot(t, dir, dirvault.Options{})
	want := func(what, reason string) {
		t.Helper()
		err := r.Ready(t.Context())
		if (err == nil) != (reason == "") || err != nil && !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v, want %q", what, err, reason)
		}
	}
	want("when it was opened", "")
	before, err := os.ReadDir(dir)
	if err != nil || len(before) != 1 {
		t.Errorf("it left %v, %v", before, err)
	}
	const gone = "it was moved after it was opened"
	away := dir + ".away"
	if err := os.Rename(dir, away); err != nil {
		t.Fatal(err)
	}
	want("without a directory", gone)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	want("with another one", gone)
	if err := errors.Join(os.Remove(dir), os.Rename(away, dir)); err != nil {
		t.Fatal(err)
	}
	want("when it is back", "")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := r.Ready(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("when it takes no files: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := r.Ready(t.Context()); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("when it is closed: %v", err)
	}
}
