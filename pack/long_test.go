//go:build !race || torture

package pack_test

import (
	"bytes"
	"crypto/sha256"
	"hash"
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
