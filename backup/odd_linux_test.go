package backup_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"firn/pack"
	"firn/record"
)

// files returns the files of the newest snapshot by their names in the directory.
func (r *rig) files(s record.Snapshot) map[string]record.File {
	r.t.Helper()
	d := r.open()
	defer func() { must(r.t, d.Close()) }()
	all := map[string]record.File{}
	for f, err := range d.Catalog.Backups().Files(r.t.Context(), s, nil) {
		must(r.t, err)
		name, _ := strings.CutPrefix("/"+f.Path, r.dir+"/")
		all[name] = f.File
	}
	return all
}

// Names of one file are links to the first of them, whose content is stored once, also if the
// others are in later packs or come with later backups.
func TestHardLinks(t *testing.T) {
	r := newRig(t)
	r.o.PackSize = 30_000
	r.write("a", noise(1, 20_000))
	r.write("empty", "")
	link := func(from, to string) {
		t.Helper()
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(r.dir, to)), 0o755))
		must(t, os.Link(filepath.Join(r.dir, from), filepath.Join(r.dir, to)))
	}
	link("a", "b")
	link("empty", "f")
	r.write("c", noise(2, 20_000))
	link("a", "z/last")
	first := r.mustRun()
	if first.Stored != 40_000 || len(first.Packs) != 2 {
		t.Errorf("stored %d bytes in %d packs", first.Stored, len(first.Packs))
	}
	want := func(s record.Snapshot, name, target string) {
		t.Helper()
		f := r.files(s)[name]
		is := ""
		if f.Kind == record.Hardlink {
			is, _ = strings.CutPrefix("/"+f.More.Link, r.dir+"/")
		}
		if is != target {
			t.Errorf("%q is a link to %q, want %q: %+v", name, is, target, f)
		}
	}
	for name, target := range map[string]string{"a": "", "b": "a", "z/last": "a", "empty": "", "f": "empty"} {
		want(first.Snapshot, name, target)
	}
	if again := r.mustRun(); len(again.Packs) != 0 || again.Changed != 0 {
		t.Errorf("unchanged: %s", text(again))
	}
	link("a", "d")
	r.remove("a")
	second := r.mustRun()
	if second.Stored != 0 || second.Gone != 1 {
		t.Errorf("with another first name: %s", text(second))
	}
	for name, target := range map[string]string{"b": "", "d": "b", "z/last": "b"} {
		want(second.Snapshot, name, target)
	}
}

// Holes are on record and in the index, and take no room.
func TestHoles(t *testing.T) {
	r := newRig(t)
	for name, size := range map[string]int64{"small": 1 << 20, "large": 20 << 20} {
		path := filepath.Join(r.dir, name)
		must(t, os.WriteFile(path, []byte(name+" begins"), 0o600))
		must(t, os.Truncate(path, size))
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		must(t, err)
		_, err = f.WriteAt([]byte("middle"), size/2)
		must(t, err)
		must(t, f.Close())
	}
	report := r.mustRun()
	for name, size := range map[string]int64{"small": 1 << 20, "large": 20 << 20} {
		f := r.files(report.Snapshot)[name]
		if len(f.More.Holes) != 2 || f.More.Holes[1].Offset+f.More.Holes[1].Size != size {
			t.Errorf("%s has the holes %v", name, f.More.Holes)
		}
	}
	d := r.open()
	defer d.Close()
	zeros := 0
	for _, one := range r.packs(d.Catalog.Backups()).all {
		for _, e := range one.entries {
			if e.Type == pack.TypeChunk && e.Zeros {
				zeros++
			}
		}
		if one.Size > 100_000 {
			t.Errorf("a pack of holes has %d bytes", one.Size)
		}
	}
	if zeros != 4 {
		t.Errorf("%d holes in the index", zeros)
	}
}

// Files of all types, and names of all bytes, are stored with what belongs to them.
func TestOddFiles(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{"\xff\xfe", "new\nline", strings.Repeat("n", 255), " ", "-rf", "é", "e\u0301", "\\", "a*?[", ".firn/x"} {
		r.write("names/"+name, name)
	}
	deep := strings.TrimSuffix(strings.Repeat("deep/", 60), "/")
	r.write(deep+"/file", "deep")
	must(t, unix.Mkfifo(filepath.Join(r.dir, "pipe"), 0o640))
	must(t, os.Symlink("\xffnowhere", filepath.Join(r.dir, "link")))
	r.write("modes", "x")
	must(t, unix.Chmod(filepath.Join(r.dir, "modes"), 0o4751))
	must(t, unix.Setxattr(filepath.Join(r.dir, "modes"), "user.\xff=%", []byte{0, 1}, 0))
	must(t, os.Chtimes(filepath.Join(r.dir, "modes"), testTime, testTime))
	report := r.mustRun()
	f := r.files(report.Snapshot)["modes"]
	if string(f.More.Xattrs["user.\xff=%"]) != "\x00\x01" || f.Owner.UID != uint32(os.Getuid()) || f.Mode != 0o4751 {
		t.Errorf("the file is %+v", f)
	}
	if p := r.files(report.Snapshot)["pipe"]; p.Kind != record.Fifo {
		t.Errorf("the pipe is %+v", p)
	}
	var stat syscall.Stat_t
	must(t, syscall.Stat(filepath.Join(r.dir, "modes"), &stat))
	if f.Inode != stat.Ino || f.ChangeTime != stat.Ctim.Nano() {
		t.Errorf("the file is %+v, the system says %+v", f, stat)
	}
	if again := r.mustRun(); len(again.Packs) != 0 {
		t.Errorf("unchanged: %s", text(again))
	}
}

// A spool within the directory is left out, by whatever path the directory is reached. So nothing
// changes if nothing else does.
func TestSpoolInside(t *testing.T) {
	r := newRig(t)
	r.spool = filepath.Join(r.dir, "cache", "spool")
	r.o.SpoolDir, r.o.PackSize = r.spool, 20_000
	for i := range uint64(8) {
		r.write(fmt.Sprintf("before/%d", i), noise(i, 9000))
		r.write(fmt.Sprintf("then/%d", i), noise(i+100, 9000))
	}
	link := filepath.Join(filepath.Dir(r.dir), "link")
	must(t, os.Symlink(r.dir, link))
	for _, root := range []string{r.dir, link} {
		first, second := r.runRoots(root), r.runRoots(root)
		if _, has := r.files(first.Snapshot)["cache/spool"]; has || first.Omitted != 1 || first.Snapshot.Skipped != 0 || len(second.Packs) != 0 {
			t.Errorf("the first: %s\nthe second: %s", text(first), text(second))
		}
	}
}

// Roots that lie in one another are trees of their own, and a socket is left out.
func TestNestedRoots(t *testing.T) {
	r := newRig(t)
	r.write("in/a", "a")
	r.write("in/b", "b")
	must(t, os.Link(filepath.Join(r.dir, "in/b"), filepath.Join(filepath.Dir(r.dir), "outside")))
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	must(t, err)
	t.Chdir(r.dir)
	must(t, unix.Bind(fd, &unix.SockaddrUnix{Name: "socket"}))
	must(t, unix.Close(fd))
	for i := range 3 {
		report := r.runRoots(r.dir, filepath.Join(r.dir, "in"), ".")
		if i == 0 && (report.Files != 4+3 || report.Stored != 2 || report.Omitted != 1) {
			t.Errorf("the first: %s", text(report))
		}
		if b := r.files(report.Snapshot)["in/b"]; b.Kind != record.Regular {
			t.Errorf("in/b, which has another name outside, is %+v", b)
		}
		if i == 1 && len(report.Packs) != 0 {
			t.Errorf("unchanged: %s", text(report))
		}
		if i == 1 {
			r.remove("in/a")
		}
		if i == 2 && (report.Gone != 2 || len(report.Packs) != 1) {
			t.Errorf("without a file: %s", text(report))
		}
	}
}
