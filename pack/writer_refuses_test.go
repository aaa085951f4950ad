package pack_test

import (
	"io"
	"strings"
	"testing"

	"firn/pack"
)

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
