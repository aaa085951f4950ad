package pack_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
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

// A content with a known digest is stored as Add stores it, and the end of a pack is what
// ParseTail needs.
func TestKnownContent(t *testing.T) {
	content := noise(1, 5000)
	e := file("f")
	e.Size, e.Digest = 5000, digest(content)
	var end []byte
	write1 := func(add func(w *pack.Writer) (pack.Entry, error)) []byte {
		var out bytes.Buffer
		w := begin(t, &out, options())
		got, err := add(w)
		if err != nil || got.Digest != e.Digest || got.Offset == 0 {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
		end = w.End()
		return out.Bytes()
	}
	want := write1(func(w *pack.Writer) (pack.Entry, error) { return w.Add(t.Context(), e, strings.NewReader(content)) })
	got := write1(func(w *pack.Writer) (pack.Entry, error) { return w.AddContent(t.Context(), e, []byte(content)) })
	if !bytes.Equal(got, want) {
		t.Error("the packs differ")
	}
	if tail, err := pack.ParseTail(end, int64(len(got))); err != nil || tail.PackSize != int64(len(got)) {
		t.Errorf("the end of the pack: %+v, %v", tail, err)
	}
	w := begin(t, io.Discard, options())
	defer w.Abort()
	for _, size := range []int64{4999, 5001, pack.BufferedFile + 1} {
		e.Size = size
		if _, err := w.AddContent(t.Context(), e, []byte(content)); err == nil || w.Err() != nil {
			t.Errorf("%d bytes instead of 5000: %v, %v", size, err, w.Err())
		}
	}
}
