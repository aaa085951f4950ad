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
	"time"

	"firn/depot"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulttest"
)

// doubtful is a vault that claims for each archive that it published other bytes than were
// sent, until believed is set.
type doubtful struct {
	vault.Vault
	looks    int
	believed bool
	gone     error // error of a look if the archive is gone
}

func (d *doubtful) CompleteUpload(ctx context.Context, id vault.UploadID, c vault.Completion) (vault.ArchiveID, error) {
	archive := c.Unproved
	var err error
	if archive == "" {
		if archive, err = d.Vault.CompleteUpload(ctx, id, c); err != nil {
			return "", err
		}
	} else {
		d.looks++
	}
	switch {
	case d.gone != nil && c.Unproved != "":
		return "", d.gone
	case d.believed:
		return archive, nil
	}
	return "", &vault.UnprovedError{ID: archive, Proof: "CRC-64", Sent: "a", Told: "b", Without: "lacks=crc64nvme"}
}

// uploadTo uploads the file of a site to v.
func (s *site) uploadTo(v vault.Vault, o uploading) (upload.Stored, int, error) {
	s.t.Helper()
	counted := vaulttest.NewFaulty(v)
	stored, err := upload.File(s.t.Context(), at(counted, o.Depot), s.file, o.Options)
	return stored, counted.Calls("UploadPart"), err
}

// doubted uploads a file to a vault that does not prove its archive.
func doubted(t *testing.T) (*site, *doubtful) {
	t.Helper()
	s := newSite(t)
	d := &doubtful{Vault: s.vault}
	if _, sent, err := s.uploadTo(d, s.options()); !errors.Is(err, vault.ErrChecksum) || errors.Is(err, vault.ErrNotFound) || sent != 6 {
		t.Fatalf("%d parts sent: %v, want ErrChecksum", sent, err)
	}
	return s, d
}

func TestWhatIsNotProvedIsStored(t *testing.T) {
	s, d := doubted(t)
	a, err := s.catalog.FindArchive(t.Context(), "file://v", "film.mov")
	if err != nil || len(a) != 1 || a[0].State != record.Unproved || a[0].TreeHash.IsZero() {
		t.Fatalf("on record: %+v, %v", a, err)
	}
	for range 2 { // the run looks at the archive and sends nothing
		_, sent, err := s.uploadTo(d, s.options())
		unproved, ok := errors.AsType[*vault.UnprovedError](err)
		if !ok || unproved.ID != a[0].ID || sent != 0 {
			t.Errorf("%d parts sent: %v", sent, err)
		}
	}
	d.believed = true
	stored, sent, err := s.uploadTo(d, s.options())
	if err != nil || sent != 0 || stored.ArchiveID != a[0].ID || !stored.AlreadyPresent {
		t.Errorf("%d parts sent, %+v, %v", sent, stored, err)
	}
	s.wantNotice("is now verified")
	looks := d.looks
	if stored, _, err := s.uploadTo(d, s.options()); err != nil || !stored.AlreadyPresent || d.looks != looks {
		t.Errorf("proved, and looked at again: %+v, %v", stored, err)
	}
	if archives, unfinished := s.archives(); len(archives) != 1 || unfinished != 0 {
		t.Errorf("%d archives, %d unfinished", len(archives), unfinished)
	}
}

// A later attempt that failed does not hide the unproved archive.
func TestWhatIsNotProvedIsFoundBehindALaterTry(t *testing.T) {
	s, d := doubted(t)
	o := s.options()
	o.Again = true
	if _, err := upload.File(t.Context(), at(vaulttest.NewFaulty(d, vaulttest.Fault{Method: "CreateUpload", Err: &vault.TakenError{ID: "x"}}), o.Depot), s.file, o.Options); !errors.Is(err, vault.ErrExists) {
		t.Fatalf("got %v, want ErrExists", err)
	}
	if _, sent, err := s.uploadTo(d, s.options()); !errors.Is(err, vault.ErrChecksum) || sent != 0 {
		t.Errorf("%d parts sent: %v", sent, err)
	}
}

func TestWhatIsNotProvedAndGone(t *testing.T) {
	for notice, gone := range map[string]error{
		"is no longer there":            vault.ErrNotFound,
		"is now another one: 3 B of 20": &vault.TakenError{Size: 3, Created: time.Now()},
	} {
		s, d := doubted(t)
		d.gone, d.believed = gone, true
		stored, sent, err := s.uploadTo(d, s.options())
		if err != nil || sent != 6 || stored.AlreadyPresent {
			t.Errorf("%d parts sent, %+v, %v", sent, stored, err)
		}
		s.wantNotice(notice)
	}
}

func TestWhatIsNotProvedDoesNotBlockOtherBytes(t *testing.T) {
	s, d := doubted(t)
	d.believed = true
	data := content(8, 5*mib+mib/2)
	s.write(data)
	stored, _, err := s.uploadTo(d, s.options())
	if err != nil || d.looks != 0 || stored.TreeHash != treehash.Sum(data) {
		t.Errorf("%d looks, %+v, %v", d.looks, stored, err)
	}
}

// A stream with the same description is another archive, unless it has the same name.
func TestWhatIsNotProvedDoesNotBlockStreams(t *testing.T) {
	s := newSite(t)
	d := &doubtful{Vault: s.vault}
	feed := func(name string) error {
		source := source.Stream(bytes.NewReader(content(3, 2*mib)))
		defer source.Close()
		o := s.options()
		o.Description, o.Name, o.SpoolDir = "nightly", name, t.TempDir()
		_, err := upload.From(t.Context(), at(d, o.Depot), source, o.Options)
		return err
	}
	for n := range 3 {
		name := ""
		if n == 2 {
			name = "nightly.tar"
		}
		if err := feed(name); !errors.Is(err, vault.ErrChecksum) {
			t.Fatalf("stream %d: %v, want ErrChecksum", n, err)
		}
	}
	if archives, _ := s.archives(); len(archives) != 2 || d.looks != 2 {
		t.Errorf("%d archives, looked at %d times", len(archives), d.looks)
	}
	d.believed = true
	if err := feed(""); err != nil {
		t.Error(err)
	}
	s.wantNotice("is now verified")
}

// late is a vault that takes time to complete an upload. Meanwhile it knows neither the
// upload nor the archive.
type late struct {
	vault.Vault
	takes time.Duration
	asked time.Time
}

func (l *late) Limits() vault.Limits {
	limits := l.Vault.Limits()
	limits.InventoryLag, limits.LateArchives = 0, 5*time.Minute
	return limits
}

func (l *late) CompleteUpload(ctx context.Context, id vault.UploadID, c vault.Completion) (vault.ArchiveID, error) {
	if l.asked.IsZero() {
		l.asked = time.Now()
		return "", vault.ErrUnavailable
	}
	if time.Since(l.asked) < l.takes {
		return "", vault.ErrNotFound
	}
	return l.Vault.CompleteUpload(ctx, id, c)
}

func TestAnArchiveThatComesLate(t *testing.T) {
	for name, test := range map[string]struct {
		takes time.Duration
		now   error
	}{
		"within minutes":           {4 * time.Minute, nil},
		"after the patience's end": {time.Hour, upload.ErrUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				path := filepath.Join(d.dir, "film.mov")
				if err := os.WriteFile(path, content(1, 3*mib), 0o600); err != nil {
					t.Fatal(err)
				}
				v := &late{Vault: d.below, takes: test.takes}
				var notices []string
				o := uploading{d.depot(20 * time.Hour), upload.Options{PartSize: mib}}
				o.Notice = func(s string) { notices = append(notices, s) }
				_, err := upload.File(t.Context(), at(v, o.Depot), path, o.Options)
				if !errors.Is(err, test.now) || (err == nil) != (test.now == nil) {
					t.Fatalf("got %v, want %v", err, test.now)
				}
				if !strings.Contains(strings.Join(notices, "\n"), "checking for up to 5 min") {
					t.Errorf("told %q", notices)
				}
				if err == nil {
					return
				}
				if text := err.Error(); strings.Contains(text, "day") || !strings.Contains(text, "run the same command again") {
					t.Errorf("a vault that lists at once: %q", text)
				}
				// The same call looks once more, and settles the upload if the archive is
				// there.
				begin := time.Now()
				if _, err := upload.File(t.Context(), at(v, o.Depot), path, o.Options); !errors.Is(err, upload.ErrUnknown) || time.Since(begin) > time.Minute {
					t.Errorf("again after %s: %v, want ErrUnknown", time.Since(begin), err)
				}
				wait(test.takes)
				counted := vaulttest.NewFaulty(v)
				stored, err := upload.File(t.Context(), at(counted, o.Depot), path, o.Options)
				if err != nil || counted.Calls("UploadPart") != 0 || stored.Size != 3*mib {
					t.Errorf("%+v, %v", stored, err)
				}
			})
		})
	}
}

// A run waits for the archive of a run that was killed while the vault completed it.
func TestKilledWhileAnArchiveComesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		path := filepath.Join(d.dir, "film.mov")
		if err := os.WriteFile(path, content(1, 3*mib), 0o600); err != nil {
			t.Fatal(err)
		}
		v := &late{Vault: d.below, takes: 3 * time.Minute}
		o := uploading{d.depot(time.Hour), upload.Options{PartSize: mib}}
		time.AfterFunc(time.Minute, d.drain())
		if _, err := upload.File(d.ctx, at(v, o.Depot), path, o.Options); !errors.Is(err, depot.ErrInterrupted) {
			t.Fatalf("got %v, want ErrInterrupted", err)
		}
		counted := vaulttest.NewFaulty(v)
		if _, err := upload.File(t.Context(), at(counted, o.Depot), path, o.Options); err != nil || counted.Calls("UploadPart") != 0 {
			t.Errorf("%d parts sent: %v", counted.Calls("UploadPart"), err)
		}
	})
}

// If another archive took the name meanwhile, the parts stay where they are.
func TestANameThatIsTaken(t *testing.T) {
	s := newSite(t)
	taken := vaulttest.Fault{Method: "CompleteUpload", Err: &vault.TakenError{ID: "film.mov", Size: 3}}
	for try, want := range []int{6, 0, 0} {
		_, sent, err := s.upload(s.options(), taken)
		unfinished, ok := errors.AsType[*upload.UnfinishedError](err)
		if !errors.Is(err, vault.ErrExists) || errors.Is(err, vault.ErrNotFound) || !ok || unfinished.Upload == "" || sent != want {
			t.Fatalf("try %d: %d parts sent: %v", try, sent, err)
		}
	}
	last, err := s.catalog.FindUpload(t.Context(), "file://v", s.file, "film.mov")
	parts := 0
	for _, failed := range s.catalog.Parts(t.Context(), last.Key) {
		err = errors.Join(err, failed)
		parts++
	}
	if err != nil || last.State != record.Open || parts != 6 {
		t.Errorf("on record: %+v with %d parts, %v", last, parts, err)
	}
	stored, sent := s.must(s.options()) // the name is free again
	s.wantOne(stored)
	if sent != 0 {
		t.Errorf("%d parts sent", sent)
	}
}
