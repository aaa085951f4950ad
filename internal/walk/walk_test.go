package walk_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firn/internal/walk"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tree makes files in a new directory. A name that ends with a slash is a directory.
func tree(t testing.TB, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if strings.HasSuffix(name, "/") {
			must(t, os.MkdirAll(path, 0o777))
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(path), 0o777))
		must(t, os.WriteFile(path, []byte(name), 0o666))
	}
	return dir
}

func open(t testing.TB, dir string) *walk.Root {
	t.Helper()
	r, err := walk.Open(dir)
	must(t, err)
	t.Cleanup(r.Close)
	return r
}

// items returns all items of a walk.
func items(t testing.TB, dir string, o walk.Options) []walk.Item {
	t.Helper()
	return slices.Collect(open(t, dir).Walk(context.Background(), o))
}

// paths returns the paths of all entries. It fails if there are errors.
func paths(t testing.TB, dir string, o walk.Options) []string {
	t.Helper()
	var all []string
	for _, item := range items(t, dir, o) {
		if item.Err != nil {
			t.Error(item.Err)
		}
		if item.Err == nil && item.Omitted == (walk.Reason{}) {
			all = append(all, item.Path)
		}
	}
	return all
}

func TestADirectoryComesBeforeItsFilesAndTheseBeforeItsDirectories(t *testing.T) {
	dir := tree(t, "b/z", "b/y/1", "a/2", "a.txt", "c", "b.d/e/f", "B", "empty/", "b/a")
	want := []string{".", "B", "a.txt", "c", "a", "a/2", "b", "b/a", "b/z", "b/y", "b/y/1", "b.d", "b.d/e", "b.d/e/f", "empty"}
	if got := paths(t, dir, walk.Options{}); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Many directories and a large one are read at the same time, and the order stays.
func TestTheOrderIsTheSameAtEachWalk(t *testing.T) {
	dir := t.TempDir()
	for _, a := range "abcdefghij" {
		for _, b := range "0123456789" {
			sub := filepath.Join(dir, string(a), string(b), "x")
			must(t, os.MkdirAll(sub, 0o777))
			for _, c := range "klm" {
				must(t, os.WriteFile(filepath.Join(sub, string(c)), nil, 0o666))
			}
		}
	}
	for i := range 3000 {
		must(t, os.WriteFile(filepath.Join(dir, "e", strings.Repeat("n", 1+i%200)+string(rune('a'+i/200))), nil, 0o666))
	}
	first := paths(t, dir, walk.Options{})
	if len(first) != 1+10+100+100+300+3000 {
		t.Errorf("%d entries", len(first))
	}
	if again := paths(t, dir, walk.Options{}); !slices.Equal(first, again) {
		t.Error("a second walk has another order")
	}
}

func TestAWalkEndsWhenTheCallerWantsNoMore(t *testing.T) {
	dir := tree(t, "a/1", "a/2", "b/3", "c/4")
	r := open(t, dir)
	for n := range 8 {
		seen := 0
		for range r.Walk(context.Background(), walk.Options{}) {
			if seen++; seen > n {
				break
			}
		}
		if want := min(n+1, 8); seen != want {
			t.Errorf("%d items, want %d", seen, want)
		}
	}
}

func TestAWalkEndsWithItsContext(t *testing.T) {
	r := open(t, tree(t, "a/1", "a/2", "b/3"))
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("enough")
	defer cancel(nil)
	var last walk.Item
	seen := 0
	for last = range r.Walk(ctx, walk.Options{}) {
		if seen++; seen == 2 {
			cancel(cause)
		}
	}
	if seen != 3 || !errors.Is(last.Err, cause) {
		t.Errorf("%d items, the last one with %v", seen, last.Err)
	}
}

func TestARootMustBeADirectory(t *testing.T) {
	dir := tree(t, "file")
	for _, path := range []string{"file", "none"} {
		if _, err := walk.Open(filepath.Join(dir, path)); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestFilesCanBeOpenedAfterTheWalk(t *testing.T) {
	dir := tree(t, "a/b/c", "d")
	r := open(t, dir)
	for _, item := range slices.Collect(r.Walk(context.Background(), walk.Options{})) {
		if item.Type != walk.Regular {
			if _, err := item.Open(); err == nil {
				t.Errorf("%s was opened", item.Path)
			}
			continue
		}
		f, err := item.Open()
		must(t, err)
		text := make([]byte, 10)
		n, _ := f.Read(text)
		must(t, f.Close())
		if string(text[:n]) != item.Path {
			t.Errorf("%s contains %q", item.Path, text[:n])
		}
	}
}

func TestOwners(t *testing.T) {
	var o walk.Owners
	for range 2 {
		if u, g := o.User(0), o.Group(0); u != "root" || g == "" {
			t.Errorf("user 0 is %q, group 0 is %q", u, g)
		}
		if u, g := o.User(4_000_000_001), o.Group(4_000_000_001); u != "" || g != "" {
			t.Errorf("unknown numbers are %q and %q", u, g)
		}
	}
}
