package transfer_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"firn/internal/transfer"
	"firn/vault"
)

// simulated is a vault behind a connection of limited bandwidth and some latency. It keeps
// nothing. It uses the clock of the synctest bubble, so that the same transfer always takes
// the same time.
type simulated struct {
	vault.Uploader
	width  float64                        // bytes per second of all connections together
	each   float64                        // bytes per second of one connection
	length time.Duration                  // latency of the answer to a part
	most   int64                          // connections that the network allows; 0 means any number
	parts  int                            // 0 means 256
	vary   func(sent int) (width float64) // called once per part, one call at a time

	line   *rate.Limiter
	inside atomic.Int64
	lost   atomic.Int64 // parts that were sent in vain
	mu     sync.Mutex
	sent   int   // guarded by mu
	told   []int // parts in flight, at each progress report
}

// Parts and bandwidths are both small. Only the time of a part matters.
const (
	simulatedPart  = 64 << 10
	simulatedPiece = 4 << 10
)

func (s *simulated) Limits() vault.Limits { return vault.Limits{} }

func (s *simulated) UploadPart(ctx context.Context, _ vault.UploadID, p vault.Part, body io.ReadSeeker) (vault.Part, error) {
	s.inside.Add(1)
	defer s.inside.Add(-1)
	s.variation()
	own := rate.NewLimiter(rate.Limit(s.each), simulatedPiece)
	for {
		n, err := io.CopyN(io.Discard, body, simulatedPiece)
		if n > 0 {
			if err := errors.Join(s.line.WaitN(ctx, int(n)), own.WaitN(ctx, int(n))); err != nil {
				return vault.Part{}, err
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return vault.Part{}, err
		}
		if s.most > 0 && s.inside.Load() > s.most {
			s.lost.Add(1)
			return vault.Part{}, vault.ErrLost
		}
	}
	select {
	case <-time.After(s.length):
		return p, nil
	case <-ctx.Done():
		return vault.Part{}, context.Cause(ctx)
	}
}

// variation changes the bandwidth for the next part, if the test varies it.
func (s *simulated) variation() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent++
	if s.vary != nil {
		s.line.SetLimit(rate.Limit(s.vary(s.sent)))
	}
}

// run sends the parts. It returns how long that took in the bubble, and how many parts were
// in flight at the end.
func (s *simulated) run(t *testing.T, concurrency int) (took time.Duration, last int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s.line = rate.NewLimiter(rate.Limit(s.width), simulatedPiece)
		s.sent, s.told = 0, nil
		plan := transfer.Plan{Size: int64(cmp.Or(s.parts, 256)) * simulatedPart, PartSize: simulatedPart}
		begin := time.Now()
		out, err := transfer.Send(t.Context(), transfer.Options{
			Vault: s, Plan: plan, Source: transfer.FromReaderAt(zeros{}, plan), Concurrency: concurrency,
			Record: func(context.Context, vault.Part) error { return nil },
			Progress: func(p transfer.Progress) {
				last = p.Concurrency
				s.told = append(s.told, last)
			},
		})
		took = time.Since(begin)
		if err != nil || out.Size != plan.Size {
			t.Errorf("%d bytes were sent: %v", out.Size, err)
		}
	})
	return took, last
}

// usual returns the median number of parts in flight in the second half of the run. The
// number at the end is no measure, since the pauses are random.
func (s *simulated) usual() int {
	half := slices.Sorted(slices.Values(s.told[len(s.told)/2:]))
	return half[len(half)/2]
}

// zeros is an endless source of zero bytes.
type zeros struct{}

func (zeros) ReadAt(b []byte, _ int64) (int, error) {
	clear(b)
	return len(b), nil
}

// Without a fixed number, a transfer nearly reaches the speed of the best fixed number, at
// low and at high latency, although it first has to find that number. It has no more parts
// in flight than that speed needs.
func TestConcurrencyFindsWhatPays(t *testing.T) {
	const fast, slow = 100 * simulatedPart, simulatedPart
	for _, line := range []struct {
		name      string
		simulated *simulated
		last      int // in flight at the end, at most
	}{
		{"near", &simulated{width: fast, each: fast, length: time.Millisecond}, 8},
		{"20 ms", &simulated{width: fast, each: fast, length: 20 * time.Millisecond}, 16},
		{"100 ms", &simulated{width: fast, each: fast / 10, length: 100 * time.Millisecond}, 32},
		{"300 ms", &simulated{width: fast, each: fast / 30, length: 300 * time.Millisecond}, 32},
		{"slow", &simulated{width: slow, each: slow, length: 20 * time.Millisecond}, 5},
		{"slow and far", &simulated{width: slow, each: slow, length: 300 * time.Millisecond}, 5},
	} {
		t.Run(line.name, func(t *testing.T) {
			var times []time.Duration
			for _, fixed := range []int{1, 2, 4, 8, 16, 32} {
				took, _ := line.simulated.run(t, fixed)
				times = append(times, took)
			}
			took, last := line.simulated.run(t, 0)
			if took > slices.Min(times)*3/2 {
				t.Errorf("took %v, 1 to 32 in flight %v", took, times)
			}
			if last > line.last {
				t.Errorf("%d in flight in the end", last)
			}
			t.Logf("%v with %d in flight in the end; 1 to 32: %v", took, last, times)
		})
	}
}

// Random changes of the bandwidth do not raise the concurrency. A raised concurrency is
// given up when the bandwidth has changed for good.
func TestConcurrencyOnAnUnsteadyLine(t *testing.T) {
	const fast, slow = 100 * simulatedPart, 10 * simulatedPart
	r := rand.New(rand.NewPCG(3, 7))
	unsteady := func(width float64) float64 { return width * (0.7 + 0.6*r.Float64()) }
	for _, line := range []struct {
		name      string
		simulated *simulated
		usual     int // in flight, at most
	}{
		{"slow", &simulated{
			each: fast, length: 20 * time.Millisecond, parts: 3000,
			vary: func(int) float64 { return unsteady(slow) },
		}, 8},
		{"slow after a while", &simulated{
			each: fast / 10, length: 100 * time.Millisecond, parts: 8000,
			vary: func(sent int) float64 {
				if sent < 500 {
					return fast
				}
				return unsteady(slow)
			},
		}, 10},
	} {
		t.Run(line.name, func(t *testing.T) {
			took, _ := line.simulated.run(t, 0)
			if got := line.simulated.usual(); got > line.usual {
				t.Errorf("%d in flight", got)
			}
			t.Logf("%v, with %d in flight", took, line.simulated.usual())
		})
	}
}

// On a network that drops connections, the concurrency shrinks to what the network allows,
// and few parts are sent in vain.
func TestConcurrencyShrinksWithLoss(t *testing.T) {
	s := &simulated{width: 100 * simulatedPart, each: 10 * simulatedPart, length: 100 * time.Millisecond, most: 6}
	s.run(t, 0)
	usual, lost := s.usual(), s.lost.Load()
	if usual > 8 || lost > 80 {
		t.Errorf("%d in flight, and %d parts of 256 sent in vain", usual, lost)
	}
	t.Logf("%d in flight, and %d parts of 256 sent in vain", usual, lost)
}
