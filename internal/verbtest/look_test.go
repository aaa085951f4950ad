package verbtest_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"firn/record"
	"firn/vault"
	"firn/vault/vaulttest"
)

// A run checks that an archive is still there, if the vault can tell.
func TestAlreadyThereIsLookedAt(t *testing.T) {
	for name, test := range map[string]struct {
		act    func(t *testing.T, s *site, id vault.ArchiveID)
		fault  error
		sent   int
		state  record.ArchiveState // of the archive that was there
		notice string
	}{
		"it is": {nil, nil, 0, record.Stored, ""},
		"somebody has removed it": {
			func(t *testing.T, s *site, id vault.ArchiveID) { s.tamper(t, id, os.Remove) }, nil, 6, record.Missing, "is no longer there",
		},
		"somebody has cut it": {
			func(t *testing.T, s *site, id vault.ArchiveID) {
				s.tamper(t, id, func(path string) error { return os.Truncate(path, 5) })
			}, nil, 6, record.Differing, "is now another one: 5 B of",
		},
		"it may not be looked at": {nil, vault.ErrDenied, 0, record.Stored, "could not check whether it is still there"},
		"nobody answers":          {nil, vault.ErrUnavailable, 0, record.Stored, "could not check whether it is still there"},
		"the vault tells by jobs": {nil, vault.ErrInvalid, 0, record.Stored, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			first, _ := s.must(s.options())
			if test.act != nil {
				test.act(t, s, first.ArchiveID)
			}
			var faults []vaulttest.Fault
			if test.fault != nil {
				faults = append(faults, vaulttest.Fault{Method: "Look", Err: test.fault})
			}
			stored, sent := s.must(s.options(), faults...)
			if sent != test.sent || stored.AlreadyPresent != (sent == 0) {
				t.Errorf("%d parts sent, want %d; %+v", sent, test.sent, stored)
			}
			found, err := s.catalog.FindArchive(t.Context(), "file://v", string(first.ArchiveID))
			if err != nil || len(found) != 1 || found[0].State != test.state {
				t.Errorf("on record: %+v, %v, want %s", found, err, test.state)
			}
			if test.notice != "" {
				s.wantNotice(test.notice)
			}
			if again, sent := s.must(s.options()); sent != 0 || again.ArchiveID != stored.ArchiveID {
				t.Errorf("again: %d parts sent, %+v", sent, again)
			}
		})
	}
}

// tamper changes the file of an archive without the vault.
func (s *site) tamper(t *testing.T, id vault.ArchiveID, act func(path string) error) {
	t.Helper()
	if err := act(filepath.Join(s.dir, "cold", "v", "archives", string(id))); err != nil {
		t.Fatal(err)
	}
}

// replacing is a vault in which an id may come to stand for another archive, as a key of a
// bucket may.
type replacing struct {
	vault.Vault
	there vault.Archive
}

func (r *replacing) Look(_ context.Context, id vault.ArchiveID) (vault.Archive, error) {
	r.there.ID, r.there.ETag = id, "etag"
	return r.there, nil
}

func TestAlreadyThereIsAnotherOne(t *testing.T) {
	for name, test := range map[string]struct {
		there   vault.Archive
		isOther bool
	}{
		"ours":         {vault.Archive{Size: 5*mib + mib/2}, false},
		"another size": {vault.Archive{Size: 3}, true},
		"a later date": {vault.Archive{Size: 5*mib + mib/2, Created: time.Now().Add(100 * 365 * 24 * time.Hour)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.must(s.options())
			stored, sent, err := s.uploadTo(&replacing{Vault: s.vault, there: test.there}, s.options())
			if err != nil || stored.AlreadyPresent == test.isOther || (sent > 0) != test.isOther {
				t.Errorf("%d parts sent, %+v, %v", sent, stored, err)
			}
		})
	}
}
