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

// tree is a tree of odd files: entries and, for files, their contents.
func tree() (all []pack.Entry, contents map[string]string) {
	contents = map[string]string{}
	add := func(e pack.Entry) {
		e.ModTime = testTime.Add(time.Duration(len(all)) * 1_000_003 * time.Microsecond).Add(time.Duration(len(all)))
		e.ChangeTime, e.Inode = testTime, 1<<63+uint64(len(all))
		e.UID, e.GID, e.UserName, e.GroupName = 1000, 4_000_000_000, "jürgen", "users"
		all = append(all, e)
	}
	dir := func(name string) { add(pack.Entry{Type: pack.TypeDir, Name: name, Mode: 0o1755}) }
	file := func(name string, mode uint32, content string) {
		contents[name] = content
		add(pack.Entry{Type: pack.TypeFile, Name: name, Mode: mode, Size: int64(len(content))})
	}
	dir("tree")
	file("tree/empty", 0o600, "")
	file("tree/ spaces  ", 0o640, "a")
	file("tree/new\nline\ttab", 0o644, "line\n")
	file("tree/invalid \xff\xfe UTF-8", 0o444, "bytes")
	file("tree/"+strings.Repeat("n", 255), 0o644, "a long name")
	file("tree/ünïcödé-日本", 0o644, "text")
	file("tree/-C", 0o644, "an option")
	file(`tree/back\slash "quote" <&>`, 0o755, "x")
	file("tree/4096", 0o644, strings.Repeat("4", 4096))
	file("tree/4097", 0o644, strings.Repeat("5", 4097))
	file("tree/noise", 0o644, noise(1, 300_000))
	file("tree/setuid", 0o6755, "#!/bin/sh\n")
	deep := "tree"
	for range 30 {
		deep += "/" + strings.Repeat("d", 90)
		dir(deep)
	}
	file(deep+"/file", 0o644, "deep")
	add(pack.Entry{Type: pack.TypeSymlink, Name: "tree/link", LinkName: "../../else\xffwhere", Mode: 0o777})
	add(pack.Entry{Type: pack.TypeSymlink, Name: "tree/absolute", LinkName: "/" + strings.Repeat("t", 3000), Mode: 0o777})
	add(pack.Entry{Type: pack.TypeHardlink, Name: "tree/hard", LinkName: "tree/noise", Mode: 0o644})
	add(pack.Entry{Type: pack.TypeHardlink, Name: "tree/hard \xff", LinkName: "tree/invalid \xff\xfe UTF-8", Mode: 0o444})
	add(pack.Entry{Type: pack.TypeFifo, Name: "tree/fifo", Mode: 0o600})
	return all, contents
}

// devices are entries that only root can restore.
func devices() []pack.Entry {
	return []pack.Entry{
		{Type: pack.TypeChar, Name: "dev/null", Mode: 0o666, DevMajor: 1, DevMinor: 3},
		{Type: pack.TypeBlock, Name: "dev/sda", Mode: 0o660, DevMajor: 8, DevMinor: 1 << 19},
		{
			Type: pack.TypeDir, Name: "dev/xattrs", Mode: 0o755, Attributes: 0x20,
			Xattrs: map[string][]byte{"user.a=b%c": []byte("\x00\xff\n"), "user.\xff": []byte("bytes"), "user.empty": {}},
		},
	}
}

// writeTestTree writes a tree into a pack, and returns the entries as they were stored.
func writeTestTree(t *testing.T, o pack.WriterOptions, all []pack.Entry, contents map[string]string) ([]byte, []pack.Entry) {
	t.Helper()
	var stored []pack.Entry
	data, tail := write(t, o, func(w *pack.Writer) {
		for _, e := range all {
			got := add(t, w, e, contents[e.Name])
			if e.Type == pack.TypeFile {
				if e.Digest, e.Offset = digest(contents[e.Name]), got.Offset; e.Offset == 0 {
					t.Errorf("%q has no offset", e.Name)
				}
			}
			if !reflect.DeepEqual(got, e) {
				t.Errorf("added %+v, want %+v", got, e)
			}
			stored = append(stored, got)
		}
	})
	if got := readTail(t, data); !reflect.DeepEqual(got, tail) {
		t.Errorf("the tail is %+v, Close returned %+v", got, tail)
	}
	return data, stored
}

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
