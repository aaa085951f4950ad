package pack_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firn/pack"
)

// update writes golden packs that are missing. It never changes one that is there: firn must
// keep reading packs of version 1.
var update = flag.Bool("update", false, "write golden packs that are missing")

// goldens are what the golden packs hold. What is added later gets a new name.
var goldens = map[string]func(t *testing.T, w *pack.Writer){
	"v1-empty": func(*testing.T, *pack.Writer) {},
	"v1-tree": func(t *testing.T, w *pack.Writer) {
		all, contents := tree()
		for _, e := range append(all, devices()...) {
			if len(contents[e.Name]) > 100_000 {
				contents[e.Name] = contents[e.Name][:10_000] // a small file in the repository
			}
			add(t, w, e, contents[e.Name])
		}
	},
	"v1-changes": func(t *testing.T, w *pack.Writer) {
		hole := strings.Repeat("\x00", 5000)
		add(t, w, file("sparse"), hole+"data"+hole, pack.Range{Size: 5000}, pack.Range{Offset: 5004, Size: 5000})
		first := pack.Snapshot{ID: strings.Repeat("1", 32), Host: "h", Roots: []string{"a"}, Started: testTime, Sequence: 1}
		next := pack.Snapshot{
			ID: strings.Repeat("2", 32), Parent: first.ID, Host: "h", Roots: []string{"a\xff", "b"}, Tags: []string{"weekly"},
			Started: testTime, Ended: testTime.Add(time.Hour), Sequence: 2, Skipped: 1,
		}
		moved := file("moved")
		moved.Size, moved.Digest, moved.Attributes = 3, digest("old"), 0x26
		for _, err := range []error{w.Snapshot(first), w.Change(moved), w.Snapshot(next), w.Gone("gone \xff")} {
			if err != nil {
				t.Fatal(err)
			}
		}
	},
	"v1-large": func(t *testing.T, w *pack.Writer) { addSegments(t, w, "disk.img", 1) },
}

// The golden packs read as they did when they were written.
func TestGoldenPacks(t *testing.T) {
	for name, fill := range goldens {
		path := filepath.Join("testdata", name)
		if _, err := os.Stat(path + ".pack"); *update && os.IsNotExist(err) {
			data, _ := write(t, goldenOptions(name), func(w *pack.Writer) { fill(t, w) })
			save(t, path+".pack", data)
			save(t, path+".jsonl", readable(t, data))
		}
		data, want := load(t, path+".pack"), load(t, path+".jsonl")
		if got := readable(t, data); !bytes.Equal(got, want) {
			t.Errorf("%s reads\n%s\nwant\n%s", name, got, want)
		}
		fresh, _ := write(t, goldenOptions(name), func(w *pack.Writer) { fill(t, w) })
		if got := readable(t, fresh); !bytes.Equal(got, want) {
			t.Errorf("%s is written as\n%s\nwant\n%s", name, got, want)
		}
	}
	files, err := filepath.Glob("testdata/*.pack")
	if err != nil || len(files) != len(goldens) {
		t.Errorf("testdata has %v, %v", files, err)
	}
}

func goldenOptions(name string) pack.WriterOptions {
	o := options()
	if name == "v1-large" {
		o.FrameSize = 1 << 20
	}
	return o
}

// readable returns all entries and changes of a pack as lines of JSON. It compares the contents
// with their digests.
func readable(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	lines := json.NewEncoder(&out)
	tail := readTail(t, data)
	stream := tail.Open(bytes.NewReader(data))
	for _, e := range entries(t, data) {
		if err := lines.Encode(e); err != nil {
			t.Fatal(err)
		}
		if want, size := e.Digest, max(e.Size, e.ChunkSize); e.Offset > 0 {
			content := make([]byte, size)
			if _, err := stream.ReadAt(content, e.Offset); err != nil {
				t.Fatal(err)
			}
			if e.Type == pack.TypeChunk {
				want = e.ChunkDigest
			}
			if digest(string(content)) != want {
				t.Errorf("the content of %q differs from its digest", e.Name)
			}
		}
	}
	changes, err := collect(tail.Changes(t.Context(), bytes.NewReader(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		var line any = c.Entry
		if c.Snapshot != nil {
			line = c.Snapshot
		}
		if err := lines.Encode(line); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func save(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
