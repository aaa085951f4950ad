package verbtest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"firn/download"
	"firn/internal/crc64"
	"firn/internal/expected"
	"firn/treehash"
	"firn/vault"
)

// bucket is a vault that behaves like a bucket of S3: it gives the CRC-64 of whole archives
// and no tree hashes, and keeps a restored copy for longer on request.
type bucket struct {
	*watched
	crc     crc64.Sum
	expires time.Time // of all outputs; zero means as the vault below says
	keep    time.Duration
}

func (b *bucket) Limits() vault.Limits {
	l := b.watched.Limits()
	l.CRC64, l.Prolongs = true, true
	return l
}

func (b *bucket) Job(ctx context.Context, id vault.JobID) (vault.Job, error) {
	j, err := b.watched.Job(ctx, id)
	j.ArchiveTreeHash, j.TreeHash, j.ArchiveCRC64 = treehash.Hash{}, treehash.Hash{}, b.crc
	if !b.expires.IsZero() {
		j.Expires = b.expires
	}
	return j, err
}

func (b *bucket) StartJob(ctx context.Context, req vault.JobRequest) (vault.JobID, error) {
	b.expires = time.Now().Add(b.keep)
	return b.watched.StartJob(ctx, req)
}

func (b *bucket) OpenOutput(ctx context.Context, id vault.JobID, r vault.Range) (vault.Output, error) {
	out, err := b.watched.OpenOutput(ctx, id, r)
	out.TreeHash = treehash.Hash{}
	return out, err
}

// The CRC-64 of the whole archive proves an archive without a tree hash.
func TestDownloadProvedByCRC(t *testing.T) {
	data := content(1, threeSegments)
	h := crc64.New()
	_, _ = h.Write(data) // never fails
	right := crc64.Sum(h.Sum64())
	for name, test := range map[string]struct {
		crc      crc64.Sum
		err      error
		unproved bool
	}{
		"the right one": {crc: right},
		"another":       {crc: right ^ 1, err: vault.ErrChecksum},
		"none":          {unproved: true},
	} {
		for _, toFile := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := newRig(t)
					a := d.store(data)
					a.TreeHash = treehash.Hash{}
					b := &bucket{watched: d.vault, crc: test.crc, keep: lifetime}
					var got download.Result
					var err error
					out := &expected.Bytes{Want: data}
					if toFile {
						got, err = download.File(t.Context(), at(b, d.downloading().Depot), a, d.target(), d.downloading().Options)
					} else {
						got, err = download.To(t.Context(), at(b, d.downloading().Depot), a, out, d.downloading().Options)
					}
					if !errors.Is(err, test.err) {
						t.Fatalf("got %v, want %v", err, test.err)
					}
					if err == nil && got.Unproved != test.unproved {
						t.Errorf("Unproved is %t, want %t", got.Unproved, test.unproved)
					}
					switch {
					case err == nil && toFile:
						d.wantFile(data)
					case err == nil && out.Err() != nil:
						t.Error(out.Err())
					case toFile:
						d.wantNothingBeside()
					}
				})
			})
		}
	}
}

// A download extends an output that would expire soon, once, and continues to read it.
func TestDownloadKeepsItsOutput(t *testing.T) {
	data := content(1, threeSegments)
	for name, test := range map[string]struct {
		keep   time.Duration
		starts int
	}{
		"long enough":  {jobTime + 13*time.Hour, 1},
		"not so long":  {jobTime + 11*time.Hour, 2},
		"still enough": {14 * 24 * time.Hour, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				b := &bucket{watched: d.vault, keep: test.keep}
				got, err := download.File(t.Context(), at(b, d.downloading().Depot), d.store(data), d.target(), d.downloading().Options)
				if err != nil || got.Received != threeSegments {
					t.Fatalf("%+v, %v", got, err)
				}
				d.wantFile(data)
				if len(d.vault.starts) != test.starts {
					t.Errorf("it was asked for %d times, want %d", len(d.vault.starts), test.starts)
				}
				if test.starts > 1 {
					d.wantNotice("is kept until")
				}
			})
		})
	}
}

// A download reports that it cannot extend the output, and continues to read it.
func TestDownloadCannotKeepItsOutput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, threeSegments)
		asked := 0
		d.vault.start = func(vault.JobRequest) error {
			asked++
			if asked > 1 {
				return vault.ErrDenied
			}
			return nil
		}
		b := &bucket{watched: d.vault, keep: jobTime + time.Hour}
		if _, err := download.File(t.Context(), at(b, d.downloading().Depot), d.store(data), d.target(), d.downloading().Options); err != nil {
			t.Fatal(err)
		}
		d.wantFile(data)
		d.wantNotice("could not be kept longer")
		if asked != 2 {
			t.Errorf("it was asked for %d times", asked)
		}
	})
}
