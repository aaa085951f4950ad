package pack_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"firn/pack"
)

// addSegments adds a file of 1 GiB, of which some segments are in the pack, the last one is a
// hole, and the others are elsewhere. It returns what it listed.
func addSegments(t testing.TB, w *pack.Writer, name string, here int) []pack.Entry {
	t.Helper()
	disk := file(name)
	disk.Size, disk.Digest = pack.LargeFile, digest("the whole disk")
	listed := []pack.Entry{disk}
	for i := range int64(pack.LargeFile / pack.SegmentSize) {
		chunk := pack.Entry{
			Type: pack.TypeChunk, Name: name, ChunkOffset: i * pack.SegmentSize, ChunkSize: pack.SegmentSize,
			ChunkDigest: digest(string(rune('a' + i))),
		}
		switch {
		case int(i) < here:
			content := []byte(strings.Repeat(string(rune('a'+i)), pack.SegmentSize))
			chunk.ChunkDigest = digest(string(content))
			var err error
			if chunk.Offset, err = w.AddSegment(t.Context(), chunk.ChunkDigest, content); err != nil {
				t.Fatal(err)
			}
		case i == pack.LargeFile/pack.SegmentSize-1:
			chunk.ChunkDigest, chunk.Zeros = pack.Digest{}, true
		}
		listed = append(listed, chunk)
	}
	for _, e := range listed {
		if err := w.List(e); err != nil {
			t.Fatal(err)
		}
	}
	return listed
}

// A pack cannot be closed, and gets no other file, while chunks of a large file are missing.
func TestWriterWaitsForChunks(t *testing.T) {
	var out bytes.Buffer
	w := begin(t, &out, options())
	disk := file("disk")
	disk.Size, disk.Digest = pack.LargeFile, digest("disk")
	if err := w.List(disk); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.List(pack.Entry{Type: pack.TypeDir, Name: "d"}); err == nil || !strings.Contains(err.Error(), "end at 0 of") {
			t.Errorf("List: %v", err)
		}
	}
	if _, err := w.Add(t.Context(), pack.Entry{Type: pack.TypeDir, Name: "d"}, nil); err == nil || out.Len() > 0 {
		t.Errorf("Add: %v", err)
	}
	if _, err := w.Close(); err == nil {
		t.Error("Close: no error")
	}
}

// The changes may have a large file with all of its chunks or with none.
func TestChangeOfLargeFile(t *testing.T) {
	w := begin(t, new(bytes.Buffer), options())
	disk := file("disk")
	disk.Size, disk.Digest = pack.LargeFile, digest("disk")
	chunk := pack.Entry{Type: pack.TypeChunk, Name: "disk", ChunkSize: pack.SegmentSize, ChunkDigest: digest("0")}
	for i, err := range []error{w.Change(disk), w.Change(disk), w.Change(chunk)} {
		if err != nil {
			t.Fatal(i, err)
		}
	}
	if err := w.Gone("x"); err == nil {
		t.Error("a chunk alone is no error")
	}
	if _, err := w.Close(); err == nil || errors.Is(err, pack.ErrFull) {
		t.Errorf("Close: %v", err)
	}
}
