package verbtest_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"firn/source"
	"firn/treehash"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulttest"
)

// editedInPlace flips a byte of the file and restores its modification time. Programs do so
// that hide changes of their containers.
func (s *site) editedInPlace(at int64) {
	s.t.Helper()
	was, err := os.Stat(s.file)
	if err != nil {
		s.t.Fatal(err)
	}
	f, err := os.OpenFile(s.file, os.O_RDWR, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	b := make([]byte, 1)
	_, read := f.ReadAt(b, at)
	b[0] ^= 1
	_, written := f.WriteAt(b, at)
	if err := errors.Join(read, written, f.Close(), os.Chtimes(s.file, was.ModTime(), was.ModTime())); err != nil {
		s.t.Fatal(err)
	}
}

// doing calls f before the n-th part is sent.
type doing struct {
	vault.Vault
	n    int
	f    func()
	call int
	mu   sync.Mutex
}

func (d *doing) UploadPart(ctx context.Context, id vault.UploadID, p vault.Part, body io.ReadSeeker) (vault.Part, error) {
	d.mu.Lock()
	if d.call++; d.call == d.n {
		d.f()
	}
	d.mu.Unlock()
	return d.Vault.UploadPart(ctx, id, p, body)
}

// If only the change time of the inode differs, the run compares the bytes. The file counts
// as stored only with the same bytes.
func TestUploadLooksAtTheChangeTime(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(s *site)
		refused bool
	}{
		"edited in what was sent": {func(s *site) { s.editedInPlace(1) }, true},
		"edited twice":            {func(s *site) { s.editedInPlace(1); s.editedInPlace(1) }, false},
		"another mode": {func(s *site) {
			if err := os.Chmod(s.file, 0o400); err != nil {
				s.t.Error(err)
			}
		}, false},
		"another link": {func(s *site) {
			if err := os.Link(s.file, s.file+".link"); err != nil {
				s.t.Error(err)
			}
		}, false},
		"moved away and back": {func(s *site) {
			if err := errors.Join(os.Rename(s.file, s.file+".x"), os.Rename(s.file+".x", s.file)); err != nil {
				s.t.Error(err)
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			o := s.options()
			o.Concurrency = 1
			v := &doing{Vault: s.vault, n: 4, f: func() { test.change(s) }}
			stored, err := upload.File(t.Context(), at(v, o.Depot), s.file, o.Options)
			if !test.refused {
				if err != nil {
					t.Fatal(err)
				}
				s.wantOne(stored)
				s.wantNotice("comparing its bytes with those sent")
				// After one comparison, the next run needs none.
				s.notices = nil
				if again, sent := s.must(s.options()); !again.AlreadyPresent || sent != 0 || len(s.notices) != 0 {
					t.Errorf("%d parts sent, %+v, %q", sent, again, s.notices)
				}
				return
			}
			if archives, _ := s.archives(); !errors.Is(err, source.ErrSourceChanged) || len(archives) != 0 {
				t.Fatalf("%v; %d archives", err, len(archives))
			}
			stored, _ = s.must(s.options())
			s.wantOne(stored)
		})
	}
}

// The same holds between two runs: a stored file or an unfinished upload counts without a
// comparison only if the change time is the same.
func TestAnEditInPlaceIsSeenByTheNextRun(t *testing.T) {
	t.Run("stored", func(t *testing.T) {
		s := newSite(t)
		first, _ := s.must(s.options())
		s.editedInPlace(5 * mib)
		second, _ := s.must(s.options())
		if archives, _ := s.archives(); len(archives) != 2 || second.AlreadyPresent || second.ArchiveID == first.ArchiveID {
			t.Errorf("%d archives: %+v", len(archives), second)
		}
	})
	t.Run("unfinished", func(t *testing.T) {
		s := newSite(t)
		s.interrupted()
		s.editedInPlace(mib)
		stored, _ := s.must(s.options())
		s.wantOne(stored)
	})
	t.Run("unknown", func(t *testing.T) {
		s := newSite(t)
		if _, _, err := s.upload(s.options(), forgetsCompletion()...); !errors.Is(err, upload.ErrUnknown) {
			t.Fatalf("%v, want ErrUnknown", err)
		}
		s.editedInPlace(0)
		stored, _ := s.must(s.options(), forgotten(0)...)
		if archives, _ := s.archives(); len(archives) != 2 || stored.AlreadyPresent {
			t.Errorf("%d archives: %+v", len(archives), stored)
		}
	})
}

// A file whose inode changed is compared once, not in every later run.
func TestAComparisonIsRemembered(t *testing.T) {
	s := newSite(t)
	first, _ := s.must(s.options())
	if err := os.Chmod(s.file, 0o640); err != nil {
		t.Fatal(err)
	}
	for n, want := range []int{1, 0} {
		s.notices = nil
		stored, sent := s.must(s.options())
		if !stored.AlreadyPresent || stored.ArchiveID != first.ArchiveID || sent != 0 || len(s.notices) != want {
			t.Errorf("run %d: %d parts sent, %+v, %q", n, sent, stored, s.notices)
		}
	}
}

// The hashes of the old bytes do not count for the new bytes, after these steps:
// interrupted, edited, continued, interrupted before anything was sent, continued.
func TestHashesOfAnOldSourceAreDropped(t *testing.T) {
	for name, change := range map[string]func(s *site){
		"edited": func(s *site) {
			data := content(1, 5*mib+mib/2)
			data[0] ^= 1
			data[2*mib] ^= 1
			s.write(data)
		},
		"edited in place": func(s *site) { s.editedInPlace(2 * mib) },
		"replaced": func(s *site) {
			data := content(1, 5*mib+mib/2)
			data[mib] ^= 1
			if err := errors.Join(os.WriteFile(s.file+".new", data, 0o600), os.Rename(s.file+".new", s.file)); err != nil {
				s.t.Fatal(err)
			}
		},
		"grown, and edited": func(s *site) {
			data := content(1, 6*mib)
			data[mib] ^= 1
			s.write(data)
		},
		"moved, and edited": func(s *site) {
			to := filepath.Join(s.t.TempDir(), filepath.Base(s.file))
			if err := os.Rename(s.file, to); err != nil {
				s.t.Fatal(err)
			}
			s.file = to
			s.editedInPlace(mib)
		},
	} {
		for _, before := range []string{"UploadPart", "CompleteUpload"} {
			t.Run(name+", then "+before, func(t *testing.T) {
				s := newSite(t)
				s.interrupted()
				change(s)
				if _, _, err := s.upload(s.options(), vaulttest.Fault{Method: before, Call: 1, Err: vault.ErrDenied}); !errors.Is(err, vault.ErrDenied) {
					t.Fatalf("%v, want the fault", err)
				}
				stored, _ := s.must(s.options())
				s.wantOne(stored)
			})
		}
	}
}

// A source without meaningful times is compared in every run, with a notice.
func TestAFileWithoutAStableChangeTime(t *testing.T) {
	s := newSite(t)
	s.must(s.options())
	for range 3 {
		s.notices = nil
		was, err := s.catalog.FindUpload(t.Context(), "file://v", s.file, "film.mov")
		if err != nil {
			t.Fatal(err)
		}
		was.Source.Change, was.Source.Inode = was.Source.Change.Add(time.Second), was.Source.Inode+1
		if err := s.catalog.SaveUpload(t.Context(), &was); err != nil {
			t.Fatal(err)
		}
		if stored, sent := s.must(s.options()); !stored.AlreadyPresent || sent != 0 {
			t.Errorf("%d parts sent, %+v", sent, stored)
		}
		s.wantNotice("comparing its tree hash")
	}
	data, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	if archives, _ := s.archives(); len(archives) != 1 || archives[0].TreeHash != treehash.Sum(data) {
		t.Errorf("%d archives", len(archives))
	}
}
