package verbtest_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"firn/depot"
	"firn/reconcile"
	"firn/record"
	"firn/treehash"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulttest"
)

// keyed is a vault whose archives have names, like a bucket: its ids are its keys. Its
// lists have no tree hashes. A look at one archive gives its hash if hashes is set.
type keyed struct {
	vault.Vault
	keys   map[vault.ArchiveID]vault.Archive // by name
	names  map[vault.UploadID]string
	hashes bool
}

func newKeyed(v vault.Vault) *keyed {
	return &keyed{Vault: v, keys: make(map[vault.ArchiveID]vault.Archive), names: make(map[vault.UploadID]string), hashes: true}
}

func (k *keyed) Limits() vault.Limits {
	l := k.Vault.Limits()
	l.Names = true
	return l
}

func (k *keyed) CreateUpload(ctx context.Context, req vault.UploadRequest) (vault.UploadID, error) {
	if there, taken := k.keys[vault.ArchiveID(req.Name)]; taken {
		return "", &vault.TakenError{ID: there.ID, Size: there.Size}
	}
	id, err := k.Vault.CreateUpload(ctx, req)
	k.names[id] = req.Name
	return id, err
}

func (k *keyed) CompleteUpload(ctx context.Context, id vault.UploadID, c vault.Completion) (vault.ArchiveID, error) {
	if _, err := k.Vault.CompleteUpload(ctx, id, c); err != nil {
		return "", err
	}
	key := vault.ArchiveID(k.names[id])
	k.keys[key] = vault.Archive{ID: key, Name: string(key), Size: c.Size, TreeHash: c.TreeHash, ETag: "etag of " + c.TreeHash.String()}
	return key, nil
}

func (k *keyed) Look(_ context.Context, id vault.ArchiveID) (vault.Archive, error) {
	there, ok := k.keys[id]
	if !ok {
		return vault.Archive{}, vault.ErrNotFound
	}
	there.TreeHash = treehash.Hash{}
	return there, nil
}

func (k *keyed) LookNamed(ctx context.Context, name string) (vault.Archive, error) {
	there, err := k.Look(ctx, vault.ArchiveID(name))
	if k.hashes {
		there.TreeHash = k.keys[there.ID].TreeHash
	}
	return there, err
}

func (*keyed) CheckName(name string) error {
	if name == "no name" {
		return &vault.NameError{Name: name, Why: "it says so"}
	}
	return nil
}

func (k *keyed) UploadsNamed(ctx context.Context, name string) iter.Seq2[vault.Upload, error] {
	return func(yield func(vault.Upload, error) bool) {
		for u, err := range k.Uploads(ctx) {
			if (err != nil || k.names[u.ID] == name) && !yield(u, err) {
				return
			}
		}
	}
}

// moved moves the file of a site to another directory.
func (s *site) moved() {
	s.t.Helper()
	to := filepath.Join(s.t.TempDir(), filepath.Base(s.file))
	if err := os.Rename(s.file, to); err != nil {
		s.t.Fatal(err)
	}
	s.file = to
}

// listed records an archive as the list of a bucket gives it: without a hash.
func (s *site) listed(a vault.Archive) {
	s.t.Helper()
	u := record.Upload{Vault: "file://v", Source: record.Source{Path: "elsewhere", Size: a.Size}, PartSize: mib, State: record.Open, ID: "x"}
	err := s.catalog.SaveUpload(s.t.Context(), &u)
	if err == nil {
		err = s.catalog.FinishUpload(s.t.Context(), &u, record.Archive{
			Vault: "file://v", ID: a.ID, Name: a.Name, Size: a.Size, State: record.Confirmed, ETag: a.ETag,
		})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// An archive with the name and the bytes of a file counts as the file, wherever the file
// lies now, and whoever stored the archive.
func TestUploadRecognisesWhatHasItsName(t *testing.T) {
	for name, test := range map[string]struct {
		lost, listed, silent bool // the catalog; what it knows from a list; the vault tells no hash
		untagged             bool // the list had no ETag
		edit, described      bool
		present              bool
	}{
		"the file was moved":                   {present: true},
		"and has another description":          {described: true, present: true},
		"and edited":                           {edit: true},
		"the catalog was lost, then it listed": {lost: true, listed: true, present: true},
		"it listed, without an ETag":           {lost: true, listed: true, untagged: true, present: true},
		"it listed other bytes":                {lost: true, listed: true, edit: true},
		"it listed, and no hash is kept":       {lost: true, listed: true, silent: true},
		"nothing is on record":                 {lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			k := newKeyed(s.vault)
			first, _, err := s.uploadTo(k, s.options())
			if err != nil {
				t.Fatal(err)
			}
			if test.lost {
				s.loseCatalog()
			}
			k.hashes = !test.silent
			if there := k.keys[first.ArchiveID]; test.listed {
				if test.untagged {
					there.ETag = ""
				}
				s.listed(there)
			}
			s.moved()
			if test.edit {
				s.write(content(2, 5*mib+mib/2))
			}
			o := s.options()
			if test.described {
				o.Description = "June"
			}
			stored, sent, err := s.uploadTo(k, o)
			if !test.present {
				if !errors.Is(err, vault.ErrExists) || sent != 0 {
					t.Errorf("%d parts sent, %+v, %v; want ErrExists", sent, stored, err)
				}
				return
			}
			if err != nil || !stored.AlreadyPresent || stored.ArchiveID != first.ArchiveID || stored.TreeHash != first.TreeHash || sent != 0 {
				t.Fatalf("%d parts sent, %+v, %v", sent, stored, err)
			}
			s.wantNotice("comparing its tree hash")
			// The next run recognises the file by its times.
			s.notices = nil
			again, _, err := s.uploadTo(k, o)
			if err != nil || again.ArchiveID != first.ArchiveID || len(s.notices) > 1 {
				t.Errorf("again: %+v, %v, %q", again, err, s.notices)
			}
			for _, notice := range s.notices {
				if !test.described {
					t.Errorf("again it says %q", notice)
				}
			}
		})
	}
}

// Each of two paths of one archive is read once.
func TestTwoPathsOfOneArchiveAreReadOnce(t *testing.T) {
	s := newSite(t)
	first, _ := s.must(s.options())
	s.loseCatalog()
	if _, err := reconcile.Inventory(t.Context(), depot.Depot{Vault: s.vault, Journal: s.catalog, Now: s.clock.Now}, reconcile.Options{}); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "film.mov")
	data, err := os.ReadFile(s.file)
	if err == nil {
		err = os.WriteFile(copied, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		for _, path := range []string{s.file, copied} {
			s.notices = nil
			faulty := vaulttest.NewFaulty(s.vault)
			stored, err := upload.File(t.Context(), at(faulty, s.options().Depot), path, s.options().Options)
			if err != nil || stored.ArchiveID != first.ArchiveID || faulty.Calls("UploadPart") != 0 {
				t.Fatalf("%+v, %v", stored, err)
			}
			if read := len(s.notices) > 0; read != (n == 0) {
				t.Errorf("run %d of %q says %q", n, path, s.notices)
			}
		}
	}
}

// An archive whose name an earlier firn did not record does not count as present under
// another name.
func TestANameThatIsNotOnRecord(t *testing.T) {
	s := newSite(t)
	k := newKeyed(s.vault)
	o := s.options()
	o.Name = "A"
	if _, _, err := s.uploadTo(k, o); err != nil {
		t.Fatal(err)
	}
	was, err := s.catalog.FindUpload(t.Context(), "file://v", s.file, "film.mov")
	if err != nil {
		t.Fatal(err)
	}
	was.Name = ""
	if err := s.catalog.SaveUpload(t.Context(), &was); err != nil {
		t.Fatal(err)
	}
	if stored, _, err := s.uploadTo(k, o); err != nil || !stored.AlreadyPresent {
		t.Errorf("A: %+v, %v", stored, err)
	}
	if err := s.catalog.SaveUpload(t.Context(), &was); err != nil {
		t.Fatal(err)
	}
	o.Name = "B"
	if stored, _, err := s.uploadTo(k, o); err != nil || stored.AlreadyPresent || stored.ArchiveID != "B" {
		t.Errorf("B: %+v, %v", stored, err)
	}
}
