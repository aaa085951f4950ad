package walk_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firn/internal/walk"
)

// left returns the paths that were left out, with their reasons.
func left(all []walk.Item) map[string]walk.Reason {
	found := map[string]walk.Reason{}
	for _, item := range all {
		if item.Omitted != (walk.Reason{}) {
			found[item.Path] = item.Omitted
		}
	}
	return found
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
}

func TestIgnoreFilesAndExcludePatterns(t *testing.T) {
	dir := tree(t, "a.log", "keep.log", "tmp/x", "src/tmp/x", "src/a.o", "src/keep.o", "src/b.log", "src/deep/c.o")
	write(t, dir, ".firnignore", "*.log\n!keep.log\n/tmp/\n")
	write(t, filepath.Join(dir, "src"), ".firnignore", "*.o\n!/keep.o\n!b.log\n")
	o := walk.Options{Exclude: []string{"deep/c.o", "src/deep/c.o"}}
	want := []string{".", ".firnignore", "keep.log", "src", "src/.firnignore", "src/b.log", "src/keep.o", "src/deep", "src/tmp", "src/tmp/x"}
	if got := paths(t, dir, o); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	reasons := map[string]walk.Reason{
		"a.log":        {Kind: walk.Excluded, Pattern: "*.log", Source: ".firnignore", Line: 1},
		"tmp":          {Kind: walk.Excluded, Pattern: "/tmp/", Source: ".firnignore", Line: 3},
		"src/a.o":      {Kind: walk.Excluded, Pattern: "*.o", Source: "src/.firnignore", Line: 1},
		"src/deep/c.o": {Kind: walk.Excluded, Pattern: "src/deep/c.o", Line: 2},
	}
	got := left(items(t, dir, o))
	for path, why := range reasons {
		if got[path] != why {
			t.Errorf("%s: %+v, want %+v", path, got[path], why)
		}
	}
	if len(got) != len(reasons) {
		t.Errorf("left out: %+v", got)
	}
}

func TestIncludePatterns(t *testing.T) {
	dir := tree(t, "a.jpg", "a.txt", "x/y/b.jpg", "x/z/c.txt", "docs/d/e.txt", "empty/")
	o := walk.Options{Include: []string{"*.jpg", "/docs/"}, Exclude: []string{"/a.jpg"}}
	want := []string{".", "docs", "docs/d", "docs/d/e.txt", "x", "x/y", "x/y/b.jpg"}
	if got := paths(t, dir, o); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := left(items(t, dir, o)); got["a.txt"].Kind != walk.NotIncluded || got["a.jpg"].Kind != walk.Excluded || len(got) != 3 {
		t.Errorf("left out: %+v", got)
	}
	if got := paths(t, dir, walk.Options{Include: []string{"none"}}); len(got) != 0 {
		t.Errorf("nothing is included, but %q", got)
	}
}

func TestCachesAreLeftOut(t *testing.T) {
	dir := tree(t, "good/x", "good/sub/y", "bad/x", "link/x")
	const tag = "Signature: 8a477f597d28d172789f06886806bc55"
	write(t, dir, "good/CACHEDIR.TAG", tag+"\n# a comment")
	write(t, dir, "bad/CACHEDIR.TAG", strings.ToUpper(tag))
	must(t, os.Symlink("../good/CACHEDIR.TAG", filepath.Join(dir, "link/CACHEDIR.TAG")))
	o := walk.Options{ExcludeCaches: true}
	want := []string{".", "bad", "bad/CACHEDIR.TAG", "bad/x", "good", "good/CACHEDIR.TAG", "link", "link/CACHEDIR.TAG", "link/x"}
	if got := paths(t, dir, o); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := left(items(t, dir, o)); got["good"].Kind != walk.Cache || len(got) != 1 {
		t.Errorf("left out: %+v", got)
	}
	if got := paths(t, dir, walk.Options{}); !slices.Contains(got, "good/sub/y") {
		t.Errorf("without the option: %q", got)
	}
}

func TestLargeFilesAreLeftOut(t *testing.T) {
	dir := tree(t, "short", "a-longer-name")
	if got := left(items(t, dir, walk.Options{MaxSize: 5})); got["a-longer-name"].Kind != walk.TooLarge || len(got) != 1 {
		t.Errorf("left out: %+v", got)
	}
}

func TestPatternsThatAreNotValid(t *testing.T) {
	dir := tree(t, "file", "sub/")
	for _, o := range []walk.Options{{Exclude: []string{"ok", "[a"}}, {Include: []string{"a//b"}}, {Exclude: []string{"a\nb"}}} {
		if o.Check() == nil {
			t.Errorf("%+v is accepted", o)
		}
		if got := items(t, dir, o); len(got) != 1 || got[0].Err == nil {
			t.Errorf("%+v: %+v", o, got)
		}
	}
	write(t, dir, "sub/.firnignore", "[a\nfile\n")
	write(t, dir, "sub/file", "")
	must(t, os.Symlink("file", filepath.Join(dir, ".firnignore")))
	var errs []string
	entries := 0
	for _, item := range items(t, dir, walk.Options{}) {
		if item.Err != nil {
			errs = append(errs, item.Path)
		} else if item.Omitted == (walk.Reason{}) {
			entries++
		}
	}
	if !slices.Equal(errs, []string{".firnignore", "sub/.firnignore"}) || entries != 5 {
		t.Errorf("errors of %q, %d entries", errs, entries)
	}
}
