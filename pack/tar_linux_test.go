package pack_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"firn/pack"
)

// GNU tar and zstd restore a pack byte for byte, with modes, times and links.
func TestTarExtracts(t *testing.T) {
	all, contents := tree()
	data, _ := writeTestTree(t, options(), all, contents)
	root := t.TempDir()
	t.Cleanup(func() { makeRemovable(root) })
	pipe(t, data, "cd \"$1\" && zstd -dq | tar -x -p --no-same-owner --exclude=.firn", root)
	for _, e := range all {
		checkExtracted(t, root, e, contents)
	}
	found, err := os.ReadDir(root)
	if err != nil || len(found) != 1 {
		t.Errorf("tar made %v, %v", found, err)
	}
}

func checkExtracted(t *testing.T, root string, e pack.Entry, contents map[string]string) {
	t.Helper()
	path := filepath.Join(root, e.Name)
	info, err := os.Lstat(path)
	if err != nil {
		t.Error(err)
		return
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatal("no stat")
	}
	switch e.Type {
	case pack.TypeSymlink:
		if target, err := os.Readlink(path); target != e.LinkName || err != nil {
			t.Errorf("%q links to %q, %v", e.Name, target, err)
		}
		return
	case pack.TypeHardlink:
		if other, err := os.Lstat(filepath.Join(root, e.LinkName)); err != nil || !os.SameFile(info, other) {
			t.Errorf("%q is not %q, %v", e.Name, e.LinkName, err)
		}
		return // it has the time of the other name
	case pack.TypeFile:
		if got, err := os.ReadFile(path); string(got) != contents[e.Name] || err != nil {
			t.Errorf("%q has another content, %v", e.Name, err)
		}
	case pack.TypeDir:
		if !info.IsDir() {
			t.Errorf("%q is no directory", e.Name)
		}
	case pack.TypeFifo:
		if info.Mode()&fs.ModeNamedPipe == 0 {
			t.Errorf("%q is no named pipe", e.Name)
		}
	}
	if got := stat.Mode & 0o7777; got != e.Mode {
		t.Errorf("%q has the mode %o, want %o", e.Name, got, e.Mode)
	}
	if !info.ModTime().Equal(e.ModTime) {
		t.Errorf("%q has the time %v, want %v", e.Name, info.ModTime(), e.ModTime)
	}
}

// makeRemovable lets the test remove directories that it may not write to.
func makeRemovable(root string) {
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, _ error) error {
		if d != nil && d.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
}

// GNU tar lists devices, owners and extended attributes as they are.
func TestTarLists(t *testing.T) {
	all := devices()
	for i := range all {
		all[i].UID, all[i].GID, all[i].ModTime = 7, 3_000_000, testTime
	}
	data, _ := writeTestTree(t, options(), all, nil)
	got := pipe(t, data, "zstd -dq | TZ=UTC0 tar -tvvv --xattrs --numeric-owner --full-time --quoting-style=c", "")
	for _, want := range []string{
		`crw-rw-rw- 7/3000000 1,3 2026-11-30 12:00:00.123456789 "dev/null"`,
		`brw-rw---- 7/3000000 8,524288 2026-11-30 12:00:00.123456789 "dev/sda"`,
		`drwxr-xr-x* 7/3000000 0 2026-11-30 12:00:00.123456789 "dev/xattrs/"`,
		"x: 3 user.a=b%c", "x: 5 user.\xff", "x: 0 user.empty",
		`".firn/` + testID + `/index.jsonl"`, `".firn/` + testID + `/changes.jsonl"`,
	} {
		if !strings.Contains(strings.Join(strings.Fields(got), " "), want) {
			t.Errorf("tar lists\n%s\nwithout %q", got, want)
		}
	}
}

// A segment is a member whose name is its digest.
func TestTarListsSegments(t *testing.T) {
	content := noise(1, 10_000)
	data, tail := write(t, options(), func(w *pack.Writer) {
		if _, err := w.AddSegment(t.Context(), digest(content), []byte(content)); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []int{0, pack.SegmentSize + 1} {
			if _, err := w.AddSegment(t.Context(), digest(content), make([]byte, bad)); err == nil {
				t.Errorf("no error for a segment of %d bytes", bad)
			}
		}
	})
	name := ".firn/segments/" + strings.TrimPrefix(digest(content).String(), "sha256:")
	if got := pipe(t, data, "zstd -dq | tar -xO "+name, ""); got != content {
		t.Errorf("the segment has %d bytes", len(got))
	}
	if tail.DataSize < 10_000 {
		t.Errorf("the tail is %+v", tail)
	}
}

// pipe gives a pack to a shell, and returns its output.
func pipe(t *testing.T, data []byte, script, arg string) string {
	t.Helper()
	cmd := exec.Command("sh", "-e", "-c", script, "sh", arg)
	cmd.Stdin = bytes.NewReader(data)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%s: %v: %s", script, err, stderr.Bytes())
	}
	return string(out)
}
