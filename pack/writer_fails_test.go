package pack_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"firn/pack"
)

// failing fails after some bytes.
type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errTest
	}
	return len(p), nil
}

// An error of the destination is final, and no goroutine remains.
func TestDestinationFails(t *testing.T) { synctest.Test(t, testDestinationFails) }

// synctest.Test fails if a goroutine remains.
func testDestinationFails(t *testing.T) {
	for left := range 40 {
		w := begin(t, &failing{left * 700}, options())
		var err error
		for range 5 {
			e := file("a")
			e.Size = 5000
			_, err = w.Add(t.Context(), e, strings.NewReader(noise(1, 5000)))
		}
		if _, closed := w.Close(); !errors.Is(closed, errTest) {
			t.Errorf("after %d bytes Close returned %v, Add %v", left*700, closed, err)
		}
		if _, err := w.Add(t.Context(), file("b"), strings.NewReader("")); err == nil {
			t.Error("Add after Close is no error")
		}
	}
}

func TestContextEnds(t *testing.T) { synctest.Test(t, testContextEnds) }

func testContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := options()
	w := begin(t, io.Discard, o)
	e := file("large")
	e.Size = 1 << 30
	zeros := 0
	_, err := w.Add(ctx, e, readerFunc(func(p []byte) (int, error) {
		if zeros += len(p); zeros > 9<<20 {
			cancel()
		}
		return len(p), nil
	}))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := w.Close(); !errors.Is(err, context.Canceled) {
		t.Errorf("Close returned %v for a pack with half a member", err)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Size is at least the size that Close leads to, and not far above it.
func TestSize(t *testing.T) {
	for _, n := range []int{0, 1, 50, 1000} {
		var estimate int64
		data, _ := write(t, options(), func(w *pack.Writer) {
			for i := range n {
				add(t, w, file("f"+strings.Repeat("x", i%50)), noise(uint64(i), 3000))
			}
			estimate = w.Size()
		})
		if size := int64(len(data)); estimate < size*9/10-4096 || estimate > size*3/2+1<<20 {
			t.Errorf("with %d files, Size is %d and the pack has %d bytes", n, estimate, size)
		}
	}
}

// Lines beyond 4 MiB go to a temporary file, which is gone after Close and after Abort.
func TestSpill(t *testing.T) {
	const n = 3000
	random := noise(1, n+2000)
	fill := func(w *pack.Writer) error {
		for i := range n {
			e := pack.Entry{Type: pack.TypeDir, Name: "d", Xattrs: map[string][]byte{"user.a": []byte(random[i : i+2000])}}
			e.Xattrs["user.b"] = []byte(noise(uint64(i), 2000))
			if err := w.Change(e); err != nil {
				return err
			}
		}
		return nil
	}
	o := options()
	o.FrameSize, o.TempDir = 0, t.TempDir()
	data, _ := write(t, o, func(w *pack.Writer) {
		if err := fill(w); err != nil {
			t.Fatal(err)
		}
	})
	lines, err := collect(readTail(t, data).Changes(t.Context(), bytes.NewReader(data)))
	if err != nil || len(lines) != n || string(lines[n-1].Entry.Xattrs["user.a"]) != random[n-1:n+1999] {
		t.Errorf("got %d lines, %v", len(lines), err)
	}
	w := begin(t, io.Discard, o)
	if err := fill(w); err != nil {
		t.Fatal(err)
	}
	w.Abort()
	if left, err := os.ReadDir(o.TempDir); err != nil || len(left) > 0 {
		t.Errorf("%v remain, %v", left, err)
	}
	o.TempDir = filepath.Join(o.TempDir, "missing")
	w = begin(t, io.Discard, o)
	if err := fill(w); err == nil || !strings.Contains(err.Error(), "temporary file") {
		t.Errorf("without a directory: %v", err)
	}
	if _, err := w.Close(); err == nil {
		t.Error("Close after a lost line is no error")
	}
}
