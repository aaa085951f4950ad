package restore_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"firn/record"
	"firn/restore"
	"firn/restore/internal/tree"
)

// oddTree is a directory with every kind of file, name, mode and time.
func oddTree() []file {
	at := func(f file, mode uint32, t time.Time) file {
		f.Mode, f.ModTime = mode, t.UnixNano()
		return f
	}
	early := time.Date(1961, 4, 12, 6, 7, 0, 1, time.UTC)
	late := time.Date(2199, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	holes := text("home/holes", strings.Repeat("\x00", 1<<20)+"middle"+strings.Repeat("\x00", 1<<20-6))
	holes.More.Holes = []record.Extent{{Offset: 0, Size: 1 << 20}, {Offset: 1<<20 + 4096, Size: 1<<20 - 4096}}
	attributes := text("home/attributes", "x")
	attributes.More.Xattrs = map[string][]byte{"user.empty": {}, "user.bytes": {0, 255, '\n'}}
	fifo := file{path: "home/pipe", File: record.File{Kind: record.Fifo, Mode: 0o620}}
	null := file{path: "home/null", File: record.File{Kind: record.CharDevice, Mode: 0o666, More: record.More{Major: 1, Minor: 3}}}
	closed, none := uint32(0o500), uint32(0)
	if os.Getuid() != 0 { // others could neither compare nor remove the files again
		closed, none = 0o700, 0o400
	}
	setuid := at(text("home/setuid", "3"), 0o6755, fileTime)
	setuid.Owner = me()
	files := []file{
		at(dir("home"), 0o751, late), at(dir("home/closed"), closed, early), at(dir("home/open"), 0o1777, late), dir("home/\xff\xfe"),
		at(text("home/early", "1"), 0o400, early), at(text("home/late", "2"), 0o777, late), setuid,
		at(text("home/none", "4"), none, fileTime), holes, attributes, fifo, null,
		at(symlink("home/dangling", "/nowhere/\xff"), 0o777, early), symlink("home/up", "../../../.."), symlink("home/loop", "loop"),
		hardlink("home/other", "home/late"), hardlink("home/closed/another", "home/late"),
	}
	for i, name := range []string{
		"caf\u00e9", "cafe\u0301", "\xff\x00"[:1], " ", "-rf", "a\nb", "\x1b[31m", "\u202e", "CON", "nul.txt", "a:b", `a\b`, "*?", strings.Repeat("n", 255), "end.", "A", "a",
	} {
		files = append(files, text("home/"+name, fmt.Sprint(i)))
	}
	deep := "home"
	for range 60 {
		deep += "/" + strings.Repeat("d", 100)
		files = append(files, dir(deep))
	}
	return append(files, text(deep+"/file", "deep"), text("home/closed/inside", "5"), text("home/\xff\xfe/inside", "6"))
}

// checkOdd compares the attributes of what was restored.
func checkOdd(t *testing.T, root string, files []file, o restore.Options) {
	t.Helper()
	// A path may be longer than one call of the system accepts.
	top, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, top)
	for _, f := range files {
		info, err := top.Lstat(f.path)
		if err != nil {
			if f.Kind != record.CharDevice || o.Devices {
				t.Errorf("%q: %v", f.path, err)
			}
			continue
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			t.Fatal("no stat")
		}
		mode := f.Mode
		if !o.SetUID {
			mode &= 0o777
			if f.Kind == record.Directory {
				mode |= f.Mode & 0o1000
			}
		}
		if f.Kind == record.Hardlink {
			continue
		}
		if f.Kind != record.Symlink && stat.Mode&0o7777 != mode {
			t.Errorf("%q has the mode %o, want %o", f.path, stat.Mode&0o7777, mode)
		}
		want := f.ModTime
		if want == 0 {
			want = fileTime.UnixNano()
		}
		if info.ModTime().UnixNano() != want {
			t.Errorf("%q has the time %s, want %s", f.path, info.ModTime(), time.Unix(0, want))
		}
		for name, value := range f.More.Xattrs {
			got := make([]byte, 100)
			n, err := unix.Lgetxattr(filepath.Join(root, f.path), name, got)
			if err != nil || !bytes.Equal(got[:n], value) {
				t.Errorf("%q: the attribute %q is %q, %v", f.path, name, got[:max(n, 0)], err)
			}
		}
	}
	holes, err := top.Stat("home/holes")
	if err != nil {
		t.Fatal(err)
	}
	if stat, ok := holes.Sys().(*syscall.Stat_t); !ok || stat.Blocks*512 > 1<<18 || holes.Size() != 2<<20 {
		t.Errorf("the file with holes takes %d blocks", stat.Blocks)
	}
}

func TestEveryKindOfFile(t *testing.T) {
	all := restore.Options{Devices: true, SetUID: true, Owners: true}
	if os.Getuid() != 0 {
		all = restore.Options{SetUID: true} // only root makes devices
	}
	for name, o := range map[string]restore.Options{"usual": {}, "all": all} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			o.Dir, o.WorkDir = r.dir, r.work
			r.options = o
			files := oddTree()
			r.snapshot(files...)
			first := r.odd()
			checkOdd(t, r.dir, files, o)
			checkContents(t, r.dir, files)
			second := r.odd()
			if second.Files != 0 || second.Others != 0 || second.Present != first.Files+first.Others {
				t.Errorf("the second report is %+v", second)
			}
			checkOdd(t, r.dir, files, o)
		})
	}
}

// me is the owner of what this process makes.
func me() record.Owner {
	return record.Owner{UID: uint32(os.Getuid()), GID: uint32(os.Getgid())} //nolint:gosec // they are not negative
}

// A program does not get the rights of another owner, or of another group, than the one on record.
func TestSetuidOfAnotherOwner(t *testing.T) {
	r := newRig(t)
	r.options.SetUID = true
	owner, group, own := text("home/owner", "a"), text("home/group", "b"), text("home/own", "c")
	owner.Owner, group.Owner, own.Owner = me(), me(), me()
	owner.Owner.UID++
	group.Owner.GID++
	owner.Mode, group.Mode, own.Mode = 0o4755, 0o2755, 0o6755
	r.snapshot(dir("home"), owner, group, own)
	report, err := r.try(restore.Selection{})
	if err != nil || report.Files != 3 || report.Incomplete != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	for name, want := range map[string]os.FileMode{"owner": 0o755, "group": 0o755, "own": 0o755 | os.ModeSetuid | os.ModeSetgid} {
		if info, err := os.Stat(filepath.Join(r.dir, "home", name)); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

// odd restores the odd tree. Only devices may be left out.
func (r *rig) odd() restore.Report {
	r.t.Helper()
	report, err := r.try(restore.Selection{})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, p := range report.List {
		if !errors.Is(p, tree.ErrDevice) || r.options.Devices {
			r.t.Error(p)
		}
	}
	return report
}

// checkContents compares the contents of files, and finds hard links.
func checkContents(t *testing.T, root string, files []file) {
	t.Helper()
	top, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, top)
	for _, f := range files {
		switch f.Kind {
		case record.Regular:
			if got, err := top.ReadFile(f.path); err != nil || string(got) != f.content {
				t.Errorf("%q: %d bytes, %v", f.path, len(got), err)
			}
		case record.Hardlink:
			one, errOne := top.Stat(f.path)
			other, errOther := top.Stat(f.More.Link)
			if err := errors.Join(errOne, errOther); err != nil || !os.SameFile(one, other) {
				t.Errorf("%q is no hard link: %v", f.path, err)
			}
		}
	}
}

// A hole that is none, by its content, is written.
func TestHolesThatLie(t *testing.T) {
	r := newRig(t)
	f := text("home/f", noise(1, 100_000))
	f.More.Holes = []record.Extent{{Offset: -5, Size: 10}, {Offset: 100, Size: 50_000}, {Offset: 10, Size: 20}, {Offset: 90_000, Size: 1 << 62}, {Offset: 1 << 62, Size: 1 << 62}}
	r.snapshot(dir("home"), f)
	r.restore(restore.Selection{})
	r.want(map[string]string{"home/": "", "home/f": f.content})
}
