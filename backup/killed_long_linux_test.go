//go:build torture

package backup_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"
)

// A backup of many packs is killed at random times, while the tree changes, and continued.
func TestLongKilledAtAnyTime(t *testing.T) {
	r := newRig(t)
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 3))
	for round := range 30 {
		r.fill(round)
		for range 4 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(250))*time.Millisecond)
			_, _ = r.runChild(ctx, child{}) // it was killed, or has ended
			cancel()
		}
		r.mustRun()
	}
}
