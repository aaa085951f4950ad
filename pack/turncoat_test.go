package pack_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"

	"firn/pack"
)

// A reader whose bytes change after the digest was compared gets no entry of the new bytes,
// even if they have the same checksum.
func TestIndexChangesWhileItIsRead(t *testing.T) {
	good, evil := colliding(t)
	if !bytes.Equal(good[len(good)-60:], evil[len(evil)-60:]) || len(good) != len(evil) {
		t.Fatal("the packs have other seek tables")
	}
	tail := readTail(t, good)
	all, err := collect(tail.Index(t.Context(), &turncoat{first: bytes.NewReader(good), second: bytes.NewReader(evil), at: tail.PackOffset}))
	if len(all) > 0 || !errors.Is(err, pack.ErrInvalid) {
		t.Errorf("got %+v, %v", all, err)
	}
}

// colliding returns two packs that differ in the name of one entry: the first frame of the
// tail has the same size and checksum in both.
func colliding(t *testing.T) (good, evil []byte) {
	t.Helper()
	f := forge(t)
	index := func(name int) string {
		return firstIndexLine + fmt.Sprintf(`{"type":"dir","name":"f%07d"}`, name) + "\n" + strings.Repeat(`{"type":"dir","name":"a"}`+"\n", 100)
	}
	f.index = index(0)
	tail, _, _ := f.tail()
	content := tail[:f.frameSize]
	digits := bytes.Index(content, []byte("f0000000")) + 1
	seen := map[uint32]int{}
	for i := range 1 << 20 {
		copy(content[digits:], fmt.Sprintf("%07d", i))
		sum := uint32(xxhash.Sum64(content))
		if other, ok := seen[sum]; ok {
			f.index = index(i)
			good = f.build()
			f.index = index(other)
			if evil = f.build(); len(good) == len(evil) {
				return good, evil
			}
		}
		seen[sum] = i
	}
	t.Fatal("no two contents have the same checksum")
	return nil, nil
}

// turncoat has other bytes from the second time on that it reads the frame at an offset.
type turncoat struct {
	first, second io.ReaderAt
	at            int64
	reads         int
}

func (r *turncoat) ReadAt(p []byte, offset int64) (int, error) {
	if offset == r.at {
		if r.reads++; r.reads > 1 {
			return r.second.ReadAt(p, offset)
		}
	}
	return r.first.ReadAt(p, offset)
}
