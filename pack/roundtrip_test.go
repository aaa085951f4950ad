package pack_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"firn/pack"
)

func TestRoundTrip(t *testing.T) {
	for _, concurrency := range []int{1, 4} {
		all, contents := tree()
		all = append(all, devices()...)
		o := options()
		o.Concurrency = concurrency
		data, stored := writeTestTree(t, o, all, contents)
		if got := entries(t, data); !reflect.DeepEqual(got, stored) {
			t.Errorf("the index differs: %+v\nwant %+v", got, stored)
		}
		stream := readTail(t, data).Open(bytes.NewReader(data))
		for _, e := range stored {
			if e.Type != pack.TypeFile {
				continue
			}
			got := make([]byte, e.Size)
			if n, err := stream.ReadAt(got, e.Offset); n != len(got) || err != nil {
				t.Errorf("read %q: %d bytes, %v", e.Name, n, err)
			}
			if string(got) != contents[e.Name] || e.Digest != sha256.Sum256(got) {
				t.Errorf("%q has another content", e.Name)
			}
		}
	}
}

// A pack does not depend on how many frames are compressed at once.
func TestPackIsReproducible(t *testing.T) {
	all, contents := tree()
	var first []byte
	for _, concurrency := range []int{1, 2, 7} {
		o := options()
		o.Concurrency = concurrency
		data, _ := writeTestTree(t, o, all, contents)
		if first == nil {
			first = data
		}
		if !bytes.Equal(data, first) {
			t.Errorf("with concurrency %d the pack differs", concurrency)
		}
	}
}

func TestEmptyPack(t *testing.T) {
	data, tail := write(t, options(), func(*pack.Writer) {})
	if got := entries(t, data); len(got) != 0 {
		t.Errorf("the index has %+v", got)
	}
	if tail.DataSize != 0 || tail.PackOffset != 0 || tail.PackSize != int64(len(data)) || tail.ID != testID {
		t.Errorf("the tail is %+v", tail)
	}
}

func TestChanges(t *testing.T) {
	snapshot := pack.Snapshot{
		ID: strings.Repeat("a", 32), Parent: strings.Repeat("b", 32), Host: "höst",
		Roots: []string{"home/\xff", "", "etc"}, Tags: []string{"weekly"},
		Started: testTime, Ended: testTime.Add(time.Hour), Sequence: 3, Skipped: 7,
	}
	plain := pack.Snapshot{ID: strings.Repeat("c", 32), Host: "h", Roots: []string{"etc"}, Started: testTime, Sequence: 1}
	moved := file("moved")
	moved.Digest, moved.Size = digest("x"), 1
	dir := pack.Entry{Type: pack.TypeDir, Name: "d\xff", Mode: 0o700}
	data, _ := write(t, options(), func(w *pack.Writer) {
		for _, err := range []error{w.Snapshot(snapshot), w.Change(moved), w.Change(dir), w.Snapshot(plain), w.Gone("go/ne")} {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	got, err := collect(readTail(t, data).Changes(t.Context(), bytes.NewReader(data)))
	want := []pack.Change{
		{Snapshot: &snapshot},
		{Entry: moved},
		{Entry: dir},
		{Snapshot: &plain},
		{Entry: pack.Entry{Type: pack.TypeGone, Name: "go/ne"}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func TestHoles(t *testing.T) {
	content := strings.Repeat("\x00", 10_000) + "data" + strings.Repeat("\x00", 5_000)
	data, _ := write(t, options(), func(w *pack.Writer) {
		add(t, w, file("sparse"), content, pack.Range{Offset: 0, Size: 10_000}, pack.Range{Offset: 10_004, Size: 5_000})
	})
	got := entries(t, data)
	if len(got) != 3 || got[0].Size != 15_004 || got[0].Digest != digest(content) {
		t.Fatalf("got %+v", got)
	}
	for i, want := range []pack.Range{{Offset: 0, Size: 10_000}, {Offset: 10_004, Size: 5_000}} {
		hole := pack.Entry{Type: pack.TypeChunk, Name: "sparse", ChunkOffset: want.Offset, ChunkSize: want.Size, Zeros: true}
		if !reflect.DeepEqual(got[i+1], hole) {
			t.Errorf("hole %d is %+v", i, got[i+1])
		}
	}
}

func TestStreamEnds(t *testing.T) {
	data, tail := write(t, options(), func(w *pack.Writer) { add(t, w, file("a"), noise(1, 9000)) })
	stream := tail.Open(bytes.NewReader(data))
	whole, err := io.ReadAll(io.NewSectionReader(stream, 0, 1<<40))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := stream.ReadAt(make([]byte, 100), int64(len(whole))-10); n != 10 || !errors.Is(err, io.EOF) {
		t.Errorf("got %d bytes and %v at the end", n, err)
	}
	if _, err := stream.ReadAt(make([]byte, 1), -1); err == nil {
		t.Error("a negative offset is no error")
	}
}
