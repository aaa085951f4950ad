//go:build !race || torture

package pack_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"

	"firn/pack"
)

// A reader needs less than 128 MiB for the worst pack: the most frames, of the largest size.
func TestLongMemoryOfTheWorstPack(t *testing.T) {
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

// The memory of a Writer and of a reader does not depend on the number of entries.
func TestLongMemoryOfManyEntries(t *testing.T) {
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
