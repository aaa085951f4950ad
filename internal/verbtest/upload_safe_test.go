package verbtest_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"testing"

	"firn/catalog"
	"firn/record"
	"firn/source"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulttest"
)

// A file written at the moment of its upload can be written again without a change of its
// times. The next run therefore trusts none of its parts.
func TestWhatWasFreshProvesNothingLater(t *testing.T) {
	for name, fresh := range map[string]bool{"fresh": true, "not fresh": false} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			info, err := os.Stat(s.file)
			if err != nil {
				t.Fatal(err)
			}
			if fresh {
				s.clock.Set(info.ModTime())
			}
			s.interrupted()
			last, err := s.catalog.FindUpload(t.Context(), "file://v", s.file, "film.mov")
			if err != nil || last.Source.Change.IsZero() != fresh {
				t.Fatalf("on record is %+v, %v", last.Source, err)
			}
			stored, _ := s.must(s.options()) // the run compares the bytes
			s.wantOne(stored)
			last, err = s.catalog.FindUpload(t.Context(), "file://v", s.file, "film.mov")
			if err != nil || last.Source.Change.IsZero() {
				t.Errorf("stored, on record is %+v, %v", last.Source, err)
			}
		})
	}
}

// An upload that may be an archive is not continued for another path, and its parts stay on
// record.
func TestAnUploadThatMayBeAnArchiveIsNotAdopted(t *testing.T) {
	for state, adopted := range map[record.UploadState]bool{
		record.Open: true, record.Completing: false, record.Unknown: false, record.Aborted: true,
	} {
		t.Run(string(state), func(t *testing.T) {
			s := newSite(t)
			s.interrupted()
			was, err := s.catalog.FindUpload(t.Context(), "file://v", s.file, "film.mov")
			if err != nil {
				t.Fatal(err)
			}
			was.State = state
			if err := s.catalog.SaveUpload(t.Context(), &was); err != nil {
				t.Fatal(err)
			}
			s.moved()
			stored, _ := s.must(s.options())
			if (stored.PartsResumed > 0) != adopted {
				t.Errorf("%d parts resumed", stored.PartsResumed)
			}
			parts := 0
			for _, err := range s.catalog.Parts(t.Context(), was.Key) {
				if err != nil {
					t.Fatal(err)
				}
				parts++
			}
			if (parts == 0) != adopted {
				t.Errorf("%d parts of it are on record", parts)
			}
		})
	}
}

// meddling is a catalog in which another run begins to complete an upload just before the
// lock is taken.
type meddling struct {
	*catalog.Catalog
	path string
}

func (m *meddling) LockUpload(ctx context.Context, vaultURL, path, description string) (func() error, error) {
	if path == m.path {
		was, err := m.FindUpload(ctx, vaultURL, path, description)
		if err != nil {
			return nil, err
		}
		was.State = record.Completing
		if err := m.SaveUpload(ctx, &was); err != nil {
			return nil, err
		}
	}
	return m.Catalog.LockUpload(ctx, vaultURL, path, description)
}

func TestAnUploadIsReadAgainUnderItsLock(t *testing.T) {
	s := newSite(t)
	s.interrupted()
	was := s.file
	s.moved()
	o := s.options()
	o.Journal = &meddling{Catalog: s.catalog, path: was}
	stored, _ := s.must(o)
	last, err := s.catalog.FindUpload(t.Context(), "file://v", was, "film.mov")
	if err != nil || last.State != record.Completing || stored.PartsResumed != 0 {
		t.Errorf("%d parts resumed; on record is %+v, %v", stored.PartsResumed, last, err)
	}
}

// recordedFirst is a vault that checks the catalog whenever a run looks at an archive.
type recordedFirst struct {
	vault.Vault
	s *site
	n int
}

func (r *recordedFirst) Look(ctx context.Context, id vault.ArchiveID) (vault.Archive, error) {
	r.n++
	a, err := r.s.catalog.ArchiveByID(ctx, "file://v", id)
	if err != nil {
		r.s.t.Errorf("it is looked at before its id is on record: %v", err)
	}
	return vault.Archive{ID: id, Size: a.Size, ETag: "etag"}, nil
}

// The id of an archive is on record before the next request.
func TestTheIDIsRecordedFirst(t *testing.T) {
	s := newSite(t)
	v := &recordedFirst{Vault: s.vault, s: s}
	stored, _, err := s.uploadTo(v, s.options())
	if err != nil || v.n != 1 {
		t.Fatalf("looked at %d times, %v", v.n, err)
	}
	if a, err := s.catalog.ArchiveByID(t.Context(), "file://v", stored.ArchiveID); err != nil || a.ETag != "etag" || a.State != record.Stored {
		t.Errorf("on record: %+v, %v", a, err)
	}
}

// A file with another name is another archive, also beside an unproved one.
func TestWhatIsNotProvedUnderAnotherName(t *testing.T) {
	s := newSite(t)
	k := newKeyed(s.vault)
	d := &doubtful{Vault: k}
	o := s.options()
	o.Name = "A"
	if _, _, err := s.uploadTo(d, o); !errors.Is(err, vault.ErrChecksum) {
		t.Fatalf("got %v, want ErrChecksum", err)
	}
	d.believed, o.Name = true, "B"
	if stored, _, err := s.uploadTo(d, o); err != nil || stored.ArchiveID != "B" || d.looks != 0 {
		t.Errorf("looked at %d times: %+v, %v", d.looks, stored, err)
	}
}

// full is a catalog that once fails to save the state "open" of an upload.
type full struct {
	*catalog.Catalog
	failed bool
}

var errFull = errors.New("disk full")

func (f *full) SaveUpload(ctx context.Context, u *record.Upload) error {
	if u.State == record.Open && u.Key != 0 && !f.failed {
		f.failed = true
		return errFull
	}
	return f.Catalog.SaveUpload(ctx, u)
}

// The new state "open" of an upload counts only after it is recorded.
func TestReopeningThatCannotBeSaved(t *testing.T) {
	s := newSite(t)
	if _, _, err := s.upload(s.options(), vaulttest.Fault{Method: "CompleteUpload", Call: 1, Err: vault.ErrDenied}); !errors.Is(err, vault.ErrDenied) {
		t.Fatalf("got %v, want the fault", err)
	}
	o := s.options()
	o.Journal = &full{Catalog: s.catalog}
	_, _, err := s.upload(o, vaulttest.Fault{Method: "CompleteUpload", Call: 1, Err: vault.ErrInvalid})
	if !errors.Is(err, errFull) {
		t.Errorf("got %v, want that it could not be saved", err)
	}
}

// An archive that can never be proved is reported as such, and blocks no streams.
func TestWhatCannotBeProvedAnyMore(t *testing.T) {
	s := newSite(t)
	d := &doubtful{Vault: s.vault}
	feed := func() error {
		source := source.Stream(bytes.NewReader(content(3, 2*mib)))
		defer source.Close()
		o := s.options()
		o.Description, o.SpoolDir = "nightly", t.TempDir()
		_, err := upload.From(t.Context(), at(d, o.Depot), source, o.Options)
		return err
	}
	forget := func(path, description string) vault.ArchiveID {
		last, err := s.catalog.FindUpload(t.Context(), "file://v", path, description)
		if err == nil {
			err = s.catalog.DropParts(t.Context(), last.Key)
		}
		if err != nil {
			t.Fatal(err)
		}
		return last.ArchiveID
	}
	if _, _, err := s.uploadTo(d, s.options()); !errors.Is(err, vault.ErrChecksum) {
		t.Fatalf("got %v, want ErrChecksum", err)
	}
	id := forget(s.file, "film.mov")
	_, sent, err := s.uploadTo(d, s.options())
	if told, ok := errors.AsType[*upload.UnprovableError](err); !ok || told.ID != id || !errors.Is(err, vault.ErrChecksum) || sent != 0 {
		t.Errorf("%d parts sent: %v", sent, err)
	}
	if err := feed(); !errors.Is(err, vault.ErrChecksum) {
		t.Fatalf("got %v, want ErrChecksum", err)
	}
	forget(record.Stream, "nightly")
	d.believed = true
	if err := feed(); err != nil {
		t.Errorf("the next night: %v", err)
	}
	s.wantNotice("the new bytes of the stream are stored")
}
