//go:build !race || torture

package restore_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"firn/backup"
	"firn/record"
	"firn/restore"
)

// describe lists a tree: each file with its type, mode, time, size, links, content, target and
// attributes.
func describe(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	top, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	describeIn(t, top, "", found)
	return found
}

// describeIn adds the files of a directory, and closes it. It opens each directory by its name
// in the one above, because a path may be longer than the system accepts.
func describeIn(t *testing.T, dir *os.Root, path string, found map[string]string) {
	t.Helper()
	defer closed(t, dir)
	opened, err := dir.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, opened)
	info, err := opened.Stat()
	if err != nil {
		t.Fatal(err)
	}
	found[path+"/"] = fmt.Sprint(info.Mode(), info.ModTime().UnixNano())
	names, err := opened.Readdirnames(-1)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		info, err := dir.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			below, err := dir.OpenRoot(name)
			if err != nil {
				t.Fatal(err)
			}
			describeIn(t, below, path+"/"+name, found)
			continue
		}
		text, err := describeFile(dir, name, info)
		if err != nil {
			t.Fatal(err)
		}
		found[path+"/"+name] = text
	}
}

func describeFile(dir *os.Root, name string, info os.FileInfo) (string, error) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", errors.New("no stat")
	}
	text := fmt.Sprint(info.Mode(), info.ModTime().UnixNano(), " links ", stat.Nlink)
	switch {
	case info.Mode().IsRegular():
		f, err := dir.Open(name)
		if err != nil {
			return "", err
		}
		data, errRead := io.ReadAll(f)
		attributes := make([]byte, 1000)
		n, errList := unix.Flistxattr(int(f.Fd()), attributes)
		return text + fmt.Sprintf(" %x %q", sha256.Sum256(data), attributes[:max(n, 0)]), errors.Join(errRead, errList, f.Close())
	case info.Mode()&os.ModeSymlink != 0:
		target, err := dir.Readlink(name)
		return text + " to " + target, err
	}
	return text + fmt.Sprint(" device ", stat.Rdev), nil
}

// same compares two trees.
func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%.100q is %.200q, want %.200q", name, got[name], text)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%.100q should not be there", name)
		}
	}
}

// made makes the odd tree in a directory, by means of a restore.
func made(t *testing.T) string {
	t.Helper()
	r := newRig(t)
	r.options.SetUID, r.options.Devices = true, os.Getuid() == 0
	r.snapshot(oddTree()...)
	if _, err := r.try(restore.Selection{}); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(r.dir, "home")
}

// A backup and a restore give the same tree, over every kind of vault, with and without
// encryption, and older snapshots as well.
func TestLongRoundTrip(t *testing.T) {
	for name, start := range map[string]func(t *testing.T) *rig{
		"directory": func(t *testing.T) *rig { return newRig(t) },
		"vault": func(t *testing.T) *rig {
			r, _, clock := glacier(t)
			r.clock = clock
			return r
		},
		"bucket": func(t *testing.T) *rig {
			r, _, clock := bucket(t)
			r.clock = clock
			return r
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t)
			o := backup.Options{Host: "h", SpoolDir: t.TempDir(), PackSize: 1 << 20}
			if name != "directory" {
				o.Recipients = []string{r.seal()}
			}
			roundTrip(t, r, o)
		})
	}
}

func roundTrip(t *testing.T, r *rig, o backup.Options) {
	source := made(t)
	r.options.SetUID, r.options.Devices = true, os.Getuid() == 0
	first := describe(t, source)
	run := func() record.Snapshot {
		report, err := backup.Run(t.Context(), r.depot(), r.catalog.Backups(), []string{source}, o)
		if err != nil {
			t.Fatal(err)
		}
		return report.Snapshot
	}
	one := run()
	if err := errors.Join(os.WriteFile(filepath.Join(source, "late"), []byte(noise(1, 3<<20)), 0o600), os.Remove(filepath.Join(source, "early")),
		os.WriteFile(filepath.Join(source, "new"), []byte("new"), 0o640)); err != nil {
		t.Fatal(err)
	}
	second := describe(t, source)
	two := run()
	check := func(s record.Snapshot, want map[string]string) {
		t.Helper()
		r.dir = t.TempDir()
		r.options.Dir = r.dir
		selection := restore.Selection{Snapshot: s.ID}
		if r.clock != nil {
			r.inSteps(r.clock, selection)
		} else {
			r.restore(selection)
		}
		same(t, describe(t, filepath.Join(r.dir, source)), want)
		r.wantNoWork()
	}
	check(one, first)
	check(two, second)
}
