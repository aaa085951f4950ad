package verbtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"firn/catalog"
	"firn/depot"
	"firn/internal/testclock"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/upload"
	"firn/vault"
	"firn/vault/dirvault"
	"firn/vault/vaulttest"
)

const mib = 1 << 20

// site is a vault, a catalog and a file, as a user has them.
type site struct {
	ctx     context.Context // of the calls
	t       *testing.T
	dir     string
	vault   *named
	catalog *catalog.Catalog
	file    string
	clock   *testclock.Clock

	mu      sync.Mutex
	notices []string
}

// named is a directory vault whose URL tests can write down.
type named struct {
	*dirvault.Vault
	url string
}

func (n *named) URL() string { return n.url }

// newSite returns a site with a file of 5.5 parts of 1 MiB.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, ctx: t.Context(), dir: t.TempDir(), clock: testclock.At(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))}
	options := dirvault.Options{Now: s.clock.Now, UploadLifetime: 24 * time.Hour, InventoryEvery: -1}
	root, err := dirvault.OpenRoot(filepath.Join(s.dir, "cold"), options)
	if err != nil {
		t.Fatal(err)
	}
	if err := root.CreateVault(t.Context(), "v"); err != nil {
		t.Fatal(err)
	}
	if err := root.Close(); err != nil {
		t.Fatal(err)
	}
	v, err := dirvault.Open(filepath.Join(s.dir, "cold", "v"), options)
	if err != nil {
		t.Fatal(err)
	}
	s.vault = &named{v, "file://v"}
	t.Cleanup(func() { closed(t, s.vault) })
	s.openCatalog()
	s.file = filepath.Join(s.dir, "film.mov")
	s.write(content(1, 5*mib+mib/2))
	return s
}

// openCatalog opens the catalog as the next process would.
func (s *site) openCatalog() {
	s.t.Helper()
	c, err := catalog.Open(s.t.Context(), filepath.Join(s.dir, "catalog", "catalog.db"), catalog.Options{Now: s.clock.Now})
	if err != nil {
		s.t.Fatal(err)
	}
	s.catalog = c
	s.t.Cleanup(func() { closed(s.t, c) })
}

// loseCatalog removes the catalog.
func (s *site) loseCatalog() {
	s.t.Helper()
	if err := s.catalog.Close(); err != nil {
		s.t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(s.dir, "catalog")); err != nil {
		s.t.Fatal(err)
	}
	s.openCatalog()
}

func content(seed uint64, size int) []byte {
	data := make([]byte, size)
	random := rand.NewChaCha8([32]byte{byte(seed)})
	_, _ = random.Read(data)
	return data
}

func (s *site) write(data []byte) {
	s.t.Helper()
	if err := os.WriteFile(s.file, data, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) options() uploading {
	return uploading{
		depot.Depot{Vault: s.vault, Journal: s.catalog, Patience: time.Minute, Now: s.clock.Now, Notice: func(text string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.notices = append(s.notices, text)
		}},
		upload.Options{PartSize: mib, Concurrency: 2},
	}
}

// upload uploads the file once, with faults, and returns the number of parts sent.
func (s *site) upload(o uploading, faults ...vaulttest.Fault) (upload.Stored, int, error) {
	s.t.Helper()
	v := vaulttest.NewFaulty(s.vault, faults...)
	stored, err := upload.File(s.ctx, at(v, o.Depot), s.file, o.Options)
	return stored, v.Calls("UploadPart"), err
}

// must uploads the file and fails the test on any error.
func (s *site) must(o uploading, faults ...vaulttest.Fault) (upload.Stored, int) {
	s.t.Helper()
	stored, sent, err := s.upload(o, faults...)
	if err != nil {
		s.t.Fatal(err)
	}
	return stored, sent
}

// interrupted leaves an unfinished upload of which some parts are acknowledged.
func (s *site) interrupted() {
	s.t.Helper()
	o := s.options()
	o.Concurrency = 1
	_, _, err := s.upload(o, vaulttest.Fault{Method: "UploadPart", Call: 4, Err: vault.ErrDenied})
	if !errors.Is(err, vault.ErrDenied) {
		s.t.Fatalf("got %v, want the fault", err)
	}
}

// archives returns the archives that the vault lists, and the number of its unfinished
// uploads.
func (s *site) archives() (archives []vault.Archive, unfinished int) {
	s.t.Helper()
	job, err := s.vault.StartJob(s.t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory})
	if err != nil {
		s.t.Fatal(err)
	}
	for a, err := range s.vault.Inventory(s.t.Context(), job, "") {
		if err != nil {
			s.t.Fatal(err)
		}
		archives = append(archives, a.Archive)
	}
	for _, err := range s.vault.Uploads(s.t.Context()) {
		if err != nil {
			s.t.Fatal(err)
		}
		unfinished++
	}
	return archives, unfinished
}

// wantOne checks that the vault has exactly one archive with the bytes of the file, and no
// unfinished upload.
func (s *site) wantOne(stored upload.Stored) {
	s.t.Helper()
	archives, unfinished := s.archives()
	if len(archives) != 1 || unfinished != 0 {
		s.t.Fatalf("the vault has %d archives and %d unfinished uploads, want 1 and 0", len(archives), unfinished)
	}
	data, err := os.ReadFile(s.file)
	if err != nil {
		s.t.Fatal(err)
	}
	if a := archives[0]; a.ID != stored.ArchiveID || a.TreeHash != treehash.Sum(data) || a.Size != int64(len(data)) {
		s.t.Fatalf("the vault has %+v, returned was %+v", a, stored)
	}
}

func (s *site) wantNotice(part string) {
	s.t.Helper()
	if !strings.Contains(strings.Join(s.notices, "\n"), part) {
		s.t.Errorf("no notice says %q; there were %q", part, s.notices)
	}
}

func TestUploadStoresTheFile(t *testing.T) {
	s := newSite(t)
	o := s.options()
	var last depot.Progress
	o.Progress = func(p depot.Progress) { last = p }
	stored, sent := s.must(o)
	s.wantOne(stored)
	if sent != 6 || stored.Parts != 6 || stored.PartsResumed != 0 || stored.Sent != 5*mib+mib/2 {
		t.Errorf("%d parts sent: %+v", sent, stored)
	}
	if stored.Description != "film.mov" || stored.PartSize != mib {
		t.Errorf("%+v", stored)
	}
	if last.Done != last.Size || last.PartsDone != last.Parts || last.InFlight != 0 {
		t.Errorf("the last progress is %+v", last)
	}
	recorded, err := s.catalog.FindArchive(t.Context(), "file://v", string(stored.ArchiveID))
	if err != nil || len(recorded) != 1 || recorded[0].TreeHash != stored.TreeHash || recorded[0].Name != s.file {
		t.Errorf("recorded is %+v, %v", recorded, err)
	}
}

func TestUploadTwiceStoresOnce(t *testing.T) {
	s := newSite(t)
	first, _ := s.must(s.options())
	second, sent := s.must(s.options())
	if !second.AlreadyPresent || second.ArchiveID != first.ArchiveID || sent != 0 {
		t.Errorf("%d parts sent: %+v", sent, second)
	}
	s.wantOne(first)

	touched := time.Now().Add(time.Hour)
	if err := os.Chtimes(s.file, touched, touched); err != nil {
		t.Fatal(err)
	}
	third, sent := s.must(s.options())
	if !third.AlreadyPresent || third.ArchiveID != first.ArchiveID || sent != 0 {
		t.Errorf("touched: %d parts sent: %+v", sent, third)
	}

	s.write(content(2, 5*mib+mib/2))
	other, _ := s.must(s.options())
	if other.AlreadyPresent || other.ArchiveID == first.ArchiveID {
		t.Errorf("other bytes of the same size: %+v", other)
	}
}

func TestUploadAgainStoresASecondCopy(t *testing.T) {
	s := newSite(t)
	first, _ := s.must(s.options())
	o := s.options()
	o.Again = true
	second, _ := s.must(o)
	if archives, _ := s.archives(); len(archives) != 2 || second.ArchiveID == first.ArchiveID {
		t.Errorf("%d archives; %q and %q", len(archives), first.ArchiveID, second.ArchiveID)
	}
}

func TestUploadAfterDeletionStoresAgain(t *testing.T) {
	s := newSite(t)
	first, _ := s.must(s.options())
	if err := s.vault.DeleteArchive(t.Context(), first.ArchiveID); err != nil {
		t.Fatal(err)
	}
	if err := s.catalog.MarkDeleted(t.Context(), "file://v", []vault.ArchiveID{first.ArchiveID}); err != nil {
		t.Fatal(err)
	}
	if second, _ := s.must(s.options()); second.AlreadyPresent {
		t.Errorf("%+v", second)
	}
}

func TestUploadContinues(t *testing.T) {
	for name, test := range map[string]struct {
		catalogLost, noJournal bool
		says                   string
	}{
		"by the record":       {says: "continuing the upload begun"},
		"without a record":    {catalogLost: true, says: "found at the vault"},
		"without any journal": {noJournal: true, says: "found at the vault"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.interrupted()
			if test.catalogLost {
				s.loseCatalog()
			}
			o := s.options()
			if test.noJournal {
				o.Journal = nil
			}
			stored, sent := s.must(o)
			s.wantOne(stored)
			if stored.PartsResumed < 3 || sent != 6-stored.PartsResumed {
				t.Errorf("%d parts resumed, %d sent", stored.PartsResumed, sent)
			}
			s.wantNotice(test.says)
		})
	}
}

// An unfinished upload of other bytes with the same description is not continued.
func TestUploadDoesNotContinueAnotherFile(t *testing.T) {
	s := newSite(t)
	s.interrupted()
	s.loseCatalog()
	s.write(content(2, 5*mib+mib/2))
	stored, sent := s.must(s.options())
	if stored.PartsResumed != 0 || sent != 6 {
		t.Errorf("%d parts resumed, %d sent", stored.PartsResumed, sent)
	}
	s.wantNotice("not continued")
}

// A file edited between two runs is stored with its new bytes.
func TestUploadResumedAfterAnEdit(t *testing.T) {
	for name, edit := range map[string]func(data []byte){
		"of one part":   func(data []byte) { data[0] ^= 1 },
		"of every part": func(data []byte) { copy(data, content(2, len(data))) },
		"of nothing":    func([]byte) {},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.interrupted()
			data := content(1, 5*mib+mib/2)
			edit(data)
			s.write(data)
			stored, _ := s.must(s.options())
			s.wantOne(stored)
		})
	}
}

// The parts of a log that were sent before it grew are not sent again.
func TestUploadResumedAfterGrowth(t *testing.T) {
	s := newSite(t)
	s.interrupted()
	if err := appendTo(s.file); err != nil {
		t.Fatal(err)
	}
	stored, sent := s.must(s.options())
	s.wantOne(stored)
	s.wantNotice("when its unfinished upload began")
	if stored.PartsResumed != 3 || sent != 3 {
		t.Errorf("%d parts resumed, %d sent", stored.PartsResumed, sent)
	}
}

func TestUploadWithAnotherPartSizeBeginsAnew(t *testing.T) {
	s := newSite(t)
	s.interrupted()
	o := s.options()
	o.PartSize = 2 * mib
	stored, _ := s.must(o)
	if archives, unfinished := s.archives(); len(archives) != 1 || unfinished != 1 || stored.PartsResumed != 0 {
		t.Errorf("%d archives, %d unfinished, %d parts resumed", len(archives), unfinished, stored.PartsResumed)
	}
	s.wantNotice("not continued")
}

func TestUploadRefusesASourceThatChanged(t *testing.T) {
	changes := map[string]func(s *site) error{
		"appended": func(s *site) error { return appendTo(s.file) },
		"touched": func(s *site) error {
			at := time.Now().Add(time.Hour)
			return os.Chtimes(s.file, at, at)
		},
		"replaced": func(s *site) error {
			if err := os.WriteFile(s.file+".new", content(3, 5*mib+mib/2), 0o600); err != nil {
				return err
			}
			return os.Rename(s.file+".new", s.file)
		},
		"removed":   func(s *site) error { return os.Remove(s.file) },
		"truncated": func(s *site) error { return os.Truncate(s.file, mib/2) },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			o := s.options()
			var once sync.Once
			o.Progress = func(p depot.Progress) {
				if p.PartsDone > 0 {
					once.Do(func() {
						if err := change(s); err != nil {
							t.Error(err)
						}
					})
				}
			}
			_, _, err := s.upload(o)
			if !errors.Is(err, source.ErrSourceChanged) {
				t.Fatalf("got %v, want ErrSourceChanged", err)
			}
			if archives, _ := s.archives(); len(archives) != 0 {
				t.Errorf("the vault has %d archives", len(archives))
			}
		})
	}
}

func appendTo(path string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString("more")
	return errors.Join(err, f.Close())
}

func TestUploadUnreadableSources(t *testing.T) {
	s := newSite(t)
	for name, test := range map[string]struct{ path, says string }{
		"a directory":  {s.dir, "it is a directory"},
		"no such file": {filepath.Join(s.dir, "none"), "no such file"},
		"a device":     {os.DevNull, "a device"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := upload.File(t.Context(), at(s.vault, s.options().Depot), test.path, s.options().Options)
			if !errors.Is(err, source.ErrUnreadable) || !strings.Contains(err.Error(), test.says) ||
				!strings.Contains(err.Error(), fmt.Sprintf("%q", test.path)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestUploadDescriptions(t *testing.T) {
	s := newSite(t)
	for name, test := range map[string]struct {
		file, description, want string
	}{
		"given":              {"a", "June, all of it", "June, all of it"},
		"the name":           {"a b.tar", "", "a b.tar"},
		"a name in French":   {"été 100%", "", "%C3%A9t%C3%A9 100%25"},
		"spaces at the ends": {" a b ", "", "%20a b%20"},
		"control":            {"a", "a\x1b[2Jb", ""},
		"too long":           {"a", strings.Repeat("x", 1025), ""},
		"the longest":        {"a", strings.Repeat("x", 1024), strings.Repeat("x", 1024)},
	} {
		t.Run(name, func(t *testing.T) {
			s.file = filepath.Join(t.TempDir(), test.file)
			s.write([]byte("x"))
			o := s.options()
			o.Description = test.description
			stored, _, err := s.upload(o)
			if test.want == "" {
				if !errors.Is(err, vault.ErrInvalid) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || stored.Description != test.want {
				t.Errorf("got %q, %v", stored.Description, err)
			}
		})
	}
}

func TestUploadIsAlone(t *testing.T) {
	s := newSite(t)
	unlock, err := s.catalog.LockUpload(t.Context(), "file://v", s.file, "film.mov")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.upload(s.options()); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("got %v, want ErrLocked", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	s.must(s.options())
}

func TestUploadDrains(t *testing.T) {
	s := newSite(t)
	o := s.options()
	drained, drain := context.WithCancel(t.Context())
	s.ctx = drained
	o.Progress = func(p depot.Progress) {
		if p.PartsDone == 2 {
			drain()
		}
	}
	if _, _, err := s.upload(o); !errors.Is(err, depot.ErrInterrupted) {
		t.Fatalf("got %v, want ErrInterrupted", err)
	}
	s.ctx = t.Context()
	stored, sent := s.must(s.options())
	s.wantOne(stored)
	if stored.PartsResumed < 2 || sent != 6-stored.PartsResumed {
		t.Errorf("%d parts resumed, %d sent", stored.PartsResumed, sent)
	}
}

func TestUploadOfAStream(t *testing.T) {
	s := newSite(t)
	data := content(4, 3*mib+1)
	o := s.options()
	o.Description = "a pipe"
	o.SpoolDir = t.TempDir()
	o.Concurrency = 1
	v := vaulttest.NewFaulty(s.vault, vaulttest.Fault{Method: "UploadPart", Call: 3, Err: vault.ErrDenied})
	if _, err := upload.From(t.Context(), at(v, o.Depot), source.Stream(bytes.NewReader(data)), o.Options); !errors.Is(err, vault.ErrDenied) {
		t.Fatalf("got %v, want the fault", err)
	}
	v = vaulttest.NewFaulty(s.vault)
	stored, err := upload.From(t.Context(), at(v, o.Depot), source.Stream(bytes.NewReader(data)), o.Options)
	if err != nil {
		t.Fatal(err)
	}
	if stored.TreeHash != treehash.Sum(data) || stored.PartsResumed < 2 || v.Calls("UploadPart") != 4-stored.PartsResumed {
		t.Errorf("%d parts sent: %+v", v.Calls("UploadPart"), stored)
	}
	if left, err := os.ReadDir(o.SpoolDir); err != nil || len(left) != 0 {
		t.Errorf("the spool holds %v, %v", left, err)
	}

	o.Description = ""
	if _, err := upload.From(t.Context(), at(v, o.Depot), source.Stream(bytes.NewReader(data)), o.Options); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("a stream without a description: %v", err)
	}
}

func TestUploadCancelled(t *testing.T) {
	s := newSite(t)
	ctx, cancel := context.WithCancel(t.Context())
	o := s.options()
	o.Progress = func(p depot.Progress) {
		if p.PartsDone == 1 {
			cancel()
		}
	}
	if _, err := upload.File(ctx, at(s.vault, o.Depot), s.file, o.Options); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	last, err := s.catalog.FindUpload(t.Context(), "file://v", s.file, "film.mov")
	if err != nil || last.State != record.Open {
		t.Errorf("recorded is %+v, %v", last, err)
	}
	stored, _ := s.must(s.options())
	s.wantOne(stored)
}

func closed(t *testing.T, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
