package verbtest_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"firn/depot"
	"firn/reconcile"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulttest"
)

// stream uploads data as a stream. The faults apply to the vault.
func (s *site) stream(o uploading, data []byte, faults ...vaulttest.Fault) (upload.Stored, error) {
	s.t.Helper()
	o.Description, o.SpoolDir = "nightly", s.t.TempDir()
	return upload.From(s.t.Context(), at(vaulttest.NewFaulty(s.vault, faults...), o.Depot), source.Stream(bytes.NewReader(data)), o.Options)
}

// forgotten is a vault that does not know the earlier uploads that it completed.
func forgotten(pending int) (faults []vaulttest.Fault) {
	for call := range pending {
		faults = append(faults, vaulttest.Fault{Method: "CompleteUpload", Call: call + 1, Err: vault.ErrNotFound})
	}
	return faults
}

// lost does not know the earlier uploads either, and loses the answer to the next one.
func lost(pending int) []vaulttest.Fault {
	return append(forgotten(pending),
		vaulttest.Fault{Method: "CompleteUpload", Call: pending + 1, Err: vault.ErrUnavailable, After: true},
		vaulttest.Fault{Method: "CompleteUpload", Call: pending + 2, Err: vault.ErrNotFound})
}

// readInventory reads the list of the vault into the catalog.
func (s *site) readInventory() reconcile.Report {
	s.t.Helper()
	s.clock.Advance(time.Hour)
	i, err := reconcile.Inventory(s.t.Context(), depot.Depot{Vault: s.vault, Journal: s.catalog, Now: s.clock.Now}, reconcile.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	return i
}

// states returns the states of the unsettled uploads of streams.
func (s *site) states() (states []record.UploadState) {
	s.t.Helper()
	for u, err := range s.catalog.Uploads(s.t.Context(), "file://v") {
		if err != nil {
			s.t.Fatal(err)
		}
		states = append(states, u.State)
	}
	return states
}

// A stream is stored although the answers to the streams of several nights before were
// lost. An inventory settles all of them.
func TestUnknownStreamsDoNotBlockTheNext(t *testing.T) {
	s := newSite(t)
	nights := [][]byte{content(1, 3*mib+1), content(2, 3*mib+1), content(3, mib), content(4, 4*mib)}
	for n, data := range nights[:3] {
		if _, err := s.stream(s.options(), data, lost(n)...); !errors.Is(err, upload.ErrUnknown) {
			t.Fatalf("night %d: %v, want ErrUnknown", n, err)
		}
	}
	stored, err := s.stream(s.options(), nights[3], forgotten(3)...)
	if err != nil || stored.TreeHash != treehash.Sum(nights[3]) {
		t.Fatalf("stored %+v, %v", stored, err)
	}
	s.wantNotice("completed only if its bytes differ")
	if archives, unfinished := s.archives(); len(archives) != 4 || unfinished != 0 {
		t.Errorf("%d archives, %d unfinished", len(archives), unfinished)
	}
	if got := s.states(); !slices.Equal(got, slices.Repeat([]record.UploadState{record.Unknown}, 3)) {
		t.Errorf("uploads are %q", got)
	}
	if i := s.readInventory(); i.Settled != 3 {
		t.Errorf("the inventory settled %d", i.Settled)
	}
	if got := s.states(); len(got) != 0 {
		t.Errorf("uploads are %q", got)
	}
}

// A stream that may already be stored is not stored a second time, unless the caller
// demands it.
func TestTheSameStreamIsNotStoredTwice(t *testing.T) {
	for name, again := range map[string]bool{"by itself": false, "again": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			first, second := content(1, 3*mib+1), content(2, 2*mib)
			for n, data := range [][]byte{first, second} {
				if _, err := s.stream(s.options(), data, lost(n)...); !errors.Is(err, upload.ErrUnknown) {
					t.Fatalf("%v, want ErrUnknown", err)
				}
			}
			o := s.options()
			o.Again = again
			var faults []vaulttest.Fault
			if !again {
				faults = forgotten(2)
			}
			stored, err := s.stream(o, first, faults...)
			archives, unfinished := s.archives()
			if again {
				if err != nil || len(archives) != 3 || stored.TreeHash != treehash.Sum(first) {
					t.Errorf("stored %+v, %v; %d archives", stored, err, len(archives))
				}
				return
			}
			var double *upload.DoubleError
			if !errors.As(err, &double) || !errors.Is(err, upload.ErrUnknown) || len(archives) != 2 || unfinished != 1 {
				t.Fatalf("%v; %d archives, %d unfinished", err, len(archives), unfinished)
			}
			for u, err := range s.vault.Uploads(t.Context()) {
				if err != nil || u.ID != double.Upload {
					t.Errorf("the vault has %q, %v; named was %q", u.ID, err, double.Upload)
				}
			}
			// A shorter stream, the night after, is stored.
			short := content(3, mib)
			if stored, err := s.stream(s.options(), short, forgotten(2)...); err != nil || stored.TreeHash != treehash.Sum(short) {
				t.Errorf("stored %+v, %v", stored, err)
			}
			if i := s.readInventory(); i.Settled != 2 {
				t.Errorf("the inventory settled %d", i.Settled)
			}
		})
	}
}

// When the vault knows the upload again, the earlier stream becomes one archive, and the
// present stream another.
func TestAnUnknownStreamThatTheVaultRemembers(t *testing.T) {
	s := newSite(t)
	if _, err := s.stream(s.options(), content(1, mib), lost(0)...); !errors.Is(err, upload.ErrUnknown) {
		t.Fatalf("%v, want ErrUnknown", err)
	}
	if _, err := s.stream(s.options(), content(2, mib)); err != nil {
		t.Fatal(err)
	}
	s.wantNotice("is now complete")
	if archives, unfinished := s.archives(); len(archives) != 2 || unfinished != 0 || len(s.states()) != 0 {
		t.Errorf("%d archives, %d unfinished, uploads are %q", len(archives), unfinished, s.states())
	}
}

// The size of a stream is on record before the vault completes it. A stream whose run was
// killed at that point can therefore be told from others by its size.
func TestAStreamHasASizeFromCompletingOn(t *testing.T) {
	s := newSite(t)
	for _, after := range []bool{false, true} {
		_, err := s.stream(s.options(), content(1, mib+1), vaulttest.Fault{Method: "CompleteUpload", Call: 1, Err: vault.ErrDenied, After: after})
		if !errors.Is(err, vault.ErrDenied) {
			t.Fatalf("%v, want the fault", err)
		}
		u, err := s.catalog.FindUpload(t.Context(), "file://v", record.Stream, "nightly")
		if err != nil || u.State != record.Completing || u.Source.Size != mib+1 || u.TreeHash.IsZero() {
			t.Errorf("recorded is %+v, %v", u, err)
		}
	}
}

// A stream that the vault refused to complete continues when the same data come again,
// although its record has a size.
func TestAStreamThatWasRefusedGoesOn(t *testing.T) {
	s := newSite(t)
	data := content(1, 3*mib+1)
	if _, err := s.stream(s.options(), data, vaulttest.Fault{Method: "CompleteUpload", Call: 1, Err: vault.ErrInvalid}); !errors.Is(err, vault.ErrInvalid) {
		t.Fatalf("%v, want the fault", err)
	}
	stored, err := s.stream(s.options(), data)
	if err != nil || stored.PartsResumed != 4 || stored.Sent != 0 {
		t.Errorf("stored %+v, %v", stored, err)
	}
}

// The records of older versions of firn lack the size of the stream.
func TestAnUnknownStreamWithoutASizeIsSettled(t *testing.T) {
	for name, test := range map[string]struct {
		state     record.UploadState
		partsLost bool
	}{
		"unknown": {record.Unknown, false}, "unknown, without its parts": {record.Unknown, true},
		"completing": {record.Completing, false}, "completing, without its parts": {record.Completing, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			if _, err := s.stream(s.options(), content(1, 3*mib+1), lost(0)...); !errors.Is(err, upload.ErrUnknown) {
				t.Fatalf("%v, want ErrUnknown", err)
			}
			was, err := s.catalog.FindUpload(t.Context(), "file://v", record.Stream, "nightly")
			if err != nil || was.Source.Size != 3*mib+1 {
				t.Fatalf("recorded is %+v, %v", was, err)
			}
			was.Source.Size, was.State = -1, record.Completing
			if err := s.catalog.SaveUpload(t.Context(), &was); err != nil {
				t.Fatal(err)
			}
			was.State = test.state
			if err := s.catalog.SaveUpload(t.Context(), &was); err != nil {
				t.Fatal(err)
			}
			if test.partsLost {
				if err := s.catalog.DropParts(t.Context(), was.Key); err != nil {
					t.Fatal(err)
				}
			}
			if test.state == record.Completing {
				asked := 1
				if test.partsLost { // the run then does not ask the vault to complete anything
					asked = 0
				}
				if _, err := s.stream(s.options(), content(2, mib), forgotten(asked)...); err != nil {
					t.Fatal(err)
				}
			}
			if i := s.readInventory(); i.Settled != 1 {
				t.Errorf("the inventory settled %d", i.Settled)
			}
			is, err := s.catalog.UploadByID(t.Context(), "file://v", was.ID)
			if err != nil || is.State != record.Completed || is.Source.Size != 3*mib+1 {
				t.Errorf("recorded is %+v, %v", is, err)
			}
		})
	}
}

// Several files with one description may also be unknown. None of them is sent again when
// it comes back.
func TestSeveralUnknownFiles(t *testing.T) {
	s := newSite(t)
	s.write(content(1, mib))
	if _, _, err := s.upload(s.options(), lost(0)...); !errors.Is(err, upload.ErrUnknown) {
		t.Fatalf("%v, want ErrUnknown", err)
	}
	s.write(content(2, 2*mib))
	if _, _, err := s.upload(s.options()); err != nil {
		t.Fatal(err)
	}
	s.write(content(1, mib))
	_, sent, err := s.upload(s.options(), forgotten(1)...)
	if !errors.Is(err, upload.ErrUnknown) || sent != 0 {
		t.Errorf("%d parts sent, %v", sent, err)
	}
	o := s.options()
	o.Again = true
	if _, _, err := s.upload(o); err != nil {
		t.Fatal(err)
	}
	stored, sent, err := s.upload(s.options(), forgotten(1)...)
	if err != nil || !stored.AlreadyPresent || sent != 0 {
		t.Errorf("after another copy: %d parts sent, %+v, %v", sent, stored, err)
	}
}
