package treehash_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"testing"

	"firn/treehash"
)

func TestTreeAt(t *testing.T) {
	for _, v := range vectors() {
		want := v.sums(t)
		for cores := range 3 {
			got, err := treehash.TreeAt(t.Context(), bytes.NewReader(v.input), want.Size, cores)
			if err != nil || got != want.Tree {
				t.Errorf("%s on %d cores: %s, %v; want %s", v.name, cores, got, err, want.Tree)
			}
		}
	}
}

// cycle repeats a text of 251 bytes, so that no two leaves begin alike.
type cycle struct{}

func (cycle) ReadAt(b []byte, off int64) (int, error) {
	for i := range b {
		b[i] = byte((off + int64(i)) % 251)
	}
	return len(b), nil
}

func TestTreeAtOfSeveralBlocks(t *testing.T) {
	const size = 129*mib + 5
	want, err := treehash.ReadAt(t.Context(), cycle{}, size, 1)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := treehash.TreeAt(t.Context(), cycle{}, size, 2)
	runtime.ReadMemStats(&after)
	if err != nil || got != want.Tree {
		t.Errorf("%s, %v; want %s", got, err, want.Tree)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 2*mib*5/8 {
		t.Errorf("it took %d bytes of memory, want half a MiB for each core", used)
	}
}

func TestTreeAtFails(t *testing.T) {
	const size = 35*mib + 1
	for _, there := range []int{0, mib, 15*mib + 5, 31 * mib, 34 * mib, size - 1} {
		_, err := treehash.TreeAt(t.Context(), bytes.NewReader(make([]byte, there)), size, 2)
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("only %d bytes: %v", there, err)
		}
	}
	reason := errors.New("the user had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	if _, err := treehash.TreeAt(ctx, cycle{}, size, 2); !errors.Is(err, reason) {
		t.Errorf("cancelled: %v", err)
	}
}
