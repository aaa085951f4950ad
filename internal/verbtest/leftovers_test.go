package verbtest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"firn/catalog"
	"firn/depot"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulttest"
)

// These tests check what one run leaves to the next, in the cases that could go wrong.

// flawed is a catalog in which one kind of write fails.
type flawed struct {
	*catalog.Catalog
	drop, finish error
}

func (f *flawed) DropParts(ctx context.Context, key int64) error {
	if f.drop != nil {
		return f.drop
	}
	return f.Catalog.DropParts(ctx, key)
}

func (f *flawed) FinishUpload(ctx context.Context, u *record.Upload, a record.Archive) error {
	if f.finish != nil {
		return f.finish
	}
	return f.Catalog.FinishUpload(ctx, u, a)
}

var errFlaw = errors.New("input/output error")

// The hashes of old bytes of a file never count for its new bytes, even if the run that
// noticed the change was killed at that moment.
func TestOldHashesDoNotOutliveTheirBytes(t *testing.T) {
	s := newSite(t)
	s.interrupted() // three parts
	data := content(1, 7*mib)
	copy(data[mib:], content(2, mib)) // changed in the middle, and longer
	s.write(data)
	o := s.options()
	o.Journal = &flawed{Catalog: s.catalog, drop: errFlaw}
	if _, _, err := s.upload(o); !errors.Is(err, errFlaw) {
		t.Fatalf("got %v, want the flaw", err)
	}
	stored, _ := s.must(s.options())
	s.wantOne(stored)
}

// killedCompleting leaves an upload that may be complete as far as the record says. The
// vault has not completed it.
func (s *site) killedCompleting(source *source.Source, o uploading) {
	s.t.Helper()
	v := vaulttest.NewFaulty(s.vault, vaulttest.Fault{Method: "CompleteUpload", Err: vault.ErrDenied})
	if _, err := upload.From(s.t.Context(), at(v, o.Depot), source, o.Options); !errors.Is(err, vault.ErrDenied) {
		s.t.Fatalf("got %v, want the fault", err)
	}
}

func TestAnotherStreamIsNotTakenForTheLastOne(t *testing.T) {
	s := newSite(t)
	o := s.options()
	o.Description, o.SpoolDir = "nightly", t.TempDir()
	s.killedCompleting(source.Stream(bytes.NewReader(content(5, mib))), o)
	tuesday := content(6, 2*mib)
	stored, err := upload.From(t.Context(), at(s.vault, o.Depot), source.Stream(bytes.NewReader(tuesday)), o.Options)
	if err != nil || stored.TreeHash != treehash.Sum(tuesday) {
		t.Errorf("stored %+v, %v", stored, err)
	}
	if archives, unfinished := s.archives(); len(archives) != 2 || unfinished != 0 {
		t.Errorf("%d archives, %d unfinished", len(archives), unfinished)
	}
}

func TestAnEditedFileIsNotTakenForTheOneCompleted(t *testing.T) {
	for name, again := range map[string]bool{"again": true, "plainly": false} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			source, err := source.Open(s.file)
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			s.killedCompleting(source, s.options())
			data := content(7, 5*mib+mib/2)
			s.write(data)
			o := s.options()
			o.Again = again
			if stored, _ := s.must(o); stored.TreeHash != treehash.Sum(data) {
				t.Errorf("stored %+v", stored)
			}
		})
	}
}

// After a status 408 from a proxy, it is also unknown whether the vault acted.
func TestUnknownAfterAThrottledCompletion(t *testing.T) {
	s := newSite(t)
	_, sent, err := s.upload(s.options(),
		vaulttest.Fault{Method: "CompleteUpload", Call: 1, Err: vault.ErrThrottled, After: true},
		vaulttest.Fault{Method: "CompleteUpload", Call: 2, Err: vault.ErrNotFound})
	if !errors.Is(err, upload.ErrUnknown) || sent != 6 {
		t.Errorf("%d parts sent: %v", sent, err)
	}
}

// The id that the vault gave is not lost if the catalog fails to save it once.
func TestTheIDSurvivesAFailedRecord(t *testing.T) {
	s := newSite(t)
	o := s.options()
	o.Journal = &flawed{Catalog: s.catalog, finish: errFlaw}
	if _, _, err := s.upload(o); !errors.Is(err, errFlaw) {
		t.Fatalf("got %v, want the flaw", err)
	}
	stored, _ := s.must(s.options(), vaulttest.Fault{Method: "CompleteUpload", Err: vault.ErrNotFound})
	s.wantOne(stored)
}

func TestUnknownDoesNotBlockAnotherFile(t *testing.T) {
	for name, size := range map[string]int{"of another size": mib, "of the same size": 5*mib + mib/2} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			if _, _, err := s.upload(s.options(), forgetsCompletion()...); !errors.Is(err, upload.ErrUnknown) {
				t.Fatalf("got %v, want ErrUnknown", err)
			}
			data := content(8, size)
			s.write(data)
			if stored, _ := s.must(s.options()); stored.TreeHash != treehash.Sum(data) {
				t.Errorf("stored %+v", stored)
			}
			s.wantNotice("it is unknown whether the earlier upload")
		})
	}
}

// Two files may have one description. The upload of one file continues as that of the other
// only if both have the same bytes and no other run works on it.
func TestUploadsOfOthersAreLeftAlone(t *testing.T) {
	for name, test := range map[string]struct {
		locked  bool
		resumed int
	}{"at work": {true, 0}, "moved": {false, 3}} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.interrupted()
			if test.locked {
				unlock, err := s.catalog.LockUpload(t.Context(), "file://v", s.file, "film.mov")
				if err != nil {
					t.Fatal(err)
				}
				defer func() {
					if err := unlock(); err != nil {
						t.Error(err)
					}
				}()
			}
			s.file = filepath.Join(t.TempDir(), "film.mov")
			s.write(content(1, 5*mib+mib/2))
			if stored, _ := s.must(s.options()); stored.PartsResumed != test.resumed {
				t.Errorf("%d parts resumed, want %d", stored.PartsResumed, test.resumed)
			}
		})
	}
}

// A run whose answer to CreateUpload was lost does not take another new upload with the
// same description.
func TestALostAnswerDoesNotStealAnotherUpload(t *testing.T) {
	s := newSite(t)
	other, err := s.vault.CreateUpload(t.Context(), vault.UploadRequest{Description: "film.mov", PartSize: mib})
	if err != nil {
		t.Fatal(err)
	}
	stored, _ := s.must(s.options(), vaulttest.Fault{Method: "CreateUpload", Call: 1, Err: vault.ErrUnavailable})
	if stored.PartsResumed != 0 {
		t.Errorf("%+v", stored)
	}
	for u, err := range s.vault.Uploads(t.Context()) {
		if err != nil || u.ID != other {
			t.Errorf("unfinished is %q, %v; want only %q", u.ID, err, other)
		}
		other = ""
	}
	if other != "" {
		t.Error("the other upload was taken")
	}
}

func TestAShorterStreamGivesTheOldUploadUp(t *testing.T) {
	s := newSite(t)
	o := s.options()
	o.Description, o.SpoolDir, o.Concurrency = "nightly", t.TempDir(), 1
	long := content(9, 4*mib)
	v := vaulttest.NewFaulty(s.vault, vaulttest.Fault{Method: "UploadPart", Call: 4, Err: vault.ErrDenied})
	if _, err := upload.From(t.Context(), at(v, o.Depot), source.Stream(bytes.NewReader(long)), o.Options); !errors.Is(err, vault.ErrDenied) {
		t.Fatalf("got %v, want the fault", err)
	}
	short := long[:mib+1]
	if _, err := upload.From(t.Context(), at(s.vault, o.Depot), source.Stream(bytes.NewReader(short)), o.Options); !errors.Is(err, depot.ErrGaveUp) {
		t.Fatalf("got %v, want ErrGaveUp", err)
	}
	stored, err := upload.From(t.Context(), at(s.vault, o.Depot), source.Stream(bytes.NewReader(short)), o.Options)
	if err != nil || stored.TreeHash != treehash.Sum(short) {
		t.Errorf("stored %+v, %v", stored, err)
	}
}

func TestADrainEndsEveryWait(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	t.Run("for a silent stream", func(t *testing.T) {
		s := newSite(t)
		silent, writer := io.Pipe()
		defer writer.Close()
		o := s.options()
		o.Description = "a pipe"
		source := source.Stream(silent)
		defer source.Close()
		if _, err := upload.From(ended, at(s.vault, o.Depot), source, o.Options); !errors.Is(err, depot.ErrInterrupted) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("for a comparison", func(t *testing.T) {
		s := newSite(t)
		s.must(s.options())
		s.write(content(2, 5*mib+mib/2))
		s.ctx = ended
		if _, _, err := s.upload(s.options()); !errors.Is(err, depot.ErrInterrupted) || errors.Is(err, source.ErrUnreadable) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAStreamNeedsASpool(t *testing.T) {
	s := newSite(t)
	o := s.options()
	o.Description, o.SpoolDir = "a pipe", filepath.Join(t.TempDir(), "none")
	_, err := upload.From(t.Context(), at(s.vault, o.Depot), source.Stream(bytes.NewReader([]byte("x"))), o.Options)
	if !errors.Is(err, upload.ErrSpool) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// This archive was deleted before the next run, and only its id could be recorded. It stays
// deleted, and the file is uploaded again.
func TestUploadAfterALateRecordWasDeleted(t *testing.T) {
	for name, isThere := range map[string]bool{"it is gone": false, "it is still there": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			o := s.options()
			o.Journal = &flawed{Catalog: s.catalog, finish: errFlaw}
			if _, _, err := s.upload(o); !errors.Is(err, errFlaw) {
				t.Fatalf("got %v, want the flaw", err)
			}
			archives, _ := s.archives()
			id := archives[0].ID
			ids := []vault.ArchiveID{id}
			_, err := s.catalog.MarkDeleting(t.Context(), "file://v", []record.Archive{{ID: id}})
			if err := errors.Join(err, s.catalog.MarkDeleted(t.Context(), "file://v", ids)); err != nil {
				t.Fatal(err)
			}
			if isThere {
				if _, _, err := s.upload(s.options()); !errors.Is(err, vault.ErrNotFound) {
					t.Errorf("got %v, want ErrNotFound", err)
				}
			} else {
				if err := s.vault.DeleteArchive(t.Context(), id); err != nil {
					t.Fatal(err)
				}
				if stored, _ := s.must(s.options()); stored.ArchiveID == id || stored.AlreadyPresent {
					t.Errorf("got %+v", stored)
				}
			}
			if was, err := s.catalog.FindArchive(t.Context(), "file://v", string(id)); err != nil || len(was) != 1 || was[0].State != record.Deleted {
				t.Errorf("on record: %+v, %v", was, err)
			}
		})
	}
}
