//go:build !race || torture

package restore_test

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// maxMemory is how much memory a restore may need for a hostile record, in bytes.
const maxMemory = 128 << 20

// peakMemory returns how many bytes of heap the function needs at most, as samples show.
func peakMemory(f func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	used := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	before, peak := used(), uint64(0)
	tick := time.NewTicker(100 * time.Microsecond)
	defer tick.Stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	for {
		select {
		case <-done:
			return max(peak, used(), before) - before
		case <-tick.C:
			peak = max(peak, used())
		}
	}
}
