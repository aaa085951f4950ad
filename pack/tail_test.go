package pack_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"testing"

	seekable "github.com/SaveTheRbtz/zstd-seekable-format-go/pkg"
	"github.com/klauspost/compress/zstd"

	"firn/pack"
)

// A reader that has too few of the last bytes learns how many it needs.
func TestTailFromTheLastBytes(t *testing.T) {
	data, want := write(t, options(), func(w *pack.Writer) {
		for i := range 100 {
			add(t, w, file("f"), noise(uint64(i), 3000))
		}
	})
	size := int64(len(data))
	need := size - want.PackOffset
	for _, have := range []int64{0, 5, 9, 100, 2000, need - 1, need, size} {
		tail, err := pack.ReadTail(t.Context(), pack.Last(data[size-have:], size), size)
		for steps := 0; err != nil; steps++ {
			var more *pack.NeedError
			if !errors.As(err, &more) || more.Bytes <= have || more.Bytes > need || steps > 3 {
				t.Fatalf("with %d of %d bytes: %v", have, need, err)
			}
			have = more.Bytes
			tail, err = pack.ReadTail(t.Context(), pack.Last(data[size-have:], size), size)
		}
		if !reflect.DeepEqual(tail, want) {
			t.Errorf("with %d bytes the tail is %+v", have, tail)
		}
		r := pack.Last(data[size-have:], size)
		all, err := collect(tail.Index(t.Context(), r))
		if err != nil || len(all) != 100 {
			t.Errorf("with %d bytes: %d entries, %v", have, len(all), err)
		}
		if have < size {
			if _, err := tail.Open(r).ReadAt(make([]byte, 1), 0); !errors.As(err, new(*pack.NeedError)) {
				t.Errorf("the data are not there, but: %v", err)
			}
		}
	}
}

// The pointer and the seek table say where the frames are.
func TestParseTail(t *testing.T) {
	data, want := write(t, options(), func(w *pack.Writer) { add(t, w, file("f"), noise(1, 50_000)) })
	size := int64(len(data))
	for n := range size - want.PackOffset {
		tail, err := pack.ParseTail(data[size-n:], size)
		switch {
		case err != nil && !errors.Is(err, pack.ErrInvalid):
			t.Fatalf("the last %d bytes: %v", n, err)
		case err == nil && !reflect.DeepEqual(tail, want):
			t.Errorf("the last %d bytes give another tail", n)
		case err == nil:
			if _, err := pack.ParseTail(data[size-n:], size+1); !errors.Is(err, pack.ErrInvalid) {
				t.Errorf("of a larger pack: %v", err)
			}
			return
		}
	}
	t.Error("no end of the pack is its pointer and its seek table")
}

// Another reader of the seekable format reads the tar stream.
func TestSeekableReader(t *testing.T) {
	data, tail := write(t, options(), func(w *pack.Writer) { add(t, w, file("f"), noise(1, 100_000)) })
	decoder, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer decoder.Close()
	other, err := seekable.NewReader(bytes.NewReader(data), decoder)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	got, err := io.ReadAll(other)
	if want := readWhole(t, tail, data); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, %v; want %d", len(got), err, len(want))
	}
}

// An error of the reader is not taken for a damaged pack.
func TestReaderFails(t *testing.T) {
	data, tail := write(t, options(), func(w *pack.Writer) { add(t, w, file("f"), noise(1, 20_000)) })
	for calls := range 6 {
		r := &failingReader{data: data, left: calls}
		if err := readAll(t.Context(), r, int64(len(data))); !errors.Is(err, errTest) || errors.Is(err, pack.ErrInvalid) {
			t.Errorf("after %d calls: %v", calls, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := collect(tail.Index(ctx, bytes.NewReader(data))); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := pack.ReadTail(ctx, bytes.NewReader(data), int64(len(data))); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

type failingReader struct {
	data []byte
	left int
}

func (f *failingReader) ReadAt(p []byte, offset int64) (int, error) {
	if f.left--; f.left < 0 {
		return 0, errTest
	}
	return bytes.NewReader(f.data).ReadAt(p, offset)
}
