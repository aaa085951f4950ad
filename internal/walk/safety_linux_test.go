package walk_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"firn/internal/walk"
)

// during walks and calls change when the item of a path comes.
func during(t *testing.T, dir, path string, change func()) []walk.Item {
	t.Helper()
	var all []walk.Item
	for item := range open(t, dir).Walk(context.Background(), walk.Options{}) {
		all = append(all, item)
		if item.Path == path && change != nil {
			change()
			change = nil
		}
	}
	return all
}

// many returns names of so many files that the directories after them are read later.
func many(dir string, more ...string) []string {
	for i := range 2000 {
		more = append(more, filepath.Join(dir, "0"+strings.Repeat("x", i%50)+string(rune('A'+i/50))))
	}
	return more
}

func TestALinkInPlaceOfADirectoryLeadsNowhere(t *testing.T) {
	outside := tree(t, "secret")
	dir := tree(t, many(".", "z/inside")...)
	all := during(t, dir, ".", func() {
		must(t, os.RemoveAll(filepath.Join(dir, "z")))
		must(t, os.Symlink(outside, filepath.Join(dir, "z")))
	})
	for _, item := range all {
		if strings.Contains(item.Path, "secret") {
			t.Errorf("the walk has left the root: %s", item.Path)
		}
	}
	last := all[len(all)-1]
	if last.Path != "z" || last.Type != walk.Symlink {
		t.Errorf("the last item is %+v", last)
	}
}

// The link comes when the directory is known already, but not open.
func TestALinkInPlaceOfAListedDirectoryIsAnError(t *testing.T) {
	outside := tree(t, "secret")
	dir := tree(t, "a/0", "b/0", "c/0", "d/0", "e/0", "f/0", "g/0", "z/inside")
	all := during(t, dir, "a", func() {
		must(t, os.RemoveAll(filepath.Join(dir, "z")))
		must(t, os.Symlink(outside, filepath.Join(dir, "z")))
	})
	last := all[len(all)-1]
	if last.Path != "z" || !errors.Is(last.Err, walk.ErrChanged) || !last.Partial {
		t.Errorf("the last item is %+v", last)
	}
}

func TestAReplacedFileIsNotOpened(t *testing.T) {
	for name, replace := range map[string]func(path string) error{
		"link":  func(path string) error { return os.Symlink("/etc/passwd", path) },
		"pipe":  func(path string) error { return unix.Mkfifo(path, 0o666) },
		"other": func(path string) error { return os.WriteFile(path, nil, 0o666) },
		"gone":  func(string) error { return nil },
	} {
		dir := tree(t, "file", "keep")
		var item walk.Item
		r := open(t, dir)
		for i := range r.Walk(context.Background(), walk.Options{}) {
			if i.Path == "file" {
				item = i
			}
		}
		path := filepath.Join(dir, "file")
		must(t, os.Rename(path, path+".old")) // so that the inode is not used again
		must(t, replace(path))
		f, err := item.Open()
		if err == nil {
			must(t, f.Close())
		}
		if want := map[bool]error{true: fs.ErrNotExist, false: walk.ErrChanged}[name == "gone"]; !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADirectoryThatMovedIsNotOpenedAgain(t *testing.T) {
	dir := tree(t, "sub/file")
	r := open(t, dir)
	all := slices.Collect(r.Walk(context.Background(), walk.Options{}))
	must(t, os.Rename(filepath.Join(dir, "sub"), filepath.Join(dir, "moved")))
	must(t, os.Mkdir(filepath.Join(dir, "sub"), 0o777))
	must(t, os.Link(filepath.Join(dir, "moved/file"), filepath.Join(dir, "sub/file")))
	if _, err := all[2].Open(); all[2].Path != "sub/file" || !errors.Is(err, walk.ErrChanged) {
		t.Errorf("%s: %v", all[2].Path, err)
	}
}

func TestVanishedFilesAreErrorsAndTheWalkGoesOn(t *testing.T) {
	dir := tree(t, many("d", "d/z", "e/inside", "f/1")...)
	all := during(t, dir, "d", func() {
		must(t, os.Remove(filepath.Join(dir, "d/z")))
	})
	i := slices.IndexFunc(all, func(item walk.Item) bool { return item.Path == "d/z" })
	if i < 0 || !errors.Is(all[i].Err, fs.ErrNotExist) {
		t.Errorf("d/z is item %d", i)
	}
	if last := all[len(all)-1]; last.Path != "f/1" || last.Err != nil {
		t.Errorf("the last item is %+v", last)
	}
}

func TestSocketsAreLeftOut(t *testing.T) {
	dir := tree(t, "a")
	t.Chdir(dir) // the path of a socket is short
	l, err := net.Listen("unix", "socket")
	must(t, err)
	defer l.Close()
	if got := left(items(t, dir, walk.Options{})); got["socket"].Kind != walk.Unsupported {
		t.Errorf("left out: %+v", got)
	}
}

func TestOtherFileSystemsAreLeftOut(t *testing.T) {
	var root, proc syscall.Stat_t
	must(t, syscall.Stat("/", &root))
	must(t, syscall.Stat("/proc", &proc))
	if root.Dev == proc.Dev {
		t.Fatal("/proc is not mounted")
	}
	// Only the first level of / is walked, whatever is in it.
	o := walk.Options{OneFileSystem: true, Exclude: []string{"/*/*"}}
	var kinds []walk.Kind
	for item := range open(t, "/").Walk(context.Background(), o) {
		if item.Path == "proc" {
			kinds = append(kinds, item.Omitted.Kind)
		}
	}
	if !slices.Equal(kinds, []walk.Kind{0, walk.OtherFileSystem}) {
		t.Errorf("/proc: %v", kinds)
	}
}

// The files of other users cannot be read, but they are in the list.
func TestUnreadableDirectoriesAreEntriesWithAnError(t *testing.T) {
	if os.Geteuid() == 0 { // root may read all
		runAsNobody(t)
		return
	}
	dir := tree(t, "shut/file", "z")
	must(t, os.Chmod(filepath.Join(dir, "shut"), 0))
	t.Cleanup(func() { must(t, os.Chmod(filepath.Join(dir, "shut"), 0o700)) })
	all := items(t, dir, walk.Options{})
	if len(all) != 4 || all[2].Path != "shut" || all[2].Err != nil || all[2].Type != walk.Directory || !errors.Is(all[3].Err, fs.ErrPermission) {
		t.Errorf("%+v", all)
	}
}
