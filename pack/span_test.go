package pack_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"firn/pack"
)

// Span returns the bytes of the frames that overlap a range: reading the range needs all of
// them and no others.
func TestSpanIsWhatAReaderReads(t *testing.T) {
	data, tail := write(t, options(), func(w *pack.Writer) {
		for i := range 40 {
			add(t, w, file("f"), noise(uint64(i), 1+i*i*7))
		}
	})
	source := rand.New(rand.NewPCG(1, 2))
	whole := readWhole(t, tail, data)
	for range 2000 {
		offset := source.Int64N(int64(len(whole)))
		size := source.Int64N(min(20_000, int64(len(whole))-offset) + 1)
		span := tail.Span(offset, size)
		r := &recorder{data: data}
		got := make([]byte, size)
		if _, err := tail.Open(r).ReadAt(got, offset); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, whole[offset:offset+size]) {
			t.Fatalf("%d bytes at %d differ", size, offset)
		}
		read := pack.Merge(r.read, 0)
		switch {
		case size == 0:
			if span != (pack.Range{}) || len(read) > 0 {
				t.Fatalf("an empty range needs %v, read %v", span, read)
			}
		case len(read) != 1 || read[0] != span:
			t.Fatalf("%d bytes at %d: Span is %v, read %v", size, offset, span, read)
		}
	}
}

func TestSpanBeyondTheStream(t *testing.T) {
	data, tail := write(t, options(), func(w *pack.Writer) { add(t, w, file("f"), noise(1, 9000)) })
	end := int64(len(readWhole(t, tail, data)))
	for _, test := range []struct{ offset, size int64 }{{end, 1}, {end + 5, 100}, {-10, 5}, {0, -1}} {
		if got := tail.Span(test.offset, test.size); got != (pack.Range{}) {
			t.Errorf("Span(%d, %d) is %v", test.offset, test.size, got)
		}
	}
	if got, want := tail.Span(0, 1<<60), tail.Span(0, end); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func readWhole(t *testing.T, tail *pack.Tail, data []byte) []byte {
	t.Helper()
	whole := make([]byte, 1<<20)
	n, _ := tail.Open(bytes.NewReader(data)).ReadAt(whole, 0)
	return whole[:n]
}

// recorder records what is read.
type recorder struct {
	data []byte
	read []pack.Range
}

func (r *recorder) ReadAt(p []byte, offset int64) (int, error) {
	r.read = append(r.read, pack.Range{Offset: offset, Size: int64(len(p))})
	return copy(p, r.data[offset:]), nil
}

// Merge joins exactly the ranges between which at most gap bytes lie: compared with a model
// that marks each byte.
func TestMergeAgainstModel(t *testing.T) {
	const size = 120
	source := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		var ranges []pack.Range
		var marked [size + 40]bool
		for range source.IntN(8) {
			r := pack.Range{Offset: source.Int64N(size), Size: source.Int64N(12)}
			ranges = append(ranges, r)
			for i := r.Offset; i < r.End(); i++ {
				marked[i] = true
			}
		}
		gap := source.Int64N(10)
		before := slices.Clone(ranges)
		got := pack.Merge(ranges, gap)
		if want := mergeModel(marked[:], gap); !slices.Equal(got, want) {
			t.Fatalf("Merge(%v, %d) is %v, want %v", ranges, gap, got, want)
		}
		if !slices.Equal(ranges, before) {
			t.Fatalf("Merge changed its argument %v", before)
		}
	}
}

func mergeModel(marked []bool, gap int64) (merged []pack.Range) {
	for i, is := range marked {
		at := int64(i)
		last := len(merged) - 1
		switch {
		case !is:
		case last >= 0 && at-merged[last].End() <= gap:
			merged[last].Size = at + 1 - merged[last].Offset
		default:
			merged = append(merged, pack.Range{Offset: at, Size: 1})
		}
	}
	return merged
}
