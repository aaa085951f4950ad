package walk_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"firn/internal/walk"
)

// deepen makes a chain of n directories, each with a file and a second directory.
func deepen(t *testing.T, dir, name string, n int) {
	t.Helper()
	fd, err := unix.Open(dir, unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	for range n {
		must(t, unix.Mkdirat(fd, name, 0o777))
		must(t, unix.Mkdirat(fd, "z", 0o777))
		file, err := unix.Openat(fd, "file", unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o666)
		must(t, err)
		must(t, unix.Close(file))
		next, err := unix.Openat(fd, name, unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		must(t, err)
		must(t, unix.Close(fd))
		fd = next
	}
	must(t, unix.Close(fd))
}

// Paths longer than the system's limit are walked, and files in them are opened.
func TestDeepTrees(t *testing.T) {
	dir := t.TempDir()
	const depth = 300
	name := strings.Repeat("d", 60)
	deepen(t, dir, name, depth)
	r := open(t, dir)
	var all []walk.Item
	handles := 0
	for item := range r.Walk(context.Background(), walk.Options{}) {
		must(t, item.Err)
		all = append(all, item)
		list, err := os.ReadDir("/proc/self/fd")
		must(t, err)
		handles = max(handles, len(list))
	}
	if len(all) != 1+3*depth {
		t.Errorf("%d items, want %d", len(all), 1+3*depth)
	}
	if handles > 200 {
		t.Errorf("%d files were open", handles)
	}
	longest := slices.MaxFunc(all, func(a, b walk.Item) int { return len(a.Path) - len(b.Path) })
	if len(longest.Path) < 4096 {
		t.Errorf("the longest path has %d bytes", len(longest.Path))
	}
	for _, item := range all {
		if item.Type == walk.Regular && len(item.Path) > 18_000 {
			f, err := item.Open()
			must(t, err)
			must(t, f.Close())
		}
	}
}

func TestAPathThatIsTooLongIsAnError(t *testing.T) {
	dir := t.TempDir()
	deepen(t, dir, strings.Repeat("d", 250), 140)
	var errs []error
	for _, item := range items(t, dir, walk.Options{}) {
		if len(item.Path) > walk.MaxPath {
			t.Errorf("a path of %d bytes", len(item.Path))
		}
		if item.Err != nil {
			errs = append(errs, item.Err)
		}
	}
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "more than 32768 bytes") {
		t.Errorf("%v", errs)
	}
	must(t, exec.Command("rm", "-rf", dir).Run()) // os.RemoveAll handles it, too, but is slow
}
