package backup

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firn/internal/walk"
)

// Positions are ordered as a walk reads the files, and their text says where they are.
func TestPositions(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b", "a/x", "a!", "a/b/c", "a/b.c/d", "a.b/x", "z/z/z/z", "\xff", "a/b/c0", "a/c"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root, err := walk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	all := []position{before}
	for item := range root.Walk(t.Context(), walk.Options{}) {
		all = append(all, positionOf(1, strings.TrimPrefix(item.Path, "."), item.Type))
	}
	all = append(all, position{tree: 2})
	for i, p := range all {
		for j, q := range all {
			if got, want := p.compare(q), sign(i-j); got != want {
				t.Errorf("%v and %v: %d, want %d", p, q, got, want)
			}
		}
	}
	apart, nested := []tree{{name: "a"}, {name: "srv"}, {name: "srv2"}}, []tree{{name: "a"}, {name: "srv"}, {name: "srv/in"}}
	for _, p := range all {
		if got := parsePosition(p.text(apart), apart); got != p {
			t.Errorf("%v is %v again", p, got)
		}
		if got := parsePosition(p.text(nested), nested); got.compare(p) > 0 {
			t.Errorf("%v is %v again, which is later", p, got)
		}
	}
	if whole := []tree{{name: ""}}; parsePosition("/x", whole) != (position{0, "x"}) {
		t.Error("a file of the root of the file system has another position")
	}
	if !slices.Contains(all, position{1, "a/b/"}) {
		t.Errorf("the walk has %v", all)
	}
}

func sign(n int) int { return max(-1, min(1, n)) }

// A small file that changes after its size was read is not padded, and is read once more.
func TestSmallFileChanges(t *testing.T) {
	for name, change := range map[string]func(f *os.File) error{
		"grows":   func(f *os.File) error { return os.WriteFile(f.Name(), []byte("longer than before"), 0o600) },
		"shrinks": func(f *os.File) error { return os.Truncate(f.Name(), 2) },
	} {
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
			t.Fatal(err)
		}
		root, err := walk.Open(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		for item := range root.Walk(t.Context(), walk.Options{}) {
			if item.Path != "f" {
				continue
			}
			r := &reading{entry: item.Entry}
			file, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if err := change(file); err != nil {
				t.Fatal(err)
			}
			if err := r.readOnce(file); err != nil || !r.isChanged || len(r.content) > 7 {
				t.Errorf("%s: %q, %v, changed %v", name, r.content, err, r.isChanged)
			}
			if _, err := file.Seek(0, 0); err != nil {
				t.Fatal(err)
			}
			if err := r.readOnce(file); err != nil || r.isChanged || int64(len(r.content)) != r.entry.Size {
				t.Errorf("%s, again: %q, %v, changed %v", name, r.content, err, r.isChanged)
			}
			if now := readNow(item.Entry); now.err != nil || now.isChanged || string(now.content) != string(r.content) {
				t.Errorf("%s, as a whole: %q, %v", name, now.content, now.err)
			}
		}
	}
}
