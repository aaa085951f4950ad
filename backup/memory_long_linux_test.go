//go:build torture

package backup_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strconv"
	"testing"
	"time"
)

// The memory of a backup does not grow with the number of files, also in one directory, except for
// their names. FIRN_TEST_FILES sets the number.
func TestLongMemory(t *testing.T) {
	files := 200_000
	if text := os.Getenv("FIRN_TEST_FILES"); text != "" {
		n, err := strconv.Atoi(text)
		must(t, err)
		files = n
	}
	r := newRig(t)
	for i := range files {
		dir := r.dir // a half of the files is in one directory
		if i%2 == 0 {
			dir = filepath.Join(dir, fmt.Sprint(i%1000), fmt.Sprint(i/1000%10))
			must(t, os.MkdirAll(dir, 0o700))
		}
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("a file with the number %d", i)), fmt.Appendf(nil, "%d", i), 0o600))
	}
	for _, what := range []string{"first", "unchanged"} {
		begun := time.Now()
		peak := peakMemory(func() {
			if _, err := r.run(t.Context()); err != nil {
				t.Error(err)
			}
		})
		perSecond := float64(files) / time.Since(begun).Seconds()
		t.Logf("%s: %d MiB of memory, %.0f files a second", what, peak>>20, perSecond)
		if limit := uint64(150<<20) + uint64(files)*50; peak > limit {
			t.Errorf("%s: %d bytes of memory for %d files, want at most %d", what, peak, files, limit)
		}
	}
	info, err := os.Stat(r.file)
	must(t, err)
	t.Logf("the catalog has %d bytes for each file", info.Size()/int64(files))
}

// peakMemory returns how much memory the process has from the system at most while f runs, as
// samples show, in bytes.
func peakMemory(f func()) (peak uint64) {
	runtime.GC()
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	for {
		metrics.Read(samples)
		peak = max(peak, samples[0].Value.Uint64()-samples[1].Value.Uint64())
		select {
		case <-done:
			return peak
		case <-tick.C:
		}
	}
}
