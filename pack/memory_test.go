package pack_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"

	"firn/pack"
)

const maxMemory = 128 << 20

// A reader needs less than 128 MiB for the worst pack: the most frames, of the largest size.
func TestMemoryOfTheWorstPack(t *testing.T) {
	f := forge(t)
	owner := strings.Repeat("u", pack.MaxLine-100)
	f.index = firstIndexLine + strings.Repeat(`{"type":"dir","name":"f","userName":"`+owner+"\"}\n", 40)
	data := worstPack(f)
	f.index = ""
	r, size := bytes.NewReader(data), int64(len(data))
	count := 0
	peak := peakMemory(func() {
		tail, err := pack.ReadTail(t.Context(), r, size)
		if err != nil {
			t.Error(err)
			return
		}
		for _, err := range tail.Index(t.Context(), r) {
			if err != nil {
				t.Error(err)
			}
			count++
		}
	})
	if count != 40 || peak > maxMemory {
		t.Errorf("a reader of %d entries needs %d MiB", count, peak>>20)
	}
}

// worstPack makes a pack whose data frames are all of the largest size, by the seek table: one
// byte each in the pack. Nobody reads them.
func worstPack(f *forgery) []byte {
	tail, index, changes := f.tail()
	frames := slices.Collect(slices.Chunk(tail, pack.MaxFrameSize))
	data := pack.MaxFrames - len(frames)
	out := make([]byte, data)
	var table []byte
	entry := func(compressed, size int, sum uint32) {
		for _, v := range []uint32{uint32(compressed), uint32(size), sum} {
			table = binary.LittleEndian.AppendUint32(table, v)
		}
	}
	for range data {
		entry(1, pack.MaxFrameSize, 0)
	}
	for _, content := range frames {
		frame := f.zstd.EncodeAll(content, nil)
		out = append(out, frame...)
		entry(len(frame), len(content), uint32(xxhash.Sum64(content)))
	}
	at := data * pack.MaxFrameSize
	out = append(out, pointerFrame(map[string]any{
		"format": "firn pack", "version": 1, "id": testID,
		"tail":    map[string]any{"frame": data, "packOffset": data, "offset": at},
		"index":   map[string]any{"offset": at + index, "size": len(f.index), "digest": digest(f.index).String()},
		"changes": map[string]any{"offset": at + changes, "size": len(f.changes), "digest": digest(f.changes).String()},
	})...)
	out = binary.LittleEndian.AppendUint32(out, 0x184D2A5E)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(table)+9))
	out = append(out, table...)
	out = binary.LittleEndian.AppendUint32(out, pack.MaxFrames)
	out = append(out, 1<<7)
	return binary.LittleEndian.AppendUint32(out, 0x8F92EAB1)
}

// peakMemory returns how many bytes of heap the function needs at most, as samples show.
func peakMemory(f func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	used := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	before, peak := used(), uint64(0)
	tick := time.NewTicker(100 * time.Microsecond)
	defer tick.Stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	for {
		select {
		case <-done:
			return max(peak, used(), before) - before
		case <-tick.C:
			peak = max(peak, used())
		}
	}
}

// The memory of a Writer and of a reader does not depend on the number of entries.
func TestMemoryOfManyEntries(t *testing.T) {
	const n = 100_000
	o := pack.WriterOptions{ID: testID, Created: testTime, TempDir: t.TempDir(), Concurrency: 2}
	var out bytes.Buffer
	out.Grow(64 << 20)
	peak := peakMemory(func() {
		w := begin(t, &out, o)
		for i := range n {
			e := pack.Entry{Type: pack.TypeFile, Size: 1, Digest: digest(fmt.Sprint(i)), Name: fmt.Sprintf("home/user/directory%d/file%d", i/100, i)}
			e.ModTime, e.ChangeTime, e.Inode = testTime.Add(1e9+7*1e6), testTime, uint64(i)
			if err := w.Change(e); err != nil {
				t.Error(err)
				return
			}
		}
		if _, err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	if peak > 40<<20 {
		t.Errorf("a Writer of %d entries needs %d MiB", n, peak>>20)
	}
	data := out.Bytes()
	tail := readTail(t, data)
	t.Logf("an entry takes %d bytes of lines, %d of the pack; the Writer took %d MiB", tail.ChangesSize/n, len(data)/n, peak>>20)
	peak = peakMemory(func() {
		if err := readAll(t.Context(), bytes.NewReader(data), int64(len(data))); err != nil {
			t.Error(err)
		}
	})
	if peak > 32<<20 {
		t.Errorf("a reader needs %d MiB", peak>>20)
	}
}

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
