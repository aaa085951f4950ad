package seal_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"firn/internal/seal"
)

// reads counts the reads of a file and the bytes read.
type reads struct {
	io.ReaderAt
	mu    sync.Mutex
	calls int
	bytes int
}

func (r *reads) ReadAt(p []byte, off int64) (int, error) {
	r.mu.Lock()
	r.calls, r.bytes = r.calls+1, r.bytes+len(p)
	r.mu.Unlock()
	return r.ReaderAt.ReadAt(p, off)
}

// payload returns n bytes that do not repeat.
func payload(n int) []byte {
	p := make([]byte, n)
	random := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)})
	_, _ = random.Read(p)
	return p
}

// sizes are payloads at the borders of chunks.
var sizes = []int{0, 1, 15, 65535, 65536, 65537, 131071, 131072, 131073, 400_000, 1 << 20}

func TestSizeIsKnownBeforeTheFileIsWritten(t *testing.T) {
	for kind, k := range keys(t) {
		to := recipients(t, k.public, k.public)
		head, err := to.HeadSize()
		must(t, err)
		for _, n := range sizes {
			file, start := sealed(t, payload(n), to)
			if got := seal.Size(head, int64(n)); got != int64(len(file)) {
				t.Errorf("%s, %d bytes: %d bytes foretold, %d written", kind, n, got, len(file))
			}
			if int64(len(start)) != head || !bytes.HasPrefix(file, start) {
				t.Errorf("%s: a head of %d bytes, foretold %d", kind, len(start), head)
			}
		}
	}
}

// The chunks of Span, the head and the last chunk are enough to read a range, and one byte
// less is not.
func TestSpanHasTheBytesOfARange(t *testing.T) {
	k := classic(t)
	ids, to := identities(t, k), recipients(t, k.public)
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range sizes {
		plain := payload(n)
		file, head := sealed(t, plain, to)
		layout, err := seal.NewLayout(int64(len(head)), int64(len(file)))
		must(t, err)
		if layout.Plain() != int64(n) {
			t.Fatalf("a payload of %d bytes, want %d", layout.Plain(), n)
		}
		for range 40 {
			off, size := random.Int64N(int64(n)+2), random.Int64N(int64(n)+70_000)
			want := plain[min(off, int64(n)):min(off+size, int64(n))]
			span := layout.Span(off, size)
			for _, cut := range []int64{0, 1} {
				var src seal.Sparse
				add(&src, file, layout.Last())
				add(&src, file, seal.Range{Offset: span.Offset + cut, Size: max(0, span.Size-cut)})
				got, err := readRange(head, &src, file, ids, off, size)
				switch {
				case cut == 0 && (err != nil || !bytes.Equal(got, want)):
					t.Fatalf("%d bytes, range %d+%d: %d bytes, %v", n, off, size, len(got), err)
				case cut == 1 && err == nil && span.Size > 0 && span.Offset < layout.Last().Offset:
					t.Fatalf("%d bytes, range %d+%d: read without byte %d", n, off, size, span.Offset)
				case cut == 1 && err != nil && !errors.Is(err, seal.ErrMissing):
					t.Fatal(err)
				}
			}
		}
	}
}

func add(s *seal.Sparse, file []byte, r seal.Range) {
	s.Add(r, bytes.NewReader(file[r.Offset:r.Offset+r.Size]))
}

func readRange(head []byte, src io.ReaderAt, file []byte, ids seal.Identities, off, size int64) ([]byte, error) {
	r, err := seal.OpenHead(head, src, int64(len(file)), ids)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.NewSectionReader(r, off, size))
}

func TestARangeIsOneReadOfItsChunks(t *testing.T) {
	k := classic(t)
	plain := payload(5 << 20)
	file, _ := sealed(t, plain, recipients(t, k.public))
	src := &reads{ReaderAt: bytes.NewReader(file)}
	r, err := seal.Open(src, int64(len(file)), identities(t, k))
	must(t, err)
	if src.calls != 2 || src.bytes > seal.MaxHead+66_000 {
		t.Errorf("opening took %d reads of %d bytes", src.calls, src.bytes)
	}
	for _, c := range []struct{ off, size int64 }{{0, 1}, {0, 5 << 20}, {65_535, 2}, {1 << 20, 1 << 20}, {3_333_333, 1_234_567}} {
		src.calls, src.bytes = 0, 0
		got := make([]byte, c.size)
		if n, err := r.ReadAt(got, c.off); err != nil || !bytes.Equal(got[:n], plain[c.off:c.off+c.size]) {
			t.Fatalf("%+v: %v", c, err)
		}
		if span := r.Span(c.off, c.size); src.calls > 1 || int64(src.bytes) > span.Size {
			t.Errorf("%+v: %d reads of %d bytes, the chunks have %d", c, src.calls, src.bytes, span.Size)
		}
	}
	src.calls = 0
	for off := range int64(1000) {
		_, err := r.ReadAt(make([]byte, 1), 200_000+off)
		must(t, err)
	}
	if src.calls > 1 {
		t.Errorf("reading a chunk byte by byte took %d reads", src.calls)
	}
}

func TestReadsAtTheSameTime(t *testing.T) {
	k := classic(t)
	plain := payload(3 << 20)
	file, _ := sealed(t, plain, recipients(t, k.public))
	r, err := seal.Open(bytes.NewReader(file), int64(len(file)), identities(t, k))
	must(t, err)
	var all sync.WaitGroup
	for seed := range uint64(8) {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, 3))
			for range 50 {
				off := random.IntN(len(plain))
				got := make([]byte, random.IntN(500_000))
				n, err := r.ReadAt(got, int64(off))
				if want := plain[off:min(off+len(got), len(plain))]; !bytes.Equal(got[:n], want) || (n < len(got)) != errors.Is(err, io.EOF) {
					t.Errorf("%d bytes at %d: %d bytes, %v", len(got), off, n, err)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkRead(b *testing.B) {
	k := classic(b)
	plain := payload(64 << 20)
	file, _ := sealed(b, plain, recipients(b, k.public))
	r, err := seal.Open(bytes.NewReader(file), int64(len(file)), identities(b, k))
	must(b, err)
	frame := make([]byte, 700_000)
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_, err := r.ReadAt(frame, int64(i)*int64(len(frame))%(60<<20))
		must(b, err)
	}
}

func BenchmarkWrite(b *testing.B) {
	frame := payload(700_000)
	w, err := seal.NewWriter(io.Discard, recipients(b, classic(b).public))
	must(b, err)
	b.SetBytes(int64(len(frame)))
	for b.Loop() {
		_, err := w.Write(frame)
		must(b, err)
	}
}
