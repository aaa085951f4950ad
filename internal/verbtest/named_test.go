package verbtest_test

import (
	"errors"
	"fmt"
	"testing"

	"firn/record"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulttest"
)

// unfinished returns the number of unsettled uploads on record in this state.
func (s *site) unfinished(state record.UploadState) (n int) {
	s.t.Helper()
	for u, err := range s.catalog.Uploads(s.t.Context(), "file://v") {
		if err != nil {
			s.t.Fatal(err)
		}
		if u.State == state {
			n++
		}
	}
	return n
}

// A name that no archive can have is refused before anything is recorded or requested. An
// archive stored under another name still counts as present.
func TestUploadRefusesANameThatNoArchiveCanHave(t *testing.T) {
	s := newSite(t)
	v := vaulttest.NewFaulty(newKeyed(s.vault))
	o := s.options()
	o.Name = "no name"
	_, err := upload.File(t.Context(), at(v, o.Depot), s.file, o.Options)
	if bad, ok := errors.AsType[*vault.NameError](err); !ok || bad.Name != "no name" {
		t.Errorf("got %v", err)
	}
	if n := v.Calls("CreateUpload") + v.Calls("Uploads"); n != 0 || s.unfinished(record.Initiating) != 0 {
		t.Errorf("the vault was asked %d times, and %d uploads are on record", n, s.unfinished(record.Initiating))
	}
	o.Name = "a name"
	if _, err := upload.File(t.Context(), at(v, o.Depot), s.file, o.Options); err != nil {
		t.Error(err)
	}
	asked := v.Calls("CreateUpload")
	o.Name = ""
	if stored, err := upload.File(t.Context(), at(v, o.Depot), s.file, o.Options); err != nil || !stored.AlreadyPresent || v.Calls("CreateUpload") != asked {
		t.Errorf("stored %+v, %v", stored, err)
	}
}

// If the vault refuses to begin an upload, the upload cannot have begun. If the first
// answer was lost, it may have begun.
func TestUploadThatIsRefusedIsSettled(t *testing.T) {
	refusal := func(call int, class error) vaulttest.Fault {
		return vaulttest.Fault{Method: "CreateUpload", Call: call, Err: fmt.Errorf("no: %w", class)}
	}
	for _, class := range []error{vault.ErrInvalid, vault.ErrDenied, vault.ErrNotFound, vault.ErrExists} {
		s := newSite(t)
		if _, _, err := s.upload(s.options(), refusal(1, class)); !errors.Is(err, class) || s.unfinished(record.Initiating) != 0 {
			t.Errorf("%v: got %v, and %d are on record as if they had begun", class, err, s.unfinished(record.Initiating))
		}
		s.must(s.options())
	}
	for _, unknown := range [][]vaulttest.Fault{
		{refusal(1, vault.ErrUnavailable), refusal(2, vault.ErrDenied)},
		{{Method: "CreateUpload", Err: errors.New("a failure without a class")}},
	} {
		s := newSite(t)
		if _, _, err := s.upload(s.options(), unknown...); err == nil || s.unfinished(record.Initiating) != 1 {
			t.Errorf("%+v: got %v, and %d are on record that may have begun", unknown, err, s.unfinished(record.Initiating))
		}
	}
}
