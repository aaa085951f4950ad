package pack_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"firn/pack"
)

// Each pack is refused with the words of its error, without a panic and in bounded memory.
func TestHostilePacks(t *testing.T) {
	all := attacks()
	if len(all) < 60 {
		t.Errorf("there are %d attacks", len(all))
	}
	for _, attack := range all {
		f := forge(t)
		attack.change(f)
		data := f.build()
		f = nil
		var err error
		peak := peakMemory(func() { err = readAll(t.Context(), bytes.NewReader(data), int64(len(data))) })
		if peak > maxMemory {
			t.Errorf("%s: a reader needs %d MiB", attack.name, peak>>20)
		}
		if err == nil || !errors.Is(err, pack.ErrInvalid) || !strings.Contains(err.Error(), attack.want) {
			t.Errorf("%s: got %.300v, want %q", attack.name, err, attack.want)
		}
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("%s: the error has %d bytes", attack.name, len(err.Error()))
		}
	}
}

// Every truncation is an error, whatever the reader has of the pack.
func TestTruncatedPacks(t *testing.T) {
	data := forge(t).build()
	for n := range data {
		if err := readAll(t.Context(), bytes.NewReader(data[:n]), int64(n)); !errors.Is(err, pack.ErrInvalid) {
			t.Errorf("the first %d bytes: %v", n, err)
		}
		if err := readAll(t.Context(), bytes.NewReader(data[:n]), int64(len(data))); err == nil {
			t.Errorf("a reader that ends after %d bytes is no error", n)
		}
	}
}

// Every flipped bit is found.
func TestFlippedBits(t *testing.T) {
	f := forge(t)
	good := f.build()
	pointer := len(good) - 17 - 12*countFrames(good) - 1024
	for i := range good {
		data := bytes.Clone(good)
		data[i] ^= 1 << (i % 8)
		err := readAll(t.Context(), bytes.NewReader(data), int64(len(data)))
		// Nothing protects the spaces of the pointer and what zstd does not need.
		if err == nil && (i < pointer+8 || i >= pointer+1024) && !bytes.Equal(decoded(t, data), decoded(t, good)) {
			t.Errorf("byte %d was changed without an error", i)
		}
	}
}

func decoded(t *testing.T, data []byte) []byte {
	t.Helper()
	tail := readTail(t, data)
	whole, err := io.ReadAll(io.NewSectionReader(tail.Open(bytes.NewReader(data)), 0, 1<<40))
	if err != nil {
		t.Fatal(err)
	}
	return whole
}
