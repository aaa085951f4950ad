package walk_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"firn/internal/walk"
)

// odd makes a tree with names, types and times that few trees have.
func odd(t *testing.T) string {
	t.Helper()
	dir := tree(t, "plain", "dir/file", "\xff\xfe", "bad\xc3/x\x80y", "caf\u00e9", "cafe\u0301", "new\nline", "tab\t", " ", "  .", "-rf", "*", "back\\slash",
		strings.Repeat("n", 255), "\u202egnp.exe", "...", ".hidden", "a'b\"c", strings.Repeat("\u00e9", 127), "empty/", "CON", "x:y")
	at := func(name string) string { return filepath.Join(dir, name) }
	must(t, os.Symlink("plain", at("link")))
	must(t, os.Symlink(".", at("dir/loop")))
	must(t, os.Symlink("../..", at("dir/up")))
	must(t, os.Symlink("/nowhere/\xff\n", at("dangling")))
	must(t, os.Symlink(strings.Repeat("t/", 2000), at("long-link")))
	must(t, os.Link(at("plain"), at("dir/hard")))
	must(t, unix.Mkfifo(at("fifo"), 0o640))
	if os.Geteuid() == 0 {
		must(t, unix.Mknod(at("null"), unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))))
		must(t, unix.Mknod(at("disk"), unix.S_IFBLK|0o600, int(unix.Mkdev(259, 70_000))))
		must(t, os.Chown(at("caf\u00e9"), 12345, 4_000_000_000))
	}
	must(t, os.Chmod(at("dir"), os.ModeSetgid|os.ModeSticky|0o751))
	must(t, os.Chmod(at("plain"), os.ModeSetuid|0o4755))
	f, err := os.Create(at("sparse"))
	must(t, err)
	must(t, f.Truncate(1<<40))
	must(t, f.Close())
	for name, when := range map[string]time.Time{"plain": time.Unix(-1, 999_999_999), "sparse": time.Unix(1<<33, 1)} {
		must(t, os.Chtimes(at(name), when, when))
	}
	return dir
}

// A line has what both find and a walk say of a file.
func line(e walk.Entry) string {
	letter := map[walk.Type]string{walk.Regular: "f", walk.Directory: "d", walk.Symlink: "l", walk.CharDevice: "c", walk.BlockDevice: "b", walk.Fifo: "p"}[e.Type]
	size := ""
	if e.Type == walk.Regular {
		size = strconv.FormatInt(e.Size, 10)
	}
	seconds := func(at time.Time) string { return fmt.Sprintf("%d.%09d", at.Unix(), at.Nanosecond()) }
	return strings.Join([]string{
		letter, size, strconv.FormatUint(uint64(e.Mode), 8), seconds(e.ModTime), seconds(e.ChangeTime), fmt.Sprint(e.Inode), fmt.Sprint(e.Device),
		fmt.Sprint(e.Links), fmt.Sprint(e.UID), fmt.Sprint(e.GID), e.LinkTarget,
	}, "|")
}

func TestOddTreeBesideFind(t *testing.T) {
	dir := odd(t)
	out, err := exec.Command("find", dir, "-printf", `%P\0%y|%s|%m|%T@|%C@|%i|%D|%n|%U|%G|%l\0`).Output()
	must(t, err)
	want := map[string]string{}
	fields := bytes.Split(bytes.TrimSuffix(out, []byte{0}), []byte{0})
	for i := 0; i < len(fields); i += 2 {
		path, parts := string(fields[i]), strings.SplitN(string(fields[i+1]), "|", 11)
		if path == "" {
			path = "."
		}
		if parts[0] != "f" {
			parts[1] = ""
		}
		for _, n := range []int{3, 4} { // find has ten digits after the point, and -1 as -0
			parts[n] = parts[n][:len(parts[n])-1]
		}
		want[path] = strings.Join(parts, "|")
	}
	want["plain"] = strings.Replace(want["plain"], "|-0.000000001|", "|-1.999999999|", 1)
	all := items(t, dir, walk.Options{})
	for _, item := range all {
		if item.Err != nil || item.Omitted != (walk.Reason{}) {
			t.Errorf("%q: %v, %v", item.Path, item.Err, item.Omitted)
		}
		if got := line(item.Entry); got != want[item.Path] {
			t.Errorf("%q:\n  walk %s\n  find %s", item.Path, got, want[item.Path])
		}
	}
	if len(all) != len(want) {
		t.Errorf("%d items, find has %d", len(all), len(want))
	}
	if os.Geteuid() == 0 {
		i := slices.IndexFunc(all, func(item walk.Item) bool { return item.Path == "disk" })
		if e := all[i]; e.DevMajor != 259 || e.DevMinor != 70_000 {
			t.Errorf("the device is %d, %d", e.DevMajor, e.DevMinor)
		}
	}
}

func TestExtendedAttributes(t *testing.T) {
	dir := tree(t, "file", "dir/", "none")
	set := func(name, attr, value string) {
		t.Helper()
		must(t, unix.Lsetxattr(filepath.Join(dir, name), attr, []byte(value), 0))
	}
	must(t, os.Symlink("file", filepath.Join(dir, "link")))
	set("file", "user.b", "two\x00\xff")
	set("file", "user.a", "")
	set("dir", "user.large", strings.Repeat("v", 4000))
	want := map[string][]walk.Xattr{
		"file": {{Name: "user.a"}, {Name: "user.b", Value: []byte("two\x00\xff")}},
		"dir":  {{Name: "user.large", Value: bytes.Repeat([]byte("v"), 4000)}},
	}
	if os.Geteuid() == 0 {
		set("link", "trusted.of-the-link", "x")
		want["link"] = []walk.Xattr{{Name: "trusted.of-the-link", Value: []byte("x")}}
	}
	for _, item := range items(t, dir, walk.Options{}) {
		must(t, item.Err)
		same := slices.EqualFunc(item.Xattrs, want[item.Path], func(a, b walk.Xattr) bool { return a.Name == b.Name && bytes.Equal(a.Value, b.Value) })
		if !same {
			t.Errorf("%s: %q, want %q", item.Path, item.Xattrs, want[item.Path])
		}
	}
}

func TestHoles(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "sparse"))
	must(t, err)
	const block = 1 << 20
	for _, at := range []int64{2, 3, 7} {
		_, err := f.WriteAt(bytes.Repeat([]byte{1}, block), at*block)
		must(t, err)
	}
	must(t, f.Truncate(9*block))
	must(t, f.Close())
	write(t, dir, "dense", "no hole")
	write(t, dir, "empty", "")
	want := map[string][]walk.Hole{"sparse": {{0, 2 * block}, {4 * block, 3 * block}, {8 * block, block}}}
	r := open(t, dir)
	for item := range r.Walk(context.Background(), walk.Options{}) {
		if item.Type != walk.Regular {
			continue
		}
		f, err := item.Open()
		must(t, err)
		var got []walk.Hole
		for hole, err := range walk.Holes(f, item.Size) {
			must(t, err)
			got = append(got, hole)
		}
		must(t, f.Close())
		if !slices.Equal(got, want[item.Path]) {
			t.Errorf("%s: %v, want %v", item.Path, got, want[item.Path])
		}
	}
}
