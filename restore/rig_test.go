package restore_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	mathrand "math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firn/catalog"
	"firn/depot"
	"firn/internal/seal"
	"firn/internal/testclock"
	"firn/pack"
	"firn/record"
	"firn/restore"
	"firn/upload"
	"firn/vault"
	"firn/vault/dirvault"
)

var fileTime = time.Date(2026, 11, 30, 12, 0, 0, 123456789, time.UTC)

// rig is a vault with a record of backups. Its packs are written by package pack.
type rig struct {
	t          testing.TB
	vault      vault.Vault
	catalog    *catalog.Catalog
	file       string // of the catalog
	dir, work  string
	recipients seal.Recipients
	key        string // the file of the identity
	options    restore.Options
	restoring  func(depot.Restoring)
	clock      *testclock.Clock // of jobs; nil: they are done at once
	places     map[string]*record.Place
	change     func(*record.Pack)  // changes what is recorded of the next packs
	corrupt    func(stored []byte) // changes the bytes of the next packs before they are stored
	frame      int                 // bytes of a frame
}

func newRig(t testing.TB) *rig {
	t.Helper()
	cold := filepath.Join(t.TempDir(), "cold")
	o := dirvault.Options{InventoryEvery: -1}
	if err := dirvault.Create(cold, o); err != nil {
		t.Fatal(err)
	}
	v, err := dirvault.Open(cold, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, v) })
	return rigAt(t, v)
}

// rigAt is a rig whose vault is v.
func rigAt(t testing.TB, v vault.Vault) *rig {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "catalog.db")
	c, err := catalog.Open(t.Context(), name, catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, c) })
	r := &rig{t: t, vault: v, catalog: c, file: name, dir: filepath.Join(dir, "back"), work: filepath.Join(dir, "work"), frame: 1 << 16}
	r.options = restore.Options{Dir: r.dir, WorkDir: r.work}
	r.places = map[string]*record.Place{}
	return r
}

func closed(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// seal makes the packs to come encrypted, to the recipient that it returns.
func (r *rig) seal() string {
	r.t.Helper()
	file, recipient, err := seal.NewIdentity(fileTime)
	if err != nil {
		r.t.Fatal(err)
	}
	r.key = filepath.Join(r.t.TempDir(), "key")
	if err := os.WriteFile(r.key, []byte(file), 0o600); err != nil {
		r.t.Fatal(err)
	}
	if r.recipients, err = seal.ParseRecipients([]string{recipient}); err != nil {
		r.t.Fatal(err)
	}
	if r.options.Identities, err = seal.ReadIdentities(r.key, nil); err != nil {
		r.t.Fatal(err)
	}
	return recipient
}

func (r *rig) depot() depot.Depot {
	return depot.Depot{Vault: r.vault, Journal: r.catalog, Patience: time.Minute, Restoring: r.restoring}
}

// file is a file of a backup.
type file struct {
	path    string
	content string
	gone    bool
	record.File
}

func dir(path string) file {
	return file{path: path, File: record.File{Kind: record.Directory, Mode: 0o755}}
}

func text(path, content string) file {
	return file{path: path, content: content, File: record.File{Kind: record.Regular, Mode: 0o644}}
}

func symlink(path, target string) file {
	return file{path: path, File: record.File{Kind: record.Symlink, Mode: 0o777, More: record.More{Link: target}}}
}

func hardlink(path, target string) file {
	return file{path: path, File: record.File{Kind: record.Hardlink, Mode: 0o644, More: record.More{Link: target}}}
}

// snapshot is one of the directory home, on the host h.
func (r *rig) snapshot(files ...file) record.Snapshot { return r.snapshotOf("h", "home", files...) }

// snapshotOf takes a snapshot of a directory: files are what changed since the one before it.
func (r *rig) snapshotOf(host, root string, files ...file) record.Snapshot {
	r.t.Helper()
	s := r.begin(host, root)
	r.store(s, root, files...)
	s.State = record.Complete
	if err := r.catalog.Backups().Save(r.t.Context(), &s); err != nil {
		r.t.Fatal(err)
	}
	return s
}

func (r *rig) begin(host, root string) record.Snapshot {
	r.t.Helper()
	s := record.Snapshot{ID: randomID(), Vault: r.vault.URL(), Host: host, Roots: []string{root}}
	if _, err := r.catalog.Backups().Begin(r.t.Context(), &s); err != nil {
		r.t.Fatal(err)
	}
	return s
}

func randomID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}

// store stores files as a pack, and records them.
func (r *rig) store(s record.Snapshot, root string, files ...file) record.Pack {
	r.t.Helper()
	book := r.catalog.Backups()
	p := record.Pack{ID: randomID(), Vault: s.Vault, Snapshot: s.Key, Sequence: 1, State: record.Writing}
	if err := book.SavePack(r.t.Context(), &p); err != nil {
		r.t.Fatal(err)
	}
	changes := r.write(&p, root, files)
	if r.change != nil {
		r.change(&p)
	}
	for i, c := range changes {
		c.Directory = r.place(s, root, files[i])
		changes[i] = c
	}
	if err := errors.Join(book.SavePack(r.t.Context(), &p), book.Apply(r.t.Context(), s.Key, changes)); err != nil {
		r.t.Fatal(err)
	}
	return p
}

// place returns the place of a file in the record.
func (r *rig) place(s record.Snapshot, root string, f file) *record.Place {
	r.t.Helper()
	parent := func(at string) string { return strings.TrimPrefix(path.Dir("/"+at), "/") }
	at := parent(f.path)
	if f.path == root {
		at = root
	}
	var find func(at string) *record.Place
	find = func(at string) *record.Place {
		key := s.Host + ":" + root + ":" + at
		if r.places[key] != nil {
			return r.places[key]
		}
		if at == root {
			on, err := r.catalog.Backups().Root(r.t.Context(), s.Vault, s.Host, root)
			if err != nil {
				r.t.Fatal(err)
			}
			r.places[key] = &record.Place{Key: on}
		} else {
			r.places[key] = &record.Place{Parent: find(parent(at)), Name: path.Base(at)}
		}
		return r.places[key]
	}
	return find(at)
}

// write writes a pack, stores it in the vault and completes its record.
func (r *rig) write(p *record.Pack, root string, files []file) []record.FileChange {
	r.t.Helper()
	var plain, stored bytes.Buffer
	w, err := pack.NewWriter(&plain, pack.WriterOptions{ID: p.ID, Created: fileTime, FrameSize: r.frame, Concurrency: 2})
	if err != nil {
		r.t.Fatal(err)
	}
	defer w.Abort()
	changes := make([]record.FileChange, len(files))
	for i, f := range files {
		c := record.FileChange{File: f.File, IsGone: f.gone}
		if c.File.Name = path.Base(f.path); f.path == root {
			c.File.Name = ""
		}
		if c.File.ModTime == 0 {
			c.File.ModTime = fileTime.UnixNano()
		}
		if f.Kind == record.Regular && !f.gone {
			c.File.Size = int64(len(f.content))
			e := pack.Entry{Type: pack.TypeFile, Name: strings.ToValidUTF8(path.Join("x", hex.EncodeToString([]byte(f.path[max(0, len(f.path)-40):]))), "x"), Size: c.File.Size, Mode: 0o644, ModTime: fileTime}
			e, err = w.Add(r.t.Context(), e, strings.NewReader(f.content))
			if err != nil {
				r.t.Fatal(err)
			}
			if f.content != "" {
				c.Content = &record.Content{Digest: sha256.Sum256([]byte(f.content)), Size: c.File.Size, Pack: p.Key, Offset: e.Offset}
			}
		}
		changes[i] = c
	}
	tail, err := w.Close()
	if err != nil {
		r.t.Fatal(err)
	}
	p.PlainSize, p.Tail, p.IndexDigest = int64(plain.Len()), w.End(), tail.IndexDigest[:]
	if r.recipients == nil {
		stored = plain
	} else {
		sealed, err := seal.NewWriter(&stored, r.recipients)
		if err == nil {
			_, err = sealed.Write(plain.Bytes())
		}
		if err = errors.Join(err, sealed.Close()); err != nil {
			r.t.Fatal(err)
		}
		p.Header = sealed.Head()
		layout, err := seal.NewLayout(int64(len(p.Header)), int64(stored.Len()))
		if err != nil {
			r.t.Fatal(err)
		}
		p.Last = bytes.Clone(stored.Bytes()[layout.Last().Offset:])
	}
	if r.corrupt != nil {
		r.corrupt(stored.Bytes())
	}
	p.Size, p.State, p.Archive = int64(stored.Len()), record.Packed, r.upload(stored.Bytes())
	return changes
}

// upload stores an archive.
func (r *rig) upload(data []byte) vault.ArchiveID {
	r.t.Helper()
	name := filepath.Join(r.t.TempDir(), "pack-"+randomID())
	if err := os.WriteFile(name, data, 0o600); err != nil {
		r.t.Fatal(err)
	}
	got, err := upload.File(r.t.Context(), r.depot(), name, upload.Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	return got.ArchiveID
}

// restore restores what is selected, and fails the test on any error.
func (r *rig) restore(s restore.Selection) restore.Report {
	r.t.Helper()
	report, err := r.try(s)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, p := range report.List {
		r.t.Error(p)
	}
	return report
}

// try restores what is selected.
func (r *rig) try(s restore.Selection) (restore.Report, error) {
	r.t.Helper()
	plan, err := r.plan(s)
	if err != nil {
		return restore.Report{}, err
	}
	defer closed(r.t, plan)
	return plan.Run(r.t.Context())
}

func (r *rig) plan(s restore.Selection) (*restore.Plan, error) {
	return restore.NewPlan(r.t.Context(), r.depot(), r.catalog.Backups(), s, r.options)
}

// files returns the contents of the files below the directory by path; directories end with a
// slash.
func (r *rig) files() map[string]string {
	r.t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(r.dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || name == r.dir {
			return err
		}
		rel, err := filepath.Rel(r.dir, name)
		switch {
		case err != nil:
		case d.IsDir():
			got[rel+"/"] = ""
		case d.Type()&os.ModeSymlink != 0:
			got[rel], err = os.Readlink(name)
		case d.Type().IsRegular():
			var data []byte
			data, err = os.ReadFile(name)
			got[rel] = string(data)
		default:
			got[rel] = d.Type().String()
		}
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		r.t.Fatal(err)
	}
	return got
}

// want compares the files below the directory.
func (r *rig) want(want map[string]string) {
	r.t.Helper()
	got := r.files()
	for name, content := range got {
		if is, ok := want[name]; !ok || is != content {
			r.t.Errorf("%q has %d bytes that are not wanted: %.40q", name, len(content), content)
		}
	}
	for name := range want {
		if _, ok := got[name]; !ok {
			r.t.Errorf("%q is missing", name)
		}
	}
}

// wantNoWork fails the test if something is left in the work directory.
func (r *rig) wantNoWork() {
	r.t.Helper()
	if left, err := os.ReadDir(r.work); !errors.Is(err, os.ErrNotExist) {
		r.t.Errorf("the work directory has %v, %v", left, err)
	}
}

// noise returns bytes that do not compress.
func noise(seed byte, n int) string {
	b := make([]byte, n)
	_, _ = mathrand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return string(b)
}

// collect returns all values before the first error.
func collect[T any](seq iter.Seq2[T, error]) (all []T, err error) {
	for value, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, value)
	}
	return all, nil
}

// mustMake fails the test on an error of preparing it.
func (r *rig) mustMake(errs ...error) {
	r.t.Helper()
	if err := errors.Join(errs...); err != nil {
		r.t.Fatal(err)
	}
}
