//go:build !race || torture

package pack_test

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"reflect"
	"testing"

	"firn/pack"
)

// A file of 1 GiB gets a digest for each segment, and its holes become chunks only if they
// cover segments.
func TestLongLargeFile(t *testing.T) {
	const size = pack.LargeFile + 1000
	source := &pattern{hash: sha256.New(), segment: sha256.New()}
	o := options()
	o.FrameSize = 0
	data, tail := write(t, o, func(w *pack.Writer) {
		e := file("large")
		e.Size = size
		holes := []pack.Range{{Offset: 5, Size: 5}, {Offset: pack.SegmentSize, Size: 2 * pack.SegmentSize}}
		if _, err := w.Add(t.Context(), e, source, holes...); err != nil {
			t.Fatal(err)
		}
		add(t, w, file("next"), "x")
	})
	got := entries(t, data)
	if len(got) != 1+17+1 || got[0].Digest != pack.Digest(source.hash.Sum(nil)) || got[0].Size != size {
		t.Fatalf("the index is %+v", got)
	}
	for i, chunk := range got[1:18] {
		isHole := i == 1 || i == 2
		if chunk.ChunkOffset != int64(i)*pack.SegmentSize || chunk.Offset != 0 || chunk.Zeros != isHole ||
			!isHole && chunk.ChunkDigest != source.sums[i] {
			t.Errorf("chunk %d is %+v", i, chunk)
		}
	}
	end := make([]byte, 1000)
	if _, err := tail.Open(bytes.NewReader(data)).ReadAt(end, got[0].Offset+pack.LargeFile); err != nil {
		t.Fatal(err)
	}
	if sha256.Sum256(end) != source.sums[16] {
		t.Error("the last segment has another content")
	}
}

// The segments of a file are members of their own, and its chunks say where.
func TestLongSegments(t *testing.T) {
	o := options()
	o.FrameSize = 0
	var want []pack.Entry
	data, tail := write(t, o, func(w *pack.Writer) {
		add(t, w, file("before"), "x")
		want = addSegments(t, w, "disk.img", 2)
		add(t, w, file("after"), "y")
	})
	got := entries(t, data)
	if len(got) != len(want)+2 || !reflect.DeepEqual(got[1:len(got)-1], want) {
		t.Fatalf("the index has %+v", got)
	}
	stream := tail.Open(bytes.NewReader(data))
	for i, e := range want[1:3] {
		first, last := make([]byte, 1), make([]byte, 1)
		if _, err := stream.ReadAt(first, e.Offset); err != nil {
			t.Fatal(err)
		}
		if _, err := stream.ReadAt(last, e.Offset+e.ChunkSize-1); err != nil {
			t.Fatal(err)
		}
		if first[0] != byte('a'+i) || last[0] != byte('a'+i) {
			t.Errorf("the segment %d begins with %q and ends with %q", i, first, last)
		}
	}
}

// pattern is a content of LargeFile + 1000 bytes, and computes its digests.
type pattern struct {
	n             int
	hash, segment hash.Hash
	sums          []pack.Digest
}

func (s *pattern) Read(p []byte) (int, error) {
	p = p[:min(len(p), pack.SegmentSize-s.n%pack.SegmentSize)]
	clear(p)
	p[0] = byte(s.n >> 17)
	s.hash.Write(p)
	s.segment.Write(p)
	if s.n += len(p); s.n%pack.SegmentSize == 0 || s.n == pack.LargeFile+1000 {
		s.sums = append(s.sums, pack.Digest(s.segment.Sum(nil)))
		s.segment.Reset()
	}
	return len(p), nil
}
