package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"firn/internal/transfer"
	"firn/treehash"
	"firn/vault"
)

// ordered makes Fetch write into a buffer in order. It checks that a segment is recorded
// only after its bytes were written.
func (s *shelf) ordered() *bytes.Buffer {
	out := new(bytes.Buffer)
	s.options.At, s.options.Ordered = nil, out
	s.options.Record = func(ctx context.Context, r vault.Range, hash treehash.Hash) error {
		if int64(out.Len()) != r.End() {
			s.t.Errorf("%+v is recorded when %d bytes are out", r, out.Len())
		}
		return s.record(ctx, r, hash)
	}
	return out
}

// mustFlow fails unless the recorded segments are the first ones, in order, and out holds
// their bytes.
func (s *shelf) mustFlow(out *bytes.Buffer) {
	s.t.Helper()
	if n := len(s.order); !slices.Equal(s.order, s.options.Segments[:n]) {
		s.t.Errorf("recorded in the order %+v", s.order)
	}
	if !bytes.Equal(out.Bytes(), s.data[:out.Len()]) {
		s.t.Error("other bytes came out")
	}
	for r, hash := range s.recorded {
		if hash != treehash.Sum(s.data[r.Offset:r.End()]) {
			s.t.Errorf("%+v was recorded with another hash", r)
		}
	}
}

// delayed makes every segment wait for a random time before it is opened.
func (s *shelf) delayed(seed uint64) {
	draw := rand.New(rand.NewPCG(seed, 1))
	open := s.options.Open
	s.options.Open = func(ctx context.Context, r vault.Range) (vault.Output, error) {
		s.mu.Lock()
		wait := time.Duration(draw.Int64N(int64(time.Minute)))
		s.mu.Unlock()
		<-time.After(wait)
		return open(ctx, r)
	}
}

func TestFetchInOrder(t *testing.T) {
	for seed := range uint64(8) {
		var out *bytes.Buffer
		fetch(t, 11*mib+5, func(s *shelf) {
			s.options.Segments = transfer.Segments(vault.Range{Size: 11*mib + 5}, 11*mib+5, 2*mib)
			s.options.Concurrency = int(seed%4) + 1
			s.delayed(seed)
			s.meddle(4*mib, 2, meddler{at: mib, flip: true})
			out = s.ordered()
		}, func(s *shelf, got transfer.Fetched, err error) {
			if err != nil || got.Received != 11*mib+5 || out.Len() != 11*mib+5 || got.Retries != 2 {
				t.Errorf("%d bytes out, %+v, error %v", out.Len(), got, err)
			}
			s.mustFlow(out)
		})
	}
}

// Neither wrong bytes nor the bytes after them are written.
func TestFetchInOrderStopsBeforeWrongBytes(t *testing.T) {
	var out *bytes.Buffer
	fetch(t, 8*mib, func(s *shelf) {
		s.delayed(1)
		s.meddle(3*mib, 3, meddler{at: 9, flip: true})
		out = s.ordered()
	}, func(s *shelf, got transfer.Fetched, err error) {
		if !errors.Is(err, vault.ErrChecksum) || out.Len() > 3*mib || got.Received != int64(out.Len()) {
			t.Errorf("got %v with %d bytes out, %+v", err, out.Len(), got)
		}
		s.mustFlow(out)
	})
}

// While the first segment is missing, Fetch fetches no more segments than it may hold in
// memory.
func TestFetchInOrderHoldsFewSegments(t *testing.T) {
	var out *bytes.Buffer
	fetch(t, 16*mib, func(s *shelf) {
		release := make(chan struct{})
		open := s.options.Open
		s.options.Concurrency = 3
		s.options.Open = func(ctx context.Context, r vault.Range) (vault.Output, error) {
			o, err := open(ctx, r)
			if r.Offset == 0 {
				<-release
			}
			return o, err
		}
		out = s.ordered()
		go func() {
			synctest.Wait() // every segment that Fetch may fetch is fetched
			s.mu.Lock()
			if len(s.opened) != 4 {
				s.t.Errorf("%d segments were fetched, want 4", len(s.opened))
			}
			s.mu.Unlock()
			close(release)
		}()
	}, func(s *shelf, _ transfer.Fetched, err error) {
		if err != nil || out.Len() != 16*mib {
			t.Errorf("%d bytes out, error %v", out.Len(), err)
		}
		s.mustFlow(out)
	})
}

func TestFetchInOrderEndsWithItsReader(t *testing.T) {
	fetch(t, 8*mib, func(s *shelf) {
		reader, writer := io.Pipe()
		s.options.At, s.options.Ordered = nil, writer
		go func() {
			_, err := io.CopyN(io.Discard, reader, 2*mib+1)
			_ = reader.CloseWithError(errors.Join(err, io.ErrClosedPipe))
		}()
	}, func(s *shelf, got transfer.Fetched, err error) {
		if !errors.Is(err, io.ErrClosedPipe) || !transfer.IsSink(err) || got.Received != 2*mib || len(s.order) != 2 {
			t.Errorf("got %v with %+v", err, got)
		}
	})
}

// A drain writes the segments that are complete and in order, and nothing after a missing
// segment.
func TestFetchInOrderDrains(t *testing.T) {
	var out *bytes.Buffer
	fetch(t, 8*mib, func(s *shelf) {
		drain := make(chan struct{})
		s.options.Drain = drain
		s.meddle(mib, 1000, meddler{at: 5, err: errCut})
		var once sync.Once
		s.options.Progress = func(p transfer.Progress) {
			if s.progress(p); p.Retries > 0 && p.PartsDone > 0 {
				once.Do(func() { close(drain) })
			}
		}
		out = s.ordered()
	}, func(s *shelf, got transfer.Fetched, err error) {
		if !errors.Is(err, transfer.ErrInterrupted) || out.Len() != mib || got.Received != mib {
			t.Errorf("got %v with %d bytes out, %+v", err, out.Len(), got)
		}
		if s.last.InFlight != 0 || s.last.Done != mib {
			t.Errorf("the last progress is %+v", s.last)
		}
		s.mustFlow(out)
	})
}

// If a segment fails for good while one before it waits for its turn, the complete one is
// still written.
func TestFetchInOrderWritesWhatIsBeforeAFailure(t *testing.T) {
	var out *bytes.Buffer
	fetch(t, 8*mib, func(s *shelf) {
		failed := make(chan struct{})
		s.options.Concurrency = 2
		open := s.options.Open
		s.options.Open = func(ctx context.Context, r vault.Range) (vault.Output, error) {
			if r.Offset == 2*mib {
				synctest.Wait() // the first segment is being written, the second waits for its turn
				close(failed)
				return vault.Output{}, vault.ErrDenied
			}
			return open(ctx, r)
		}
		out = s.ordered()
		s.options.Ordered = writerFunc(func(p []byte) (int, error) {
			<-failed
			synctest.Wait() // everybody has heard of the failure
			return out.Write(p)
		})
	}, func(s *shelf, got transfer.Fetched, err error) {
		if !errors.Is(err, vault.ErrDenied) || out.Len() != 2*mib || got.Received != 2*mib {
			t.Errorf("got %v with %d bytes out, %+v", err, out.Len(), got)
		}
		s.mustFlow(out)
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
