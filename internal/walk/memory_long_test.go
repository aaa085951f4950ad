//go:build linux && torture

package walk_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"firn/internal/walk"
)

// A directory with a million files takes the bytes of their names and 8 for each, and what
// does not depend on their number.
func TestLongMemoryOfALargeDirectory(t *testing.T) {
	dir := t.TempDir()
	fd, err := unix.Open(dir, unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	const files = 1_000_000
	for i := range files {
		must(t, unix.Mknodat(fd, fmt.Sprintf("name of 20 byte%05x", i), unix.S_IFREG|0o600, 0))
	}
	must(t, unix.Close(fd))
	r := open(t, dir)
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most, n := live(), uint64(0), 0
	for item := range r.Walk(context.Background(), walk.Options{}) {
		must(t, item.Err)
		if n++; n%100_000 == 2 {
			most = max(most, live()-before)
		}
	}
	if n != files+1 {
		t.Errorf("%d items", n)
	}
	perFile := float64(most) / files
	t.Logf("%.1f bytes for each file", perFile)
	if limit := 20 + 8 + 12.0; perFile > limit { // the list of references may grow by a quarter
		t.Errorf("%.1f bytes for each file, want at most %.0f", perFile, limit)
	}
}
