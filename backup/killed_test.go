package backup_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// noise returns bytes that cannot be compressed.
func noise(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// fill makes a tree of several packs, of which a part changes with each version.
func (r *rig) fill(version int) {
	r.o.PackSize = 40_000
	for i := range 40 {
		r.write(fmt.Sprintf("d%d/f%d", i%5, i), noise(uint64(i+i%3*version*100), 5000))
	}
	r.write(fmt.Sprintf("v%d", version), strings.Repeat("same", 2000))
	r.remove(fmt.Sprintf("v%d", version-1))
	r.remove(fmt.Sprintf("d%d", version%5))
}

// A backup that is killed at any of its steps is continued by the same call: nothing is lost, and
// nothing is stored twice.
func TestKilledAtEachStep(t *testing.T) {
	for _, isDone := range []bool{false, true} {
		t.Run(fmt.Sprintf("done %v", isDone), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.fill(0)
			for step := 1; r.runKilled(step, isDone); step += 2 {
				if step%5 == 0 {
					r.mustRun()
					r.fill(step / 5)
				}
			}
			r.mustRun()
		})
	}
}

// The same holds for an error at any step, after which nothing more succeeds.
func TestFailsAtEachStep(t *testing.T) {
	r := newRig(t)
	r.fill(0)
	for step := 1; ; step++ {
		s := &steps{left: step, isDone: step%2 == 0, stop: func() error { return errStopped }}
		r.wrap = s.wrap
		report, err := r.run(context.Background())
		r.wrap = nil
		if err == nil {
			r.check(report.Snapshot)
			return
		}
		if !errors.Is(err, errStopped) {
			t.Fatalf("step %d: %v", step, err)
		}
		if step%7 == 0 {
			r.mustRun()
			r.fill(step / 7)
		}
	}
}
