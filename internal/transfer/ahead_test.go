package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	"firn/internal/crc64"
	"firn/internal/transfer"
	"firn/treehash"
	"firn/vault"
)

// advised is a source that asks the engine to hash pieces ahead, if the processor is good
// at it.
type advised struct{ counting }

func (a *advised) WillRead(_, size int64) bool { return size > 0 }

func (a *advised) Memory() int64 { return 16 << 30 }

// advise replaces the source of a bench by an advised source.
func (b *bench) advise(r io.ReaderAt) *advised {
	a := &advised{counting{ReaderAt: r}}
	b.options.Source = transfer.FromReaderAt(a, b.options.Plan)
	return a
}

// Data that are hashed together arrive whole. Every byte is read once to be hashed and once
// to be sent.
func TestHashedAhead(t *testing.T) {
	for _, size := range []int{1, mib, 4 * mib, 13 * mib, 20*mib + 1, 40*mib + 77, 70 * mib} {
		var a *advised
		send(t, size, func(b *bench) { a = b.advise(bytes.NewReader(b.data)) },
			func(b *bench, out transfer.Outcome, err error) {
				mustComplete(b, out, err)
				if got := a.read.Load(); got != 2*int64(size) {
					t.Errorf("%d bytes were read of %d", got, size)
				}
			})
	}
}

// The bytes of parts that an earlier run has proved are not read again.
func TestHashedAheadReadsNothingInVain(t *testing.T) {
	const size = 60 * mib
	var a *advised
	send(t, size, func(b *bench) {
		a = b.advise(bytes.NewReader(b.data))
		b.options.Held, b.options.Known = make(map[int64]vault.Part), make(map[int64]treehash.Hash)
		for offset := int64(0); offset < size; offset += 2 * mib { // every other part
			part := b.partAt(offset)
			if _, err := b.vault.UploadPart(b.t.Context(), b.options.ID, part, bytes.NewReader(b.data[offset:offset+mib])); err != nil {
				b.t.Fatal(err)
			}
			b.options.Held[offset], b.options.Known[offset] = part, part.TreeHash
		}
	}, func(b *bench, out transfer.Outcome, err error) {
		mustComplete(b, out, err)
		if got := a.read.Load(); got != size || out.Adopted != 30 {
			t.Errorf("%d parts were adopted, and %d bytes read", out.Adopted, got)
		}
	})
}

func (b *bench) partAt(offset int64) vault.Part {
	b.t.Helper()
	sums, err := treehash.Read(b.t.Context(), bytes.NewReader(b.data[offset:offset+mib]), make([]byte, 1<<10))
	if err != nil {
		b.t.Fatal(err)
	}
	return vault.Part{Offset: offset, Size: mib, TreeHash: sums.Tree, SHA256: sums.SHA256}
}

// broken fails to read the byte at hole.
type broken struct {
	io.ReaderAt
	hole int64
}

var errHole = errors.New("input/output error")

func (b broken) ReadAt(p []byte, offset int64) (int, error) {
	if offset <= b.hole && b.hole < offset+int64(len(p)) {
		return 0, errHole
	}
	return b.ReaderAt.ReadAt(p, offset)
}

// The error names the place that cannot be read. What lies before that place is sent.
func TestHashedAheadNamesWhatCannotBeRead(t *testing.T) {
	send(t, 40*mib, func(b *bench) { b.advise(broken{bytes.NewReader(b.data), 30*mib + 5}) },
		func(_ *bench, out transfer.Outcome, err error) {
			if !transfer.IsSource(err) || !errors.Is(err, errHole) {
				t.Errorf("got %v", err)
			}
			if len(out.Parts) < 4 {
				t.Errorf("%d parts were sent", len(out.Parts))
			}
		})
}

// A cancelled transfer never looks like a finished one.
func TestHashedAheadEndsWithTheContext(t *testing.T) {
	why := errors.New("why")
	ctx, cancel := context.WithCancelCause(t.Context())
	b := newBench(t, 64*mib)
	b.advise(bytes.NewReader(b.data))
	record := b.options.Record
	b.options.Record = func(ctx context.Context, p vault.Part) error {
		cancel(why)
		return record(ctx, p)
	}
	out, err := transfer.Send(ctx, b.options)
	if !errors.Is(err, why) || out.Size == int64(len(b.data)) {
		t.Errorf("%d bytes were sent: %v", out.Size, err)
	}
}

// After a drain, pieces that were hashed ahead are not sent.
func TestHashedAheadEndsWithADrain(t *testing.T) {
	drain := make(chan struct{})
	send(t, 64*mib, func(b *bench) {
		b.advise(bytes.NewReader(b.data))
		b.options.Drain = drain
		record := b.options.Record
		var once sync.Once
		b.options.Record = func(ctx context.Context, p vault.Part) error {
			once.Do(func() { close(drain) })
			return record(ctx, p)
		}
	}, func(_ *bench, out transfer.Outcome, err error) {
		if !errors.Is(err, transfer.ErrInterrupted) || len(out.Parts) == 0 || len(out.Parts) > 10 {
			t.Errorf("%d parts were sent: %v", len(out.Parts), err)
		}
	})
}

// checking is a vault that wants the CRC-64 of each part and compares it.
type checking struct {
	vault.Uploader
	t *testing.T
}

func (checking) Limits() vault.Limits { return vault.Limits{CRC64: true} }

func (c checking) UploadPart(ctx context.Context, _ vault.UploadID, p vault.Part, body io.ReadSeeker) (vault.Part, error) {
	sum, err := crc64.Read(ctx, body, p.Size)
	if err == nil && sum != p.CRC64 {
		c.t.Errorf("the part at %d has CRC-64 %s, and %s was given", p.Offset, sum, p.CRC64)
	}
	return p, err
}

func TestHashedAheadWithCRC64(t *testing.T) {
	send(t, 33*mib+1, func(b *bench) {
		b.advise(bytes.NewReader(b.data))
		b.options.Vault = checking{t: t}
	}, func(_ *bench, out transfer.Outcome, err error) {
		if err != nil || len(out.Parts) != 34 {
			t.Errorf("%d parts were sent: %v", len(out.Parts), err)
		}
	})
}
