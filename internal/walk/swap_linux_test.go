package walk_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"firn/internal/walk"
)

// Somebody exchanges directories and files for links that lead outside, all the time. A
// walk never sees what is outside.
func TestAWalkStaysInsideWhileLinksAreSwapped(t *testing.T) {
	outside := tree(t, "secret-dir/secret", "secret-file")
	write(t, outside, "secret-file", "secret")
	dir := tree(t, "a/b/c/file", "a/b/file", "d/file", "e/f/file", "file")
	must(t, os.Symlink(outside, filepath.Join(dir, "link")))
	must(t, os.Symlink(filepath.Join(outside, "secret-file"), filepath.Join(dir, "link-to-file")))
	done := make(chan struct{})
	var swapping sync.WaitGroup
	defer func() {
		close(done)
		swapping.Wait()
	}()
	swap := func(link string, names ...string) {
		swapping.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				a, b := filepath.Join(dir, names[i/2%len(names)]), filepath.Join(dir, link)
				// It fails while another swap has moved a directory above.
				_ = unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
			}
		})
	}
	swap("link", "a", "a/b", "d", "e/f")
	swap("link-to-file", "file", "a/b/file", "d/file")
	r := open(t, dir)
	opened := 0
	for range 100 {
		for item := range r.Walk(context.Background(), walk.Options{}) {
			if strings.Contains(item.Path, "secret") {
				t.Fatalf("the walk has left the root: %s", item.Path)
			}
			if item.Type != walk.Regular {
				continue
			}
			f, err := item.Open()
			if err != nil {
				continue // it was exchanged
			}
			text, err := io.ReadAll(f)
			must(t, err)
			must(t, f.Close())
			if opened++; string(text) == "secret" {
				t.Fatalf("%s is a file outside of the root", item.Path)
			}
		}
	}
	if opened == 0 {
		t.Error("no file was opened")
	}
}
