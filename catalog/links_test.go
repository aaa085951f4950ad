package catalog_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// A link that somebody has put where firn writes anew the log of a catalog leads to
// nothing being written elsewhere.
func TestTheLogFollowsNoLink(t *testing.T) {
	if runtime.GOOS == "windows" { // where links need a privilege
		return
	}
	dir := t.TempDir()
	path, theirs := filepath.Join(dir, "catalog.db"), filepath.Join(dir, "theirs")
	killWhileSaving(t, path, 3)
	write(t, theirs, []byte("of somebody else"))
	if err := os.Symlink(theirs, path+"-wal.new"); err != nil {
		t.Fatal(err)
	}
	saved(t, open(t, path), anUpload())
	if got := read(t, theirs); string(got) != "of somebody else" {
		t.Errorf("a file elsewhere was written to: %.50q", got)
	}
}
