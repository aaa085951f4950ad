package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"firn/internal/crc64"
	"firn/internal/transfer"
	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
	"firn/vault/vaulttest"
)

// bench is an upload to a directory vault, with everything that Send needs.
type bench struct {
	t       *testing.T
	vault   *dirvault.Vault
	data    []byte
	options transfer.Options

	mu       sync.Mutex
	recorded []vault.Part
	worst    transfer.Progress // the progress report with the lowest concurrency
	last     transfer.Progress
}

func newBench(t *testing.T, size int) *bench {
	t.Helper()
	b := &bench{t: t, data: make([]byte, size)}
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b.data)
	dir := t.TempDir()
	root, err := dirvault.OpenRoot(dir, dirvault.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := root.CreateVault(t.Context(), "v"); err != nil {
		t.Fatal(err)
	}
	if err := root.Close(); err != nil {
		t.Fatal(err)
	}
	if b.vault, err = dirvault.Open(filepath.Join(dir, "v"), dirvault.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, b.vault) })
	id, err := b.vault.CreateUpload(t.Context(), vault.UploadRequest{Description: "x", PartSize: mib})
	if err != nil {
		t.Fatal(err)
	}
	plan := transfer.Plan{Size: int64(size), PartSize: mib}
	b.options = transfer.Options{
		Vault: b.vault, ID: id, Plan: plan, Concurrency: 4,
		Source: transfer.FromReaderAt(bytes.NewReader(b.data), plan),
		Record: func(_ context.Context, p vault.Part) error {
			b.recorded = append(b.recorded, p) // no lock: Send calls Record once at a time
			return nil
		},
		Progress: func(p transfer.Progress) {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.worst.Concurrency == 0 || p.Concurrency < b.worst.Concurrency {
				b.worst = p
			}
			b.last = p
		},
	}
	return b
}

func (b *bench) faults(faults ...vaulttest.Fault) *vaulttest.Faulty {
	v := vaulttest.NewFaulty(b.vault, faults...)
	b.options.Vault = v
	return v
}

// complete completes the upload, which proves that the parts hold the data.
func (b *bench) complete(out transfer.Outcome) {
	b.t.Helper()
	if out.TreeHash() != treehash.Sum(b.data) || out.Size != int64(len(b.data)) {
		b.t.Fatalf("the outcome has %d bytes with tree hash %s", out.Size, out.TreeHash())
	}
	_, err := b.vault.CompleteUpload(b.t.Context(), b.options.ID,
		vault.Completion{Size: out.Size, TreeHash: out.TreeHash(), Parts: out.Parts})
	if err != nil {
		b.t.Fatal(err)
	}
}

// send runs Send in a synctest bubble. Its clock advances when all goroutines wait.
func send(t *testing.T, size int, prepare func(b *bench), check func(b *bench, out transfer.Outcome, err error)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, size)
		prepare(b)
		out, err := transfer.Send(t.Context(), b.options)
		check(b, out, err)
	})
}

func mustComplete(b *bench, out transfer.Outcome, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	b.complete(out)
}

func TestSendSizes(t *testing.T) {
	for _, size := range []int{0, 1, mib - 1, mib, mib + 1, 9*mib + 5} {
		send(t, size, func(*bench) {}, func(b *bench, out transfer.Outcome, err error) {
			mustComplete(b, out, err)
			if len(b.recorded) != len(out.Parts) || out.Sent != int64(size) || out.Adopted != 0 {
				t.Errorf("size %d: %d recorded, %d sent, %d adopted", size, len(b.recorded), out.Sent, out.Adopted)
			}
			if size > 0 && (b.last.Done != int64(size) || b.last.InFlight != 0 || b.last.PartsDone != b.last.Parts) {
				t.Errorf("size %d: the last progress is %+v", size, b.last)
			}
		})
	}
}

// counting counts the bytes that are read from a source.
type counting struct {
	io.ReaderAt
	read atomic.Int64
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.read.Add(int64(n))
	return n, err
}

func TestSendAdoptsWhatIsProved(t *testing.T) {
	for name, test := range map[string]struct {
		known, spoiled, byCRC bool
		adopted               int
		bytesRead             int64
	}{
		"known hashes need no reading":    {known: true, adopted: 3, bytesRead: 2 * mib},
		"unknown ones are read":           {adopted: 3, bytesRead: 3*mib + 2*mib},
		"other bytes are sent":            {spoiled: true, adopted: 2, bytesRead: 2*mib + 2*2*mib},
		"by CRC-64":                       {byCRC: true, adopted: 3, bytesRead: 3*mib + 2*mib},
		"other bytes by CRC-64 are sent":  {byCRC: true, spoiled: true, adopted: 2, bytesRead: 2*mib + 2*2*mib},
		"known ones, but the vault's not": {known: true, spoiled: true, adopted: 2, bytesRead: 2 * 2 * mib},
	} {
		t.Run(name, func(t *testing.T) {
			var source *counting
			var faulty *vaulttest.Faulty
			send(t, 4*mib, func(b *bench) {
				b.options.Held, b.options.Known = map[int64]vault.Part{}, map[int64]treehash.Hash{}
				for i := range 3 {
					piece := b.data[i*mib : (i+1)*mib]
					hash := treehash.Sum(piece)
					if test.known {
						b.options.Known[int64(i)*mib] = hash
					}
					if test.spoiled && i == 1 {
						piece = append([]byte("other"), piece[5:]...)
					}
					held := b.put(int64(i)*mib, piece)
					if test.byCRC {
						held.TreeHash = treehash.Hash{}
					}
					b.options.Held[int64(i)*mib] = held
				}
				source = &counting{ReaderAt: bytes.NewReader(b.data)}
				b.options.Source = transfer.FromReaderAt(source, b.options.Plan)
				faulty = b.faults()
				if test.byCRC {
					b.options.Vault = wantsCRC{faulty}
				}
			}, func(b *bench, out transfer.Outcome, err error) {
				mustComplete(b, out, err)
				if out.Adopted != test.adopted || faulty.Calls("UploadPart") != 4-test.adopted {
					t.Errorf("%d adopted, %d sent", out.Adopted, faulty.Calls("UploadPart"))
				}
				if got := source.read.Load(); got != test.bytesRead {
					t.Errorf("%d bytes read, want %d", got, test.bytesRead)
				}
				if b.last.PartsResumed != test.adopted || b.last.Resumed != int64(test.adopted)*mib {
					t.Errorf("the last progress is %+v", b.last)
				}
			})
		})
	}
}

// wantsCRC is a vault that also wants the CRC-64 of each part.
type wantsCRC struct{ vault.Uploader }

func (w wantsCRC) Limits() vault.Limits {
	l := w.Uploader.Limits()
	l.CRC64 = true
	return l
}

// put stores a part without the engine.
func (b *bench) put(offset int64, piece []byte) vault.Part {
	b.t.Helper()
	hasher := treehash.New()
	_, _ = hasher.Write(piece)
	sums := hasher.Sums()
	crc, err := crc64.Read(b.t.Context(), bytes.NewReader(piece), int64(len(piece)))
	if err != nil {
		b.t.Fatal(err)
	}
	part, err := b.vault.UploadPart(b.t.Context(), b.options.ID, vault.Part{
		Offset: offset, Size: int64(len(piece)), TreeHash: sums.Tree, SHA256: sums.SHA256,
	}, bytes.NewReader(piece))
	if err != nil {
		b.t.Fatal(err)
	}
	part.CRC64 = crc // a vault that keeps the CRC-64 states it
	return part
}

func TestSendRetriesWhatTimeHeals(t *testing.T) {
	for name, test := range map[string]struct {
		fault    vaulttest.Fault
		stalled  bool
		throttle bool
	}{
		"unavailable":   {fault: vaulttest.Fault{Err: vault.ErrUnavailable}},
		"throttled":     {fault: vaulttest.Fault{Err: vault.ErrThrottled}, throttle: true},
		"answer lost":   {fault: vaulttest.Fault{Err: vault.ErrUnavailable, After: true}},
		"checksum once": {fault: vaulttest.Fault{Err: vault.ErrChecksum}},
		"stalled":       {stalled: true, throttle: true},
	} {
		t.Run(name, func(t *testing.T) {
			send(t, 8*mib, func(b *bench) {
				test.fault.Method, test.fault.Call = "UploadPart", 3
				if test.stalled {
					test.fault.Block = make(chan struct{}) // a channel of this synctest bubble
				}
				b.faults(test.fault)
			}, func(b *bench, out transfer.Outcome, err error) {
				mustComplete(b, out, err)
				if out.Retries != 1 {
					t.Errorf("%d retries, want 1", out.Retries)
				}
				if (b.worst.Concurrency == 2) != test.throttle {
					t.Errorf("the concurrency fell to %d of 4", b.worst.Concurrency)
				}
			})
		})
	}
}

func TestSendDoesNotRetryTheRest(t *testing.T) {
	for _, class := range []error{vault.ErrDenied, vault.ErrInvalid, vault.ErrNotFound, errors.New("no class at all")} {
		t.Run(class.Error(), func(t *testing.T) {
			send(t, 4*mib, func(b *bench) {
				b.options.Concurrency = 1
				b.faults(vaulttest.Fault{Method: "UploadPart", Call: 2, Err: class})
			}, func(b *bench, out transfer.Outcome, err error) {
				if !errors.Is(err, class) || out.Retries != 0 {
					t.Errorf("got %v after %d retries", err, out.Retries)
				}
				if len(b.recorded) == 0 || len(out.Parts) != len(b.recorded) {
					t.Errorf("%d recorded, %d in the outcome", len(b.recorded), len(out.Parts))
				}
			})
		})
	}
}

func TestSendGivesUpByTime(t *testing.T) {
	send(t, 4*mib, func(b *bench) {
		b.faults(vaulttest.Fault{Method: "UploadPart", Err: vault.ErrUnavailable})
	}, func(_ *bench, out transfer.Outcome, err error) {
		if !errors.Is(err, transfer.ErrGaveUp) || !errors.Is(err, vault.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
		if out.Busy < transfer.DefaultRetryFor || out.Busy > transfer.DefaultRetryFor+time.Hour {
			t.Errorf("gave up after %s", out.Busy)
		}
	})
}

func TestSendGivesUpOnAWayThatSpoilsBytes(t *testing.T) {
	send(t, 4*mib, func(b *bench) {
		b.faults(vaulttest.Fault{Method: "UploadPart", Err: vault.ErrChecksum})
	}, func(_ *bench, _ transfer.Outcome, err error) {
		if !errors.Is(err, vault.ErrChecksum) {
			t.Errorf("got %v", err)
		}
	})
}

// shifty returns other bytes when the same place is read a second time.
type shifty struct {
	io.ReaderAt
	seen sync.Map
}

func (s *shifty) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.ReaderAt.ReadAt(p, off)
	if _, again := s.seen.LoadOrStore(off, true); again && n > 0 {
		p[0] ^= 1
	}
	return n, err
}

func TestSendTellsAChangedSourceFromABadLine(t *testing.T) {
	send(t, 2*mib, func(b *bench) {
		b.options.Source = transfer.FromReaderAt(&shifty{ReaderAt: bytes.NewReader(b.data)}, b.options.Plan)
	}, func(_ *bench, _ transfer.Outcome, err error) {
		if !errors.Is(err, transfer.ErrSourceChanged) || !transfer.IsSource(err) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSendNeverMakesUpBytes(t *testing.T) {
	broken := errors.New("input/output error")
	for name, test := range map[string]struct {
		source func(data []byte) io.ReaderAt
		want   error
	}{
		"a truncated source": {
			func(data []byte) io.ReaderAt { return bytes.NewReader(data[:mib+7]) }, transfer.ErrSourceChanged,
		},
		"a source truncated after it was hashed": {
			func(data []byte) io.ReaderAt {
				return &cutLater{r: bytes.NewReader(data), cut: mib + 7}
			}, transfer.ErrSourceChanged,
		},
		"a broken disk": {
			func(data []byte) io.ReaderAt { return &brokenAt{bytes.NewReader(data), mib + 4096, broken} }, broken,
		},
	} {
		t.Run(name, func(t *testing.T) {
			send(t, 4*mib, func(b *bench) {
				b.options.Source = transfer.FromReaderAt(test.source(b.data), b.options.Plan)
			}, func(_ *bench, out transfer.Outcome, err error) {
				if !errors.Is(err, test.want) || !transfer.IsSource(err) || out.Retries != 0 {
					t.Errorf("got %v after %d retries", err, out.Retries)
				}
			})
		})
	}
}

type brokenAt struct {
	r   io.ReaderAt
	at  int64
	err error
}

func (b *brokenAt) ReadAt(p []byte, off int64) (int, error) {
	if off <= b.at && b.at < off+int64(len(p)) {
		return 0, b.err
	}
	return b.r.ReadAt(p, off)
}

// cutLater ends at cut when a place after cut is read a second time.
type cutLater struct {
	r    io.ReaderAt
	cut  int64
	seen sync.Map
}

func (c *cutLater) ReadAt(p []byte, off int64) (int, error) {
	if off < c.cut {
		return c.r.ReadAt(p, off)
	}
	if _, again := c.seen.LoadOrStore(off, true); again {
		return 0, io.EOF
	}
	return c.r.ReadAt(p, off)
}

func TestSendDrains(t *testing.T) {
	t.Run("parts in flight finish", func(t *testing.T) {
		send(t, 8*mib, func(b *bench) {
			release, drain := make(chan struct{}), make(chan struct{})
			b.options.Concurrency, b.options.Drain = 1, drain
			b.faults(vaulttest.Fault{Method: "UploadPart", Call: 2, Block: release})
			go func() {
				synctest.Wait() // the second part is on its way
				close(drain)
				synctest.Wait()
				close(release)
			}()
		}, func(b *bench, out transfer.Outcome, err error) {
			if !errors.Is(err, transfer.ErrInterrupted) || len(b.recorded) < 2 || len(out.Parts) != len(b.recorded) {
				t.Errorf("got %v with %d parts", err, len(b.recorded))
			}
		})
	})
	t.Run("and no other part begins", func(t *testing.T) {
		var faulty *vaulttest.Faulty
		send(t, 8*mib, func(b *bench) {
			release, drain := make(chan struct{}), make(chan struct{})
			b.options.Concurrency, b.options.Drain = 1, drain
			faulty = b.faults(vaulttest.Fault{Method: "UploadPart", Call: 1, Block: release})
			go func() {
				synctest.Wait() // the first part is on its way, the second is hashed
				close(drain)
				synctest.Wait()
				close(release)
			}()
		}, func(b *bench, _ transfer.Outcome, err error) {
			if !errors.Is(err, transfer.ErrInterrupted) || faulty.Calls("UploadPart") != 1 || len(b.recorded) != 1 {
				t.Errorf("got %v, %d parts begun, %d recorded", err, faulty.Calls("UploadPart"), len(b.recorded))
			}
		})
	})
	t.Run("even if a stream says nothing", func(t *testing.T) {
		spool := t.TempDir()
		send(t, mib, func(b *bench) {
			drain := make(chan struct{})
			silent, _ := io.Pipe()
			s := transfer.NewStream(silent)
			b.t.Cleanup(func() {
				closed(b.t, silent)
				s.Close()
			})
			b.options.Plan.Size, b.options.Drain = transfer.Unknown, drain
			b.options.Source = transfer.FromStream(s, b.options.Plan, vault.Limits{MaxParts: 4}, spool)
			time.AfterFunc(time.Hour, func() { close(drain) })
		}, func(_ *bench, out transfer.Outcome, err error) {
			if !errors.Is(err, transfer.ErrInterrupted) || out.Busy != time.Hour {
				t.Errorf("got %v after %s", err, out.Busy)
			}
		})
	})
	t.Run("but not for ever", func(t *testing.T) {
		send(t, 8*mib, func(b *bench) {
			drain := make(chan struct{})
			b.options.Drain = drain
			b.faults(vaulttest.Fault{Method: "UploadPart", Block: make(chan struct{})})
			go func() {
				synctest.Wait()
				close(drain)
			}()
		}, func(_ *bench, out transfer.Outcome, err error) {
			if !errors.Is(err, transfer.ErrInterrupted) || out.Busy != transfer.DefaultDrainTimeout {
				t.Errorf("got %v after %s", err, out.Busy)
			}
		})
	})
	t.Run("and a wait for the service ends at once", func(t *testing.T) {
		send(t, 8*mib, func(b *bench) {
			drain := make(chan struct{})
			b.options.Drain = drain
			b.faults(vaulttest.Fault{Method: "UploadPart", Err: vault.ErrUnavailable})
			time.AfterFunc(time.Hour, func() { close(drain) })
		}, func(_ *bench, out transfer.Outcome, err error) {
			if !errors.Is(err, transfer.ErrInterrupted) || out.Busy != time.Hour {
				t.Errorf("got %v after %s", err, out.Busy)
			}
		})
	})
}

func TestSendObeysTheRateLimit(t *testing.T) {
	send(t, 8*mib, func(b *bench) {
		b.options.Limiter = transfer.NewLimiter(mib / 4)
	}, func(b *bench, out transfer.Outcome, err error) {
		mustComplete(b, out, err)
		if out.Busy < 31*time.Second || out.Busy > 33*time.Second {
			t.Errorf("8 MiB at 256 KiB/s took %s", out.Busy)
		}
	})
}

func TestSendStopsWhenTheRecordFails(t *testing.T) {
	full := errors.New("disk full")
	send(t, 4*mib, func(b *bench) {
		b.options.Record = func(context.Context, vault.Part) error { return full }
	}, func(_ *bench, out transfer.Outcome, err error) {
		if !errors.Is(err, full) || len(out.Parts) != 0 {
			t.Errorf("got %v with %d parts", err, len(out.Parts))
		}
	})
}

// stream returns the data as a Stream, which is closed at the end of the test.
func stream(b *bench) *transfer.Stream {
	s := transfer.NewStream(bytes.NewReader(b.data))
	b.t.Cleanup(s.Close)
	return s
}

func TestSendStreams(t *testing.T) {
	for _, size := range []int{0, 1, mib, 3 * mib, 3*mib + 1} {
		spool := t.TempDir()
		send(t, size, func(b *bench) {
			b.options.Plan.Size = transfer.Unknown
			b.options.Source = transfer.FromStream(stream(b), b.options.Plan, vault.Limits{MaxParts: 4}, spool)
			b.faults(vaulttest.Fault{Method: "UploadPart", Call: 2, Err: vault.ErrUnavailable})
		}, func(b *bench, out transfer.Outcome, err error) {
			mustComplete(b, out, err)
		})
		if left, err := os.ReadDir(spool); err != nil || len(left) != 0 {
			t.Errorf("the spool holds %v, %v", left, err)
		}
	}
}

func TestSendRefusesALongStream(t *testing.T) {
	spool := t.TempDir()
	send(t, 5*mib, func(b *bench) {
		b.options.Plan.Size = transfer.Unknown
		b.options.Source = transfer.FromStream(stream(b), b.options.Plan, vault.Limits{MaxParts: 4}, spool)
	}, func(_ *bench, _ transfer.Outcome, err error) {
		if !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("got %v", err)
		}
	})
	if left, err := os.ReadDir(spool); err != nil || len(left) != 0 {
		t.Errorf("the spool holds %v, %v", left, err)
	}
}

func closed(t *testing.T, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
