package treehash

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// sections returns n pieces of data of size bytes each, which begin at odd offsets.
func sections(data []byte, n int, size int64) []io.ReaderAt {
	pieces := make([]io.ReaderAt, n)
	for i := range pieces {
		pieces[i] = io.NewSectionReader(bytes.NewReader(data), int64(i)*70_001, size)
	}
	return pieces
}

// It checks any number of pieces of any size, with the kernels of this processor and
// without.
func TestSumsTogether(t *testing.T) {
	data, buf := drawn(7, 6*LeafSize), make([]byte, TogetherBuffer)
	counts := map[int64][]int{
		0: {1, 16}, 1: {16}, LeafSize - 1: {9}, LeafSize: {0, 1, 8, 9, 15, 16, 17, 25, 33}, LeafSize + 64: {16}, 3 * LeafSize: {9, 16},
	}
	for name, k := range map[string]kernels{"kernels": available(), "standard": {}} {
		for size, numbers := range counts {
			for _, n := range numbers {
				got, err := k.sumsTogether(t.Context(), sections(data, n, size), size, buf)
				if err != nil || len(got) != n {
					t.Fatalf("%s, %d pieces of %d bytes: %d sums, %v", name, n, size, len(got), err)
				}
				for i := range got {
					if want := definition(data[i*70_001:][:size]); got[i] != want {
						t.Errorf("%s, piece %d of %d: %+v, want %+v", name, i, n, got[i], want)
					}
				}
			}
		}
	}
}

// It checks as many pieces as Together returns in this process.
func TestTogetherPieces(t *testing.T) {
	data := drawn(8, 3*LeafSize)
	n := Together()
	if want := map[bool]int{true: 16, false: 1}[available().together != nil]; n != want {
		t.Errorf("%d together, want %d", n, want)
	}
	got, err := SumsTogether(t.Context(), sections(data, n, LeafSize), LeafSize, make([]byte, TogetherBuffer))
	if err != nil || len(got) != n {
		t.Fatalf("%d sums, %v", len(got), err)
	}
	if want := definition(data[:LeafSize]); got[0] != want {
		t.Errorf("%+v, want %+v", got[0], want)
	}
}

func TestSumsTogetherFails(t *testing.T) {
	const size = 2 * LeafSize
	data, buf := drawn(9, 4*LeafSize), make([]byte, TogetherBuffer)
	for _, k := range []kernels{available(), {}} {
		for _, short := range []int64{0, 1, LeafSize, size - 1} {
			pieces := sections(data, 16, size)
			pieces[11] = io.NewSectionReader(bytes.NewReader(data), 0, short)
			sums, err := k.sumsTogether(t.Context(), pieces, size, buf)
			want := fmt.Sprintf("piece 12: the source ended after %d of %d bytes: unexpected EOF", short, int64(size))
			if sums != nil || !errors.Is(err, io.ErrUnexpectedEOF) || err.Error() != want {
				t.Errorf("only %d bytes: %v, want %s", short, err, want)
			}
		}
		reason := errors.New("the user had enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(reason)
		if _, err := k.sumsTogether(ctx, sections(data, 16, size), size, buf); !errors.Is(err, reason) {
			t.Errorf("cancelled: %v", err)
		}
	}
}

// checkTogether computes both hashes of the runs and compares them with the standard
// library. A leaf ends at the end of the first write.
func (r runs) checkTogether(t *testing.T) {
	t.Helper()
	const block = sha256.BlockSize
	if available().together == nil || (lanes-1)*r.apart+r.blocks*block > len(r.data) {
		return
	}
	both := available().newTogether(lanes)
	compare := func(what string, hashes []Hash, from, to int) {
		t.Helper()
		for i, got := range hashes {
			if want := Hash(sha256.Sum256(r.data[i*r.apart:][from*block : to*block])); got != want {
				t.Fatalf("%s %d, blocks %d to %d, %d bytes apart: %s, want %s", what, i, from, to, r.apart, got, want)
			}
		}
	}
	if r.first > 0 {
		both.write(r.data, r.apart, r.first*block)
	}
	compare("first leaf", both.leaf.sums(), 0, r.first)
	both.leaf = newSixteen(both.kernels.lanes)
	if r.blocks > r.first {
		both.write(r.data[r.first*block:], r.apart, (r.blocks-r.first)*block)
	}
	compare("second leaf", both.leaf.sums(), r.first, r.blocks)
	compare("run", both.linear.sums(), 0, r.blocks)
}

func TestTogetherAtAnyPlace(t *testing.T) {
	for r := range anywhere(10, 2) {
		r.checkTogether(t)
	}
}

// FuzzTogether hashes runs of data that begin at start and are apart bytes apart, with the
// first blocks as a leaf of their own.
func FuzzTogether(f *testing.F) {
	f.Add(drawn(11, 4000), uint16(0), uint16(64), uint8(1))
	f.Add(drawn(12, 4000), uint16(7), uint16(100), uint8(3))
	f.Add(make([]byte, 200), uint16(1), uint16(0), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, start, apart uint16, first uint8) {
		data = data[min(int(start), len(data)):]
		if blocks := (len(data) - (lanes-1)*int(apart)) / sha256.BlockSize; blocks > 0 {
			runs{data, int(apart), blocks, min(int(first), blocks)}.checkTogether(t)
		}
	})
}

// BenchmarkFile reads and hashes 16 parts of 16 MiB of a file in the page cache on one
// core: both hashes one after the other and together, and the tree hash.
func BenchmarkFile(b *testing.B) {
	const size = 16 * LeafSize
	path := filepath.Join(b.TempDir(), "file")
	if err := os.WriteFile(path, drawn(13, lanes*size), 0o600); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	pieces := make([]io.ReaderAt, lanes)
	for i := range pieces {
		pieces[i] = io.NewSectionReader(f, int64(i)*size, size)
	}
	bench := func(name string, hash func(ctx context.Context) error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(lanes * size)
			for b.Loop() {
				if err := hash(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	buf := make([]byte, TogetherBuffer)
	for _, way := range []struct {
		name    string
		kernels kernels
	}{{"both/standard", kernels{}}, {"both/dual", kernels{dual: available().dual}}, {"both/together", available()}} {
		bench(way.name, func(ctx context.Context) error {
			_, err := way.kernels.sumsTogether(ctx, pieces, size, buf)
			return err
		})
	}
	bench("tree", func(ctx context.Context) error {
		_, err := TreeAt(ctx, f, lanes*size, 1)
		return err
	})
}
