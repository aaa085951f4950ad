package transfer_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"firn/internal/transfer"
	"firn/vault"
	"firn/vault/vaulttest"
)

// meddler is the body of an answer that has a fault at one byte.
type meddler struct {
	io.ReadCloser
	ctx  context.Context
	at   int64 // the faulty byte
	flip bool  // the byte at `at` is wrong
	halt bool  // nothing arrives from the byte at `at` on, until the context ends
	err  error // the error of a read of the byte at `at`
	more int   // bytes that follow the end of the answer
}

func (m *meddler) Read(p []byte) (int, error) {
	if m.at > 0 {
		p = p[:min(int64(len(p)), m.at)]
	} else if m.at == 0 {
		switch {
		case m.halt:
			<-m.ctx.Done()
			return 0, context.Cause(m.ctx)
		case m.err != nil:
			return 0, m.err
		}
	}
	n, err := m.ReadCloser.Read(p)
	if m.flip && m.at == 0 && n > 0 {
		p[0] ^= 0x10
	}
	if m.at >= 0 {
		m.at -= int64(max(n, 1))
	}
	if errors.Is(err, io.EOF) && n == 0 && m.more > 0 {
		n = min(m.more, len(p))
		m.more -= n
		err = nil
	}
	return n, err
}

// meddle puts a fault into the first tries of the segment at offset.
func (s *shelf) meddle(offset int64, tries int, how meddler) {
	open := s.options.Open
	s.options.Open = func(ctx context.Context, r vault.Range) (vault.Output, error) {
		out, err := open(ctx, r)
		if err == nil && r.Offset == offset && s.opens(r) <= tries {
			m := how
			m.ReadCloser, m.ctx = out.ReadCloser, ctx
			out.ReadCloser = &m
		}
		return out, err
	}
}

var errCut = errors.Join(errors.New("connection reset by peer"), vault.ErrUnavailable)

func TestFetchRetriesWhatTimeHeals(t *testing.T) {
	const second = 2 * mib // where the second segment begins
	for name, test := range map[string]struct {
		fault    vaulttest.Fault
		meddle   *meddler
		throttle bool
	}{
		"unavailable":           {fault: vaulttest.Fault{Call: 3, Err: vault.ErrUnavailable}},
		"throttled":             {fault: vaulttest.Fault{Call: 3, Err: vault.ErrThrottled}, throttle: true},
		"the answer is lost":    {fault: vaulttest.Fault{Call: 3, Err: vault.ErrUnavailable, After: true}},
		"no answer":             {fault: vaulttest.Fault{Call: 3, Block: make(chan struct{})}, throttle: true},
		"ends after a byte":     {fault: vaulttest.Fault{Call: 3, Truncate: 1}},
		"ends in a leaf":        {fault: vaulttest.Fault{Call: 3, Truncate: mib + 7}},
		"ends before the end":   {fault: vaulttest.Fault{Call: 3, Truncate: 2*mib - 1}},
		"cut at the first byte": {meddle: &meddler{err: errCut}},
		"cut in the first leaf": {meddle: &meddler{at: 256 << 10, err: errCut}},
		"cut between leaves":    {meddle: &meddler{at: mib, err: errCut}},
		"cut at the last byte":  {meddle: &meddler{at: 2*mib - 1, err: errCut}},
		"cut behind the last":   {meddle: &meddler{at: 2 * mib, err: errCut}},
		"stalls in the middle":  {meddle: &meddler{at: mib + 5, halt: true}, throttle: true},
		"stalls at its end":     {meddle: &meddler{at: 2 * mib, halt: true}, throttle: true},
		"the first byte wrong":  {meddle: &meddler{flip: true}},
		"a byte wrong":          {meddle: &meddler{at: mib + 77, flip: true}},
		"the last byte wrong":   {meddle: &meddler{at: 2*mib - 1, flip: true}},
		"a byte too much":       {meddle: &meddler{at: -1, more: 1}},
		"without an end":        {meddle: &meddler{at: -1, more: 100 * mib}},
	} {
		t.Run(name, func(t *testing.T) {
			fetch(t, 10*mib, func(s *shelf) {
				s.options.Segments = transfer.Segments(vault.Range{Size: 10 * mib}, 10*mib, 2*mib)
				test.fault.Method = "OpenOutput"
				if test.fault.Block != nil {
					test.fault.Block = make(chan struct{}) // a channel of this synctest bubble
				}
				if test.meddle != nil {
					s.meddle(second, 1, *test.meddle)
				} else {
					s.vault = vaulttest.NewFaulty(s.vault, test.fault)
				}
			}, func(s *shelf, got transfer.Fetched, err error) {
				s.mustBeWhole(got, err)
				if got.Retries != 1 || len(s.opened) != 6 {
					t.Errorf("%d retries and %d requests, want 1 and 6", got.Retries, len(s.opened))
				}
				if (s.worst.Concurrency == 2) != test.throttle {
					t.Errorf("the concurrency fell to %d of 4", s.worst.Concurrency)
				}
			})
		})
	}
}

// An answer that announces a wrong length is refused before its bytes arrive.
func TestFetchRefusesAnotherLength(t *testing.T) {
	fetch(t, 4*mib, func(s *shelf) {
		open := s.options.Open
		s.options.Open = func(ctx context.Context, r vault.Range) (vault.Output, error) {
			out, err := open(ctx, r)
			if r.Offset == mib && s.opens(r) == 1 {
				out.Size--
				out.ReadCloser = untouched{t: s.t, Closer: out.ReadCloser}
			}
			return out, err
		}
	}, func(s *shelf, got transfer.Fetched, err error) {
		if s.mustBeWhole(got, err); got.Retries != 1 {
			t.Errorf("%d retries, want 1", got.Retries)
		}
	})
}

type untouched struct {
	t *testing.T
	io.Closer
}

func (u untouched) Read([]byte) (int, error) {
	u.t.Error("it was read")
	return 0, io.EOF
}

func TestFetchDoesNotRetryTheRest(t *testing.T) {
	for _, class := range []error{
		vault.ErrExpired, vault.ErrNotFound, vault.ErrNotReady, vault.ErrDenied, vault.ErrInvalid, errors.New("no class at all"),
	} {
		t.Run(class.Error(), func(t *testing.T) {
			fetch(t, 4*mib, func(s *shelf) {
				s.options.Concurrency = 1
				s.vault = vaulttest.NewFaulty(s.vault, vaulttest.Fault{Method: "OpenOutput", Call: 2, Err: class})
			}, func(s *shelf, got transfer.Fetched, err error) {
				if !errors.Is(err, class) || got.Retries != 0 {
					t.Errorf("got %v after %d retries", err, got.Retries)
				}
				if s.mustHave(); got.Received != mib || len(s.recorded) != 1 {
					t.Errorf("%d bytes received, %d segments recorded", got.Received, len(s.recorded))
				}
			})
		})
	}
}

func TestFetchGivesUpByTime(t *testing.T) {
	fetch(t, 4*mib, func(s *shelf) {
		s.vault = vaulttest.NewFaulty(s.vault, vaulttest.Fault{Method: "OpenOutput", Err: vault.ErrUnavailable})
	}, func(_ *shelf, got transfer.Fetched, err error) {
		if !errors.Is(err, transfer.ErrGaveUp) || !errors.Is(err, vault.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
		if got.Busy < transfer.DefaultRetryFor || got.Busy > transfer.DefaultRetryFor+time.Hour {
			t.Errorf("gave up after %s", got.Busy)
		}
	})
}

// A segment whose bytes are wrong each time ends the transfer after three tries, and is not
// recorded.
func TestFetchGivesUpOnWrongBytes(t *testing.T) {
	fetch(t, 4*mib, func(s *shelf) {
		s.meddle(mib, 3, meddler{at: 5, flip: true})
	}, func(s *shelf, got transfer.Fetched, err error) {
		var mismatch *vault.ChecksumError
		if !errors.Is(err, vault.ErrChecksum) || !errors.As(err, &mismatch) || mismatch.Sent == mismatch.Computed {
			t.Errorf("got %v", err)
		}
		bad := vault.Range{Offset: mib, Size: mib}
		if _, recorded := s.recorded[bad]; recorded || s.opens(bad) != 3 {
			t.Errorf("recorded: %t, after %d tries", recorded, s.opens(bad))
		}
		s.mustHave()
	})
}

// slowDisk takes longer for each write than the connection may be idle.
type slowDisk struct{ io.WriterAt }

func (d slowDisk) WriteAt(p []byte, off int64) (int, error) {
	<-time.After(2 * transfer.DefaultIdleTimeout)
	return d.WriterAt.WriteAt(p, off)
}

func TestFetchBlamesNoVaultForASlowDisk(t *testing.T) {
	fetch(t, 4*mib, func(s *shelf) {
		s.options.At = slowDisk{s.target}
	}, func(s *shelf, got transfer.Fetched, err error) {
		if s.mustBeWhole(got, err); got.Retries != 0 {
			t.Errorf("%d retries", got.Retries)
		}
	})
}

func TestFetchObeysTheRateLimit(t *testing.T) {
	fetch(t, 8*mib, func(s *shelf) {
		s.options.Limiter = transfer.NewLimiter(mib / 4)
		s.options.IdleTimeout = time.Second // the limiter's own pauses do not count as a stall
	}, func(s *shelf, got transfer.Fetched, err error) {
		s.mustBeWhole(got, err)
		if got.Busy < 31*time.Second || got.Busy > 33*time.Second {
			t.Errorf("8 MiB at 256 KiB/s took %s", got.Busy)
		}
	})
}

func TestFetchDrains(t *testing.T) {
	t.Run("segments in flight finish and no other begins", func(t *testing.T) {
		fetch(t, 8*mib, func(s *shelf) {
			release, drain := make(chan struct{}), make(chan struct{})
			s.options.Concurrency, s.options.Drain = 2, drain
			s.vault = vaulttest.NewFaulty(s.vault, vaulttest.Fault{Method: "OpenOutput", Block: release})
			go func() {
				synctest.Wait() // two segments are on their way
				close(drain)
				synctest.Wait()
				close(release)
			}()
		}, func(s *shelf, got transfer.Fetched, err error) {
			if !errors.Is(err, transfer.ErrInterrupted) || len(s.opened) != 2 || len(s.recorded) != 2 || got.Received != 2*mib {
				t.Errorf("got %v, %d segments begun, %d recorded", err, len(s.opened), len(s.recorded))
			}
			s.mustHave()
		})
	})
	t.Run("but not for ever", func(t *testing.T) {
		fetch(t, 8*mib, func(s *shelf) {
			drain := make(chan struct{})
			s.options.Drain = drain
			s.meddle(0, 1, meddler{at: 100, halt: true})
			go func() {
				synctest.Wait()
				close(drain)
			}()
		}, func(s *shelf, got transfer.Fetched, err error) {
			if !errors.Is(err, transfer.ErrInterrupted) || got.Busy != transfer.DefaultDrainTimeout {
				t.Errorf("got %v after %s", err, got.Busy)
			}
			s.mustHave()
		})
	})
	t.Run("and a wait for the service ends at once", func(t *testing.T) {
		fetch(t, 8*mib, func(s *shelf) {
			drain := make(chan struct{})
			s.options.Drain = drain
			s.vault = vaulttest.NewFaulty(s.vault, vaulttest.Fault{Method: "OpenOutput", Err: vault.ErrUnavailable})
			time.AfterFunc(time.Hour, func() { close(drain) })
		}, func(_ *shelf, got transfer.Fetched, err error) {
			if !errors.Is(err, transfer.ErrInterrupted) || got.Busy != time.Hour {
				t.Errorf("got %v after %s", err, got.Busy)
			}
		})
	})
}
