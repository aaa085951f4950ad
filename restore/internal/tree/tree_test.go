package tree_test

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firn/record"
	"firn/restore/internal/tree"
	"firn/vault"
)

var fileTime = time.Date(2026, 11, 30, 12, 0, 0, 5, time.UTC)

func open(t *testing.T, o tree.Options) (*tree.Tree, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a", "b")
	tr, err := tree.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
	})
	return tr, dir
}

// write writes a file, and returns the error of giving it its name.
func write(t *testing.T, tr *tree.Tree, name, content string) error {
	t.Helper()
	f, err := tr.Create(name, sha256.Sum256([]byte(content)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(content), 0); err != nil {
		t.Fatal(err)
	}
	flaw, err := f.Finish(int64(len(content)), record.File{Mode: 0o640, ModTime: fileTime.UnixNano()})
	if flaw != nil {
		t.Error(flaw)
	}
	return err
}

func names(t *testing.T, dir string) (found []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		found = append(found, e.Name())
	}
	return found
}

func TestPaths(t *testing.T) {
	for _, path := range []string{"a", "a/b", "...", "a..b", ".a", "\xff", "-", "a b", strings.Repeat("a/", 1000) + "a"} {
		if err := tree.CheckPath(path); err != nil {
			t.Errorf("%.20q: %v", path, err)
		}
	}
	for _, path := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "a/./b", "../a", "a\x00", strings.Repeat("a", 32<<10+1)} {
		if err := tree.CheckPath(path); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%.20q: %v", path, err)
		}
	}
}

// Without Force, a file replaces nothing, and with it no directory.
func TestFilesReplaceNothing(t *testing.T) {
	for _, force := range []bool{false, true} {
		tr, dir := open(t, tree.Options{Force: force})
		link := filepath.Join(dir, "link")
		if err := errors.Join(os.WriteFile(filepath.Join(dir, "file"), []byte("mine"), 0o600), os.Mkdir(filepath.Join(dir, "directory"), 0o700),
			os.Symlink("file", link)); err != nil {
			t.Fatal(err)
		}
		for name, mayReplace := range map[string]bool{"file": force, "link": force, "directory": false} {
			err := write(t, tr, name, "new")
			if mayReplace != (err == nil) || err != nil && !errors.Is(err, vault.ErrExists) {
				t.Errorf("%s, force %t: %v", name, force, err)
			}
			if info, err := os.Lstat(filepath.Join(dir, name)); err != nil || mayReplace && (!info.Mode().IsRegular() || info.Size() != 3) {
				t.Errorf("%s, force %t: %v, %v", name, force, info, err)
			}
		}
		if left := names(t, dir); len(left) != 3 {
			t.Errorf("left: %v", left)
		}
		if content, err := os.ReadFile(filepath.Join(dir, "file")); err != nil || string(content) == "mine" == force {
			t.Errorf("the file has %q, %v", content, err)
		}
	}
}

// Of two restores that write a file at once, none gives its name to what the other one has written.
func TestTwoWriters(t *testing.T) {
	for _, force := range []bool{false, true} {
		tr, dir := open(t, tree.Options{Force: force})
		digest := sha256.Sum256([]byte("whole"))
		first, errFirst := tr.Create("f", digest)
		second, errSecond := tr.Create("f", digest)
		if err := errors.Join(errFirst, errSecond); err != nil {
			t.Fatal(err)
		}
		_, errFirst = first.WriteAt([]byte("whole"), 0)
		_, errSecond = second.WriteAt([]byte("wh"), 0)
		if err := errors.Join(errFirst, errSecond); err != nil {
			t.Fatal(err)
		}
		_, err := first.Finish(5, record.File{Mode: 0o600, ModTime: fileTime.UnixNano()})
		data, errRead := os.ReadFile(filepath.Join(dir, "f"))
		isRefused := errors.Is(err, vault.ErrLocked) && errors.Is(errRead, fs.ErrNotExist)
		if string(data) != "whole" && !isRefused {
			t.Errorf("force %t: the file has %q, %v, %v", force, data, err, errRead)
		}
		if err := second.Remove(); err != nil {
			t.Error(err)
		}
	}
}

// A file is recognised by its size, its time and its content.
func TestCompare(t *testing.T) {
	tr, dir := open(t, tree.Options{})
	digest := record.Digest(sha256.Sum256([]byte("same")))
	f := record.File{ModTime: fileTime.UnixNano()}
	compare := func(name string, want bool, class error) {
		t.Helper()
		present, err := tr.Compare(t.Context(), name, f, 4, digest)
		if present != want || !errors.Is(err, class) {
			t.Errorf("%s: %t, %v", name, present, err)
		}
	}
	compare("missing", false, nil)
	compare("missing/below", false, nil)
	for name, content := range map[string]string{"same": "same", "other": "SAME", "longer": "same!"} {
		if err := write(t, tr, name, content); err != nil {
			t.Fatal(err)
		}
	}
	compare("same", true, nil)
	compare("other", false, vault.ErrExists)
	compare("longer", false, vault.ErrExists)
	compare("same/below", false, vault.ErrExists)
	if err := os.Chtimes(filepath.Join(dir, "same"), fileTime, fileTime.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	compare("same", false, vault.ErrExists)
	var none *tree.Tree
	if present, err := none.Compare(t.Context(), "x", f, 4, digest); present || err != nil {
		t.Errorf("no directory: %t, %v", present, err)
	}
}

// A file that was suspended is continued, and one that was begun anew is not.
func TestSuspended(t *testing.T) {
	tr, dir := open(t, tree.Options{})
	digest := record.Digest(sha256.Sum256([]byte("whole file")))
	segment := record.Digest(sha256.Sum256([]byte("whole")))
	has := func(want bool) {
		t.Helper()
		if got, err := tr.HasSegment("f", digest, 0, 5, segment); got != want || err != nil {
			t.Errorf("%t, %v", got, err)
		}
	}
	has(false)
	f, err := tr.Continue("f", digest)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("whole"), 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Suspend(); err != nil {
		t.Fatal(err)
	}
	has(true)
	if f, err = tr.Create("f", digest); err != nil {
		t.Fatal(err)
	}
	has(false)
	if err := f.Remove(); err != nil {
		t.Error(err)
	}
	if left := names(t, dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if _, err := tr.Create("missing/f", digest); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestDirectories(t *testing.T) {
	tr, dir := open(t, tree.Options{})
	made, err := tr.MakeDirectory("x/y/z")
	if err != nil || strings.Join(made, " ") != "x x/y x/y/z" {
		t.Errorf("%v, %v", made, err)
	}
	if made, err := tr.MakeDirectory("x/y"); err != nil || len(made) != 0 {
		t.Errorf("%v, %v", made, err)
	}
	if info, err := os.Stat(filepath.Join(dir, "x/y")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	if flaw, err := tr.FinishDirectory("x/y", record.File{Mode: 0o2755, ModTime: fileTime.UnixNano()}); flaw != nil || err != nil {
		t.Error(flaw, err)
	}
	if info, err := os.Stat(filepath.Join(dir, "x/y")); err != nil || info.Mode() != fs.ModeDir|0o755 || !info.ModTime().Equal(fileTime) {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := tr.MakeDirectory("x/../.."); !errors.Is(err, vault.ErrInvalid) {
		t.Error(err)
	}
}

// Names that some file systems take for the same are found, within a directory.
func TestNames(t *testing.T) {
	for _, test := range []struct {
		names           []string
		twice, collides bool // of the last one
	}{
		{[]string{"a", "b"}, false, false},
		{[]string{"a", "a"}, true, true},
		{[]string{"d/a", "d/A"}, false, true},
		{[]string{"d/a", "e/A"}, false, false},
		{[]string{"d/a", "e/x", "d/A"}, false, false},
		{[]string{"stra\u00dfe", "STRASSE"}, false, false}, // they differ in length
		{[]string{"caf\u00e9", "CAFE\u0301"}, false, true},
		{[]string{"\u03c3", "\u03c2"}, false, true}, // the two small sigmas
		{[]string{"\xff", "\xfe"}, false, true},     // bytes that are no text may be taken for one another
	} {
		n := tree.NewNames()
		var twice, collides bool
		for _, name := range test.names {
			twice, collides = n.Add(name)
		}
		if twice != test.twice || collides != test.collides {
			t.Errorf("%q: twice %t, collides %t", test.names, twice, collides)
		}
	}
	tr, _ := open(t, tree.Options{})
	if _, err := tr.Folds("", "key"); err != nil {
		t.Error(err)
	}
}
