package verbtest_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"firn/catalog"
	"firn/download"
	"firn/internal/expected"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// unsaid is a catalog that cannot save the end of a download.
type unsaid struct{ *catalog.Catalog }

func (u *unsaid) SaveDownload(ctx context.Context, d *record.Download) error {
	if d.State == record.Received {
		return errFlaw
	}
	return u.Catalog.SaveDownload(ctx, d)
}

func TestDownloadToAStream(t *testing.T) {
	for name, test := range map[string]struct {
		size int
		r    vault.Range
	}{
		"the whole":       {threeSegments, vault.Range{}},
		"a node":          {threeSegments, vault.Range{Offset: 8 * mib, Size: 8 * mib}},
		"not a node":      {threeSegments, vault.Range{Offset: 7 * mib, Size: 30 * mib}},
		"nothing at all":  {0, vault.Range{}},
		"an unknown size": {5*mib + 1, vault.Range{}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				data := content(1, test.size)
				a := d.store(data)
				if name == "an unknown size" {
					a.Size, a.TreeHash = -1, treehash.Hash{}
				}
				o := d.downloading()
				o.Range, o.Concurrency = test.r, 4
				if test.r.IsZero() {
					test.r.Size = int64(test.size)
				}
				out := &expected.Bytes{Want: data[test.r.Offset:test.r.End()]}
				got, err := download.To(t.Context(), at(d.vault, o.Depot), a, out, o.Options)
				if err != nil || got.Received != test.r.Size || out.Err() != nil {
					t.Errorf("%+v, %v; %v", got, err, out.Err())
				}
			})
		})
	}
}

// The stream gets only proved bytes. The error then says that it got some.
func TestAStreamHasNoWrongByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, threeSegments)
		a := d.store(data)
		d.vault.output = func(r vault.Range, out vault.Output) (vault.Output, error) {
			if r.Offset == 16*mib {
				out.ReadCloser = &flipped{out.ReadCloser, 100}
			}
			return out, nil
		}
		out := &expected.Bytes{Want: data[:16*mib]}
		_, err := download.To(t.Context(), at(d.vault, d.downloading().Depot), a, out, d.downloading().Options)
		if !errors.Is(err, vault.ErrChecksum) || out.Err() != nil {
			t.Errorf("%v; %v", err, out.Err())
		}
	})
}

// If the vault proves no segment, the hash at the end shows the fault.
func TestAStreamThatIsWrongAsAWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, 9*mib))
		d.vault.output = func(r vault.Range, out vault.Output) (vault.Output, error) {
			out.ReadCloser, out.TreeHash = &flipped{out.ReadCloser, 100}, treehash.Hash{}
			return out, nil
		}
		if _, err := download.To(t.Context(), at(d.vault, d.downloading().Depot), a, io.Discard, d.downloading().Options); !errors.Is(err, vault.ErrChecksum) {
			t.Errorf("%v", err)
		}
	})
}

func TestAStreamThatBreaksOff(t *testing.T) {
	data := content(1, threeSegments)
	for name, cut := range map[string]int64{"before its first byte": 0, "in the middle": 16 * mib} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(data)
				d.vault.output = func(r vault.Range, out vault.Output) (vault.Output, error) {
					if r.Offset == cut {
						return out, vault.ErrDenied
					}
					return out, nil
				}
				out := &expected.Bytes{Want: data[:cut]}
				o := d.downloading()
				o.Concurrency = 1
				_, err := download.To(t.Context(), at(d.vault, o.Depot), a, out, o.Options)
				if !errors.Is(err, vault.ErrDenied) || errors.Is(err, download.ErrCut) != (cut > 0) || out.Err() != nil {
					t.Errorf("%v; %v", err, out.Err())
				}
			})
		})
	}
}

// A stream continues after its output has expired, with a new job for the rest.
func TestAStreamOutlivesAnOutput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, threeSegments)
		a := d.store(data)
		d.retrieve(a, d.retrieving()) // one job for the whole archive
		o := d.downloading()
		o.LimitRate = 300
		out := &expected.Bytes{Want: data}
		begin := time.Now()
		_, err := download.To(t.Context(), at(d.vault, o.Depot), a, out, o.Options)
		if err != nil || out.Err() != nil || time.Since(begin) < 2*jobTime+lifetime {
			t.Errorf("%v; %v after %s", err, out.Err(), time.Since(begin))
		}
		for _, req := range d.vault.starts[1:] {
			if req.Range.Offset < 16*mib {
				t.Errorf("asked for %+v again", req.Range)
			}
		}
	})
}
