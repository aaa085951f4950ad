package treehash_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"firn/treehash"
)

func TestHasherTakesAnyPieces(t *testing.T) {
	h := treehash.New()
	for _, v := range vectors() {
		want := v.sums(t)
		for _, size := range []int{4095, 32<<10 + 1, mib - 1, mib, mib + 1, 3*mib + 7} {
			for b := v.input; len(b) > 0; {
				n, err := h.Write(b[:min(size, len(b))])
				if err != nil || n != min(size, len(b)) {
					t.Fatalf("Write returned %d, %v", n, err)
				}
				b = b[n:]
			}
			if got := h.Sums(); got != want {
				t.Errorf("%s by %d: %+v, want %+v", v.name, size, got, want)
			}
			h.Reset()
		}
	}
}

// Calling Sums changes nothing: the sums are right after every write.
func TestHasherSumsOnTheWay(t *testing.T) {
	input := pattern(5*mib + 3)
	h := treehash.New()
	for at := 0; at < len(input); {
		n := min(mib/2+1, len(input)-at)
		if _, err := h.Write(input[at : at+n]); err != nil {
			t.Fatal(err)
		}
		at += n
		if got, want := h.Sums().Tree, treehash.Sum(input[:at]); got != want {
			t.Errorf("after %d bytes: %s, want %s", at, got, want)
		}
	}
}

// If Leaf is called whenever a leaf ends, its results are the leaves of the tree. Calling
// it changes nothing.
func TestHasherLeaves(t *testing.T) {
	input := pattern(2*mib + 3)
	h := treehash.New()
	for at := 0; at < len(input); {
		n := min(mib/4, len(input)-at)
		if _, err := h.Write(input[at : at+n]); err != nil {
			t.Fatal(err)
		}
		begin := at / mib * mib
		at += n
		if got, want := h.Leaf(), treehash.Sum(input[begin:at]); got != want {
			t.Errorf("the leaf from %d to %d: %s, want %s", begin, at, got, want)
		}
	}
	if got, want := h.Sums().Tree, treehash.Sum(input); got != want {
		t.Errorf("the tree: %s, want %s", got, want)
	}
	h.Reset()
	if got, want := h.Leaf(), treehash.Sum(nil); got != want {
		t.Errorf("the leaf of nothing: %s, want %s", got, want)
	}
}

func TestRead(t *testing.T) {
	buf := make([]byte, 40_000)
	for _, v := range vectors() {
		want := v.sums(t)
		for name, r := range map[string]io.Reader{
			"whole buffers":     bytes.NewReader(v.input),
			"halves":            iotest.HalfReader(bytes.NewReader(v.input)),
			"data with its end": iotest.DataErrReader(bytes.NewReader(v.input)),
		} {
			if got, err := treehash.Read(t.Context(), r, buf); err != nil || got != want {
				t.Errorf("%s, %s: %+v, %v; want %+v", v.name, name, got, err, want)
			}
		}
	}
}

func TestReadFails(t *testing.T) {
	broken := errors.New("broken disk")
	r := io.MultiReader(bytes.NewReader(make([]byte, mib+5)), iotest.ErrReader(broken))
	if got, err := treehash.Read(t.Context(), r, make([]byte, 1000)); !errors.Is(err, broken) || got != (treehash.Sums{}) {
		t.Errorf("got %+v, %v", got, err)
	}
	reason := errors.New("the user had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	if _, err := treehash.Read(ctx, endless{}, make([]byte, 1000)); !errors.Is(err, reason) {
		t.Errorf("a cancelled context: %v", err)
	}
}

func TestReadAt(t *testing.T) {
	for _, v := range vectors() {
		want := v.sums(t)
		longer := bytes.NewReader(append(bytes.Clone(v.input), "and more"...))
		for cores := range 5 {
			for name, r := range map[string]io.ReaderAt{"longer": longer, "ends with its data": eager(v.input)} {
				got, err := treehash.ReadAt(t.Context(), r, want.Size, cores)
				if err != nil || got != want {
					t.Errorf("%s, %s, on %d cores: %+v, %v; want %+v", v.name, name, cores, got, err, want)
				}
			}
		}
	}
}

func TestReadAtFails(t *testing.T) {
	const size = 9*mib + 1
	broken, reason := errors.New("broken disk"), errors.New("the user had enough")
	for cores := 1; cores <= 4; cores++ {
		for _, there := range []int{0, 1, mib, size / 2, size - 1} {
			got, err := treehash.ReadAt(t.Context(), bytes.NewReader(make([]byte, there)), size, cores)
			if !errors.Is(err, io.ErrUnexpectedEOF) || got != (treehash.Sums{}) {
				t.Errorf("only %d bytes, on %d cores: %+v, %v", there, cores, got, err)
			}
		}
		for _, at := range []int64{0, mib, size - 1} {
			failing := &interrupted{at: at, act: func() error { return broken }}
			if _, err := treehash.ReadAt(t.Context(), failing, size, cores); !errors.Is(err, broken) {
				t.Errorf("broken at %d, on %d cores: %v", at, cores, err)
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			stopping := &interrupted{at: at, act: func() error { cancel(reason); return nil }}
			_, err := treehash.ReadAt(ctx, stopping, 64*mib, cores)
			if !errors.Is(err, reason) {
				t.Errorf("cancelled at %d, on %d cores: %v", at, cores, err)
			}
			if stopping.reads > 64 {
				t.Errorf("cancelled at %d, on %d cores: %d reads", at, cores, stopping.reads)
			}
		}
	}
}

// endless returns zeros for ever.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

// eager is a source that returns io.EOF together with its last bytes, as io.ReaderAt
// allows.
type eager []byte

func (e eager) ReadAt(b []byte, off int64) (int, error) {
	n := copy(b, e[min(off, int64(len(e))):])
	if off+int64(n) >= int64(len(e)) {
		return n, io.EOF
	}
	return n, nil
}

// interrupted is an endless source that calls act at the first read beyond the byte at.
type interrupted struct {
	at    int64
	act   func() error
	reads int
}

func (s *interrupted) ReadAt(b []byte, off int64) (int, error) {
	s.reads++
	if off <= s.at && s.at < off+int64(len(b)) {
		if err := s.act(); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}
