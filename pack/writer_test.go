package pack_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"firn/pack"
)

var errTest = errors.New("the disk is on fire")

// A small file that changed is no part of the pack, and a pack goes on after it.
func TestChangedFileIsNotWritten(t *testing.T) {
	want, _ := write(t, options(), func(w *pack.Writer) { add(t, w, file("good"), "good") })
	for name, test := range map[string]struct {
		size    int64
		content io.Reader
		want    error
	}{
		"shorter":         {10, strings.NewReader("only"), pack.ErrChanged},
		"empty":           {1, strings.NewReader(""), pack.ErrChanged},
		"longer":          {4, strings.NewReader("more than that"), pack.ErrChanged},
		"no longer empty": {0, strings.NewReader("x"), pack.ErrChanged},
		"of the limit":    {pack.BufferedFile, strings.NewReader(strings.Repeat("x", pack.BufferedFile-1)), pack.ErrChanged},
		"unreadable":      {10, io.MultiReader(strings.NewReader("1234"), iotest.ErrReader(errTest)), errTest},
	} {
		got, _ := write(t, options(), func(w *pack.Writer) {
			e := file("bad")
			e.Size = test.size
			if _, err := w.Add(t.Context(), e, test.content); !errors.Is(err, test.want) {
				t.Errorf("%s: got %v, want %v", name, err, test.want)
			}
			add(t, w, file("good"), "good")
		})
		if !bytes.Equal(got, want) {
			t.Errorf("%s: the pack has something of the file", name)
		}
	}
}

// A large file that becomes shorter is filled with zero bytes, listed as broken, and the pack
// goes on.
func TestLargeFileBreaks(t *testing.T) {
	const size = pack.BufferedFile + 100_000
	content := noise(1, size)
	for name, test := range map[string]struct {
		rest io.Reader
		want error
	}{
		"shorter":    {strings.NewReader(""), pack.ErrShort},
		"unreadable": {iotest.ErrReader(errTest), errTest},
	} {
		o := options()
		o.FrameSize = 0
		var added pack.Entry
		data, tail := write(t, o, func(w *pack.Writer) {
			e := file("large")
			e.Size = size
			var err error
			added, err = w.Add(t.Context(), e, io.MultiReader(strings.NewReader(content[:size/2]), test.rest))
			if !errors.Is(err, test.want) || added.Type != pack.TypeBroken {
				t.Errorf("%s: got %+v and %v, want %v", name, added, err, test.want)
			}
			add(t, w, file("large"), content)
		})
		got := entries(t, data)
		if len(got) != 2 || !reflect.DeepEqual(got[0], added) || got[1].Digest != digest(content) || got[1].Type != pack.TypeFile {
			t.Fatalf("%s: the index is %+v", name, got)
		}
		read := make([]byte, size)
		if _, err := tail.Open(bytes.NewReader(data)).ReadAt(read, got[0].Offset); err != nil {
			t.Fatal(err)
		}
		if want := content[:size/2] + strings.Repeat("\x00", size-size/2); string(read) != want {
			t.Errorf("%s: the broken member has another content", name)
		}
	}
}

func TestLargeFileIsCut(t *testing.T) {
	const size = pack.BufferedFile + 1
	content := noise(1, size)
	o := options()
	o.FrameSize = 0
	data, _ := write(t, o, func(w *pack.Writer) {
		e := file("large")
		e.Size = size
		if _, err := w.Add(t.Context(), e, strings.NewReader(content+"more")); err != nil {
			t.Fatal(err)
		}
	})
	if got := entries(t, data); len(got) != 1 || got[0].Digest != digest(content) || got[0].Size != size {
		t.Errorf("got %+v", got)
	}
}

// A hard link to a file of another pack is a file in the tar stream, and a link in the index.
func TestHardLinkWithContent(t *testing.T) {
	link := pack.Entry{Type: pack.TypeHardlink, Name: "b", LinkName: "a", Mode: 0o600}
	var stored pack.Entry
	data, tail := write(t, options(), func(w *pack.Writer) {
		e := link
		e.Size = 5
		var err error
		if stored, err = w.Add(t.Context(), e, strings.NewReader("hello")); err != nil {
			t.Fatal(err)
		}
	})
	if !reflect.DeepEqual(stored, link) || !reflect.DeepEqual(entries(t, data), []pack.Entry{link}) {
		t.Errorf("got %+v and %+v", stored, entries(t, data))
	}
	whole, err := io.ReadAll(io.NewSectionReader(tail.Open(bytes.NewReader(data)), 0, tail.DataSize))
	if err != nil || !bytes.Contains(whole, []byte("hello")) {
		t.Errorf("the tar stream is %q, %v", whole, err)
	}
}

// The writer refuses entries that a reader would refuse, and goes on.
func TestWriterRefuses(t *testing.T) {
	reg := func(change func(e *pack.Entry)) pack.Entry {
		e := file("a")
		change(&e)
		return e
	}
	for want, e := range map[string]pack.Entry{
		"a name is empty":            reg(func(e *pack.Entry) { e.Name = "" }),
		"is absolute":                reg(func(e *pack.Entry) { e.Name = "/a" }),
		`has the element ".."`:       reg(func(e *pack.Entry) { e.Name = "a/../b" }),
		`has the element "."`:        reg(func(e *pack.Entry) { e.Name = "./a" }),
		`has the element ""`:         reg(func(e *pack.Entry) { e.Name = "a//b" }),
		"has a NUL byte":             reg(func(e *pack.Entry) { e.Name = "a\x00" }),
		"belongs to the format":      reg(func(e *pack.Entry) { e.Name = ".firn/segments/x" }),
		"the limit is 32768":         reg(func(e *pack.Entry) { e.Name = strings.Repeat("n", pack.MaxName+1) }),
		"it has at most 12 bits":     reg(func(e *pack.Entry) { e.Mode = 0o10000 }),
		"negative size":              reg(func(e *pack.Entry) { e.Size = -1 }),
		"unknown type":               reg(func(e *pack.Entry) { e.Type = "whiteout" }),
		"is no member":               reg(func(e *pack.Entry) { e.Type = pack.TypeChunk }),
		"bytes of extended":          reg(func(e *pack.Entry) { e.Xattrs = map[string][]byte{"user.a": make([]byte, pack.MaxXattrs)} }),
		"which is no name":           reg(func(e *pack.Entry) { e.Xattrs = map[string][]byte{"": nil} }),
		"and the target of a link":   reg(func(e *pack.Entry) { e.LinkName = "x" }),
		"is empty":                   {Type: pack.TypeSymlink, Name: "a"},
		"the target of the link":     {Type: pack.TypeHardlink, Name: "a", LinkName: "/b"},
		"and a content":              {Type: pack.TypeDir, Name: "a", Size: 4096},
		"and the fields of a chunk":  {Type: pack.TypeDir, Name: "a", ChunkSize: 4096},
		"the tar header of":          {Type: pack.TypeDir, Name: "a", UserName: strings.Repeat("u", pack.MaxLine)},
		"a line of index.jsonl has ": {Type: pack.TypeDir, Name: "a", UserName: strings.Repeat("\x01", pack.MaxLine/4)},
		"write the tar header of":    {Type: pack.TypeDir, Name: "a", UserName: "a\x00"},
	} {
		data, _ := write(t, options(), func(w *pack.Writer) {
			if _, err := w.Add(t.Context(), e, strings.NewReader("")); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
		if got := entries(t, data); len(got) != 0 {
			t.Errorf("%s: the index has %+v", want, got)
		}
	}
}

func TestWriterRefusesHoles(t *testing.T) {
	w := begin(t, io.Discard, options())
	for _, holes := range [][]pack.Range{
		{{Offset: 0, Size: 5}},
		{{Offset: 3, Size: 2}},
		{{Offset: 1, Size: 0}},
		{{Offset: -1, Size: 2}},
		{{Offset: 2, Size: 1}, {Offset: 0, Size: 1}},
		{{Offset: 0, Size: 2}, {Offset: 1, Size: 1}},
	} {
		e := file("a")
		e.Size = 4
		if _, err := w.Add(t.Context(), e, strings.NewReader("\x00\x00\x00\x00"), holes...); err == nil {
			t.Errorf("no error for %v", holes)
		}
	}
}

func TestWriterRefusesOptions(t *testing.T) {
	for _, o := range []pack.WriterOptions{
		{},
		{ID: strings.ToUpper(testID)},
		{ID: testID + "00"},
		{ID: testID, FrameSize: 3000},
		{ID: testID, FrameSize: 2 * pack.MaxFrameSize},
		{ID: testID, Concurrency: -1},
	} {
		if _, err := pack.NewWriter(io.Discard, o); err == nil {
			t.Errorf("no error for %+v", o)
		}
	}
}

// failing fails after some bytes.
type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errTest
	}
	return len(p), nil
}

// An error of the destination is final, and no goroutine remains.
func TestDestinationFails(t *testing.T) {
	before := runtime.NumGoroutine()
	for left := range 40 {
		w := begin(t, &failing{left * 700}, options())
		var err error
		for range 5 {
			e := file("a")
			e.Size = 5000
			_, err = w.Add(t.Context(), e, strings.NewReader(noise(1, 5000)))
		}
		if _, closed := w.Close(); !errors.Is(closed, errTest) {
			t.Errorf("after %d bytes Close returned %v, Add %v", left*700, closed, err)
		}
		if _, err := w.Add(t.Context(), file("b"), strings.NewReader("")); err == nil {
			t.Error("Add after Close is no error")
		}
	}
	ended(t, before)
}

func TestContextEnds(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	o := options()
	w := begin(t, io.Discard, o)
	e := file("large")
	e.Size = 1 << 30
	zeros := 0
	_, err := w.Add(ctx, e, readerFunc(func(p []byte) (int, error) {
		if zeros += len(p); zeros > 9<<20 {
			cancel()
		}
		return len(p), nil
	}))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := w.Close(); !errors.Is(err, context.Canceled) {
		t.Errorf("Close returned %v for a pack with half a member", err)
	}
	ended(t, before)
}

// ended checks that there are no more goroutines than before. One that has done its work may
// need a moment to end.
func ended(t *testing.T, before int) {
	t.Helper()
	for range 10_000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d goroutines remain", runtime.NumGoroutine()-before)
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Size is at least the size that Close leads to, and not far above it.
func TestSize(t *testing.T) {
	for _, n := range []int{0, 1, 50, 1000} {
		var estimate int64
		data, _ := write(t, options(), func(w *pack.Writer) {
			for i := range n {
				add(t, w, file("f"+strings.Repeat("x", i%50)), noise(uint64(i), 3000))
			}
			estimate = w.Size()
		})
		if size := int64(len(data)); estimate < size*9/10-4096 || estimate > size*3/2+1<<20 {
			t.Errorf("with %d files, Size is %d and the pack has %d bytes", n, estimate, size)
		}
	}
}

// Lines beyond 4 MiB go to a temporary file, which is gone after Close and after Abort.
func TestSpill(t *testing.T) {
	const n = 3000
	random := noise(1, n+2000)
	fill := func(w *pack.Writer) error {
		for i := range n {
			e := pack.Entry{Type: pack.TypeDir, Name: "d", Xattrs: map[string][]byte{"user.a": []byte(random[i : i+2000])}}
			e.Xattrs["user.b"] = []byte(noise(uint64(i), 2000))
			if err := w.Change(e); err != nil {
				return err
			}
		}
		return nil
	}
	o := options()
	o.FrameSize, o.TempDir = 0, t.TempDir()
	data, _ := write(t, o, func(w *pack.Writer) {
		if err := fill(w); err != nil {
			t.Fatal(err)
		}
	})
	lines, err := collect(readTail(t, data).Changes(t.Context(), bytes.NewReader(data)))
	if err != nil || len(lines) != n || string(lines[n-1].Entry.Xattrs["user.a"]) != random[n-1:n+1999] {
		t.Errorf("got %d lines, %v", len(lines), err)
	}
	w := begin(t, io.Discard, o)
	if err := fill(w); err != nil {
		t.Fatal(err)
	}
	w.Abort()
	if left, err := os.ReadDir(o.TempDir); err != nil || len(left) > 0 {
		t.Errorf("%v remain, %v", left, err)
	}
	o.TempDir = filepath.Join(o.TempDir, "missing")
	w = begin(t, io.Discard, o)
	if err := fill(w); err == nil || !strings.Contains(err.Error(), "temporary file") {
		t.Errorf("without a directory: %v", err)
	}
	if _, err := w.Close(); err == nil {
		t.Error("Close after a lost line is no error")
	}
}

// Times beyond RFC 3339 become the nearest ones.
func TestTimes(t *testing.T) {
	for _, test := range []struct{ time, want time.Time }{
		{time.Unix(1<<40, 0), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)},
		{time.Unix(-1<<40, 5), time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)},
		{time.Unix(-1, 999_999_999), time.Unix(-1, 999_999_999).UTC()},
		{time.Time{}, time.Time{}},
	} {
		e := file("a")
		e.ModTime = test.time
		data, _ := write(t, options(), func(w *pack.Writer) { add(t, w, e, "x") })
		if got := entries(t, data); len(got) != 1 || got[0].ModTime != test.want {
			t.Errorf("%v was written, %+v read", test.time, got)
		}
	}
}
