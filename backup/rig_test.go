package backup_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firn"
	"firn/backup"
	"firn/depot"
	"firn/internal/seal"
	"firn/record"
	"firn/vault/dirvault"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rig is a directory to back up, a vault, a catalog and a spool.
type rig struct {
	t     testing.TB
	dir   string // to back up
	cold  string // the directory of the vault
	spool string
	file  string // the catalog
	url   string
	o     backup.Options
	ids   seal.Identities

	hasLost bool // files of the spool were lost, perhaps when the vault had just stored them

	wrap func(d *depot.Depot, book record.BackupJournal) record.BackupJournal // scripts faults; may be nil
}

func newRig(t testing.TB) *rig {
	t.Helper()
	base := t.TempDir()
	r := &rig{
		t: t, dir: filepath.Join(base, "tree"), cold: filepath.Join(base, "cold"), spool: filepath.Join(base, "spool"),
		file: filepath.Join(base, "catalog", "catalog.db"),
	}
	must(t, os.Mkdir(r.dir, 0o755))
	must(t, dirvault.Create(r.cold, dirvault.Options{}))
	r.url = "file://" + r.cold
	r.o = backup.Options{Host: "here", SpoolDir: r.spool}
	return r
}

func (r *rig) open() *firn.Depot {
	r.t.Helper()
	d, err := firn.Open(context.Background(), r.url, firn.Options{Catalog: r.file})
	must(r.t, err)
	return d
}

// run backs up the directory, as a process of its own does.
func (r *rig) run(ctx context.Context) (backup.Report, error) {
	r.t.Helper()
	d := r.open()
	defer func() { must(r.t, d.Close()) }()
	book := record.BackupJournal(d.Catalog.Backups())
	if r.wrap != nil {
		book = r.wrap(&d.Depot, book)
	}
	return backup.Run(ctx, d.Depot, book, []string{r.dir}, r.o)
}

// mustRun backs up without an error and without skipped files, and checks the result.
func (r *rig) mustRun() backup.Report {
	r.t.Helper()
	report, err := r.run(context.Background())
	must(r.t, err)
	for _, s := range report.Skipped {
		r.t.Errorf("skipped %q: %v", s.Path, s.Err)
	}
	r.check(report.Snapshot)
	return report
}

// write writes a file, and the directories above it.
func (r *rig) write(name, content string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	must(r.t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(r.t, os.WriteFile(path, []byte(content), 0o644))
}

func (r *rig) remove(name string) {
	r.t.Helper()
	must(r.t, os.RemoveAll(filepath.Join(r.dir, name)))
}

// node is what a snapshot should have of a file.
type node struct {
	kind   record.FileKind
	mode   uint32
	size   int64
	mtime  int64
	digest [32]byte
	link   string
}

// tree returns what is in the directory, by path as in a pack.
func (r *rig) tree() map[string]node {
	r.t.Helper()
	all := map[string]node{}
	must(r.t, filepath.WalkDir(r.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		n := node{mode: uint32(info.Mode().Perm()), mtime: info.ModTime().UnixNano()}
		if info.Mode()&fs.ModeSetuid != 0 {
			n.mode |= 0o4000
		}
		switch {
		case d.IsDir():
			n.kind = record.Directory
		case d.Type() == fs.ModeSymlink:
			n.kind = record.Symlink
			if n.link, err = os.Readlink(path); err != nil {
				return err
			}
		case d.Type() == fs.ModeNamedPipe:
			n.kind = record.Fifo
		default:
			n.kind, n.size = record.Regular, info.Size()
			n.digest = digestOf(r.t, path)
		}
		all[strings.TrimPrefix(path, "/")] = n
		return nil
	}))
	return all
}

// check checks that the record has the directory as it is in a snapshot, that each content can be
// read out of the vault, that all packs together say the same without the record, that nothing
// is stored twice, and that the spool is empty.
func (r *rig) check(s record.Snapshot) {
	r.t.Helper()
	d := r.open()
	defer func() { must(r.t, d.Close()) }()
	book := d.Catalog.Backups()
	packs := r.packs(book)
	got := map[string]node{}
	for f, err := range book.Files(r.t.Context(), s, nil) {
		must(r.t, err)
		n := node{kind: f.Kind, mode: f.Mode, mtime: f.ModTime, link: f.More.Link}
		if f.Kind == record.Regular || f.Kind == record.Hardlink {
			n.kind, n.link, n.size = record.Regular, "", f.Size
			hash := sha256.New()
			if size := packs.copy(hash, f.Content); size != f.Size {
				r.t.Errorf("%q has %d bytes in the vault, %d on record", f.Path, size, f.Size)
			}
			n.digest = [32]byte(hash.Sum(nil))
		}
		got[f.Path] = n
	}
	same(r.t, "the snapshot on record", got, r.tree())
	rebuilt, ended := packs.rebuild()
	same(r.t, "the packs", rebuilt, got)
	if s.EndPack != 0 && !ended[s.ID] {
		r.t.Errorf("no pack has the end of the snapshot %s", s.ID)
	}
	left, err := os.ReadDir(r.spool)
	must(r.t, err)
	for _, entry := range left {
		r.t.Errorf("%q remains in the spool", entry.Name())
	}
}

func digestOf(t testing.TB, path string) [32]byte {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	hash := sha256.New()
	_, err = io.Copy(hash, f)
	must(t, err)
	return [32]byte(hash.Sum(nil))
}

func same(t testing.TB, what string, got, want map[string]node) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if g, ok := got[path]; !ok {
			t.Errorf("%s lacks %q", what, path)
		} else if g != want[path] {
			t.Errorf("%s has %q as\n%+v, want\n%+v", what, path, g, want[path])
		}
	}
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[path]; !ok {
			t.Errorf("%s has %q, which is not there", what, path)
		}
	}
}

// runRoots backs up other directories.
func (r *rig) runRoots(roots ...string) backup.Report {
	r.t.Helper()
	d := r.open()
	defer func() { must(r.t, d.Close()) }()
	report, err := backup.Run(r.t.Context(), d.Depot, d.Catalog.Backups(), roots, r.o)
	must(r.t, err)
	return report
}

var testTime = time.Date(1969, 7, 20, 20, 17, 40, 123456789, time.UTC)

// text returns the numbers of a report.
func text(r backup.Report) string {
	return fmt.Sprintf("%d files, %d bytes, omitted %d; new %d, changed %d, unchanged %d, gone %d; read %d, stored %d, reused %d; %d packs, sent %d; skipped %v",
		r.Files, r.Bytes, r.Omitted, r.New, r.Changed, r.Unchanged, r.Gone, r.Read, r.Stored, r.Reused, len(r.Packs), r.Sent, r.Skipped)
}

// noise returns bytes that cannot be compressed.
func noise(seed uint64, n int) string {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(b) // it never fails
	return string(b)
}

// fill makes a tree of several packs, of which a part changes with each version.
func (r *rig) fill(version int) {
	r.o.PackSize = 40_000
	for i := range 40 {
		r.write(fmt.Sprintf("d%d/f%d", i%5, i), noise(uint64(i+i%3*version*100), 5000))
	}
	r.write(fmt.Sprintf("v%d", version), strings.Repeat("same", 2000))
	r.remove(fmt.Sprintf("v%d", version-1))
	r.remove(fmt.Sprintf("d%d", version%5))
}
