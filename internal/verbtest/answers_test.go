package verbtest_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"firn/depot"
	"firn/record"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulttest"
)

// These tests lose the answers to requests that the vault carried out.

func TestLostAnswerToCreate(t *testing.T) {
	s := newSite(t)
	stored, sent := s.must(s.options(),
		vaulttest.Fault{Method: "CreateUpload", Call: 1, Err: vault.ErrUnavailable, After: true})
	s.wantOne(stored) // and no unfinished upload
	if sent != 6 {
		t.Errorf("%d parts sent", sent)
	}
}

func TestKilledBeforeTheAnswerToCreate(t *testing.T) {
	s, killed := newSite(t), errors.New("killed")
	_, _, err := s.upload(s.options(), vaulttest.Fault{Method: "CreateUpload", Call: 1, Err: killed, After: true})
	if !errors.Is(err, killed) {
		t.Fatalf("got %v, want the fault", err)
	}
	stored, _ := s.must(s.options())
	s.wantOne(stored)
}

func TestLostAnswerToPart(t *testing.T) {
	s := newSite(t)
	stored, sent := s.must(s.options(),
		vaulttest.Fault{Method: "UploadPart", Call: 2, Err: vault.ErrUnavailable, After: true})
	s.wantOne(stored)
	if sent != 7 || stored.Retries != 1 {
		t.Errorf("%d parts sent, %d retries", sent, stored.Retries)
	}
}

func TestLostAnswerToComplete(t *testing.T) {
	s := newSite(t)
	stored, _ := s.must(s.options(),
		vaulttest.Fault{Method: "CompleteUpload", Call: 1, Err: vault.ErrUnavailable, After: true})
	s.wantOne(stored)
}

func TestKilledCompleting(t *testing.T) {
	for name, acted := range map[string]bool{"before the request": false, "before its answer": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			_, _, err := s.upload(s.options(),
				vaulttest.Fault{Method: "CompleteUpload", Call: 1, Err: vault.ErrDenied, After: acted})
			if !errors.Is(err, vault.ErrDenied) {
				t.Fatalf("got %v, want the fault", err)
			}
			stored, sent := s.must(s.options())
			s.wantOne(stored)
			if sent != 0 {
				t.Errorf("%d parts sent", sent)
			}
		})
	}
}

// forgetsCompletion is a vault that completes an upload, loses the answer, and then no
// longer knows the upload.
func forgetsCompletion() []vaulttest.Fault {
	return []vaulttest.Fault{
		{Method: "CompleteUpload", Call: 1, Err: vault.ErrUnavailable, After: true},
		{Method: "CompleteUpload", Call: 2, Err: vault.ErrNotFound},
	}
}

func TestUnknownIsAState(t *testing.T) {
	s := newSite(t)
	if _, _, err := s.upload(s.options(), forgetsCompletion()...); !errors.Is(err, upload.ErrUnknown) {
		t.Fatalf("got %v, want ErrUnknown", err)
	}
	last, err := s.catalog.FindUpload(t.Context(), "file://v", s.file, "film.mov")
	if err != nil || last.State != record.Unknown || last.TreeHash.IsZero() {
		t.Fatalf("recorded is %+v, %v", last, err)
	}

	// The vault still does not know the upload, so that the run sends nothing.
	_, sent, err := s.upload(s.options(), vaulttest.Fault{Method: "CompleteUpload", Err: vault.ErrNotFound})
	if !errors.Is(err, upload.ErrUnknown) || sent != 0 {
		t.Fatalf("%d parts sent: %v", sent, err)
	}

	// The vault knows the upload again.
	stored, sent := s.must(s.options())
	s.wantOne(stored)
	if sent != 0 {
		t.Errorf("%d parts sent", sent)
	}
}

func TestUnknownIsUploadedAgainOnlyWhenAsked(t *testing.T) {
	s := newSite(t)
	if _, _, err := s.upload(s.options(), forgetsCompletion()...); !errors.Is(err, upload.ErrUnknown) {
		t.Fatalf("got %v, want ErrUnknown", err)
	}
	o := s.options()
	o.Again = true
	s.must(o)
	if archives, unfinished := s.archives(); len(archives) != 2 || unfinished != 0 {
		t.Errorf("%d archives, %d unfinished", len(archives), unfinished)
	}
}

func TestExpiredUploadBeginsAnew(t *testing.T) {
	s := newSite(t)
	s.interrupted()
	s.clock.Advance(25 * time.Hour)
	stored, sent := s.must(s.options())
	s.wantOne(stored)
	s.wantNotice("must be sent again")
	if sent != 6 || stored.PartsResumed != 0 {
		t.Errorf("%d parts sent, %d resumed", sent, stored.PartsResumed)
	}
}

func TestUploadExpiresUnderway(t *testing.T) {
	s := newSite(t)
	o := s.options()
	o.Concurrency = 1
	aged := make(chan struct{})
	age := sync.OnceFunc(func() {
		s.clock.Advance(25 * time.Hour)
		close(aged)
	})
	o.Progress = func(p depot.Progress) {
		if p.PartsDone == 2 {
			age()
		}
	}
	stored, sent := s.must(o, vaulttest.Fault{Method: "UploadPart", Call: 3, Block: aged})
	s.wantOne(stored)
	s.wantNotice("must be sent again")
	if sent <= 6 {
		t.Errorf("%d parts sent", sent)
	}
}

func TestVaultIsMissing(t *testing.T) {
	s := newSite(t)
	_, _, err := s.upload(s.options(), vaulttest.Fault{Method: "Uploads", Err: vault.ErrNotFound})
	if !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}
