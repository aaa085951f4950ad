package verbtest_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"firn/depot"
	"firn/download"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/vault"
	"firn/verify"
)

func TestVerifyFile(t *testing.T) {
	data := content(1, 70*mib+12345)
	archive := record.Archive{ID: "an-archive", Size: int64(len(data)), TreeHash: treehash.Sum(data)}
	changed := bytes.Clone(data)
	changed[69*mib] ^= 1
	dir := t.TempDir()
	for name, test := range map[string]struct {
		data    []byte // nil means no file
		archive record.Archive
		want    error
		says    string
	}{
		"the same":    {data: data, archive: archive},
		"one bit":     {data: changed, archive: archive, want: vault.ErrChecksum, says: "has the tree hash"},
		"shorter":     {data: data[:len(data)-1], archive: archive, want: vault.ErrChecksum, says: "has 73412664 bytes, and archive"},
		"empty":       {data: []byte{}, archive: archive, want: vault.ErrChecksum},
		"no file":     {archive: archive, want: source.ErrUnreadable},
		"not known":   {data: data, archive: record.Archive{ID: "x", Size: -1}, want: vault.ErrNotFound},
		"of no hash":  {data: data, archive: record.Archive{ID: "x", Size: int64(len(data))}, want: vault.ErrNotFound},
		"both empty":  {data: []byte{}, archive: record.Archive{ID: "x", TreeHash: treehash.Sum(nil)}},
		"a directory": {archive: archive, want: source.ErrUnreadable, says: "not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			var err error
			switch {
			case test.data != nil:
				err = os.WriteFile(path, test.data, 0o600)
			case name == "a directory":
				err = os.Mkdir(path, 0o700)
			}
			if err != nil {
				t.Fatal(err)
			}
			var last depot.Progress
			got, err := verify.File(t.Context(), depot.Depot{Progress: func(p depot.Progress) { last = p }}, test.archive, path)
			if !errors.Is(err, test.want) || (err != nil && !strings.Contains(err.Error(), test.says)) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if err == nil && (got.TreeHash != test.archive.TreeHash || got.Size != test.archive.Size || got.ArchiveID != test.archive.ID) {
				t.Errorf("verified %+v", got)
			}
			if err == nil && (last.Done != test.archive.Size || (last.Size != test.archive.Size && last.Size != 0)) {
				t.Errorf("told at last %+v", last)
			}
		})
	}
}

// A file that changes during the reading is not verified, whatever its hash.
func TestVerifyFileThatChanges(t *testing.T) {
	data := content(1, 8*mib)
	path := filepath.Join(t.TempDir(), "film.mov")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	archive := record.Archive{ID: "an-archive", Size: int64(len(data)), TreeHash: treehash.Sum(data)}
	grown := false
	_, err := verify.File(t.Context(), depot.Depot{Progress: func(depot.Progress) {
		if !grown {
			grown = true
			if err := appendTo(path); err != nil {
				t.Error(err)
			}
		}
	}}, archive, path)
	if !errors.Is(err, source.ErrUnreadable) || !strings.Contains(err.Error(), "it changed meanwhile: the size went from") {
		t.Errorf("got %v", err)
	}
}

func TestVerifyFileDrained(t *testing.T) {
	data := content(1, 8*mib)
	path := filepath.Join(t.TempDir(), "film.mov")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	archive := record.Archive{ID: "an-archive", Size: int64(len(data)), TreeHash: treehash.Sum(data)}
	synctest.Test(t, func(t *testing.T) {
		ctx, drain := context.WithCancel(t.Context())
		once := false
		_, err := verify.File(ctx, depot.Depot{Progress: func(depot.Progress) {
			if !once {
				once = true
				drain()
				wait(1)
			}
		}}, archive, path)
		if !errors.Is(err, depot.ErrInterrupted) {
			t.Errorf("got %v", err)
		}
	})
}

func TestVerifyRemote(t *testing.T) {
	for name, test := range map[string]struct {
		change func(a *record.Archive)
		flip   bool
		want   error
		says   string
	}{
		"as on record":           {change: func(*record.Archive) {}},
		"nothing on record":      {change: func(a *record.Archive) { a.Size, a.TreeHash = -1, treehash.Hash{} }},
		"another hash on record": {change: func(a *record.Archive) { a.TreeHash[0] ^= 1 }, want: vault.ErrChecksum},
		"another size on record": {change: func(a *record.Archive) { a.Size++ }, want: vault.ErrChecksum},
		"an inventory differed": {change: func(a *record.Archive) {
			a.State = record.Differing
			a.TreeHash[0] ^= 1
		}, want: vault.ErrChecksum, says: "at the vault, and"},
		"other bytes": {change: func(*record.Archive) {}, flip: true, want: vault.ErrChecksum},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(content(1, 5*mib+17))
				hash := a.TreeHash
				test.change(&a)
				if test.flip {
					d.vault.output = func(_ vault.Range, out vault.Output) (vault.Output, error) {
						out.ReadCloser = &flipped{ReadCloser: out.ReadCloser}
						return out, nil
					}
				}
				got, err := download.Verify(t.Context(), depot.Depot{Vault: d.vault, Journal: d.catalog}, a, download.Options{})
				if !errors.Is(err, test.want) || (err != nil && !strings.Contains(err.Error(), test.says)) {
					t.Fatalf("got %v, want %v", err, test.want)
				}
				if errors.Is(err, download.ErrCut) {
					t.Errorf("nobody had an output that could be cut: %v", err)
				}
				if err == nil && (got.TreeHash != hash || got.Received != 5*mib+17) {
					t.Errorf("got %+v", got)
				}
			})
		})
	}
}

func TestVerifyRemoteWithoutWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, mib))
		o := downloading{d.depot(0), download.Options{NoWait: true}}
		if _, err := download.Verify(t.Context(), at(d.vault, o.Depot), a, o.Options); !errors.Is(err, vault.ErrNotReady) {
			t.Fatalf("got %v", err)
		}
		wait(jobTime)
		if _, err := download.Verify(t.Context(), at(d.vault, o.Depot), a, o.Options); err != nil || len(d.vault.starts) != 1 {
			t.Errorf("got %v after %d starts", err, len(d.vault.starts))
		}
	})
}
