package pack_test

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	seekable "github.com/SaveTheRbtz/zstd-seekable-format-go/pkg"
	"github.com/klauspost/compress/zstd"

	"firn/pack"
)

// forgery makes packs that a Writer would not write. It shares no code with package pack.
type forgery struct {
	data, index, changes string // the tar stream of the data, and the lines
	frameSize            int
	frame                func(i int, content []byte) []byte // makes a frame; nil compresses
	pointer              func(p map[string]any)
	pointerFrame         func(frame []byte) []byte
	table                func(frame []byte) []byte
	pack                 func(data []byte) []byte
	zstd                 *zstd.Encoder
}

// forge returns a good pack: one file of 1,000 bytes.
func forge(t testing.TB) *forgery {
	t.Helper()
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		t.Fatal(err)
	}
	return &forgery{
		data:    string(member("f", strings.Repeat("x", 1000))),
		index:   firstIndexLine + goodEntry,
		changes: firstChangesLine,
		zstd:    encoder, frameSize: 2048,
	}
}

const (
	firstIndexLine   = `{"type":"pack","version":1,"id":"` + testID + `","created":"2026-11-30T12:00:00Z"}` + "\n"
	firstChangesLine = `{"type":"changes","version":1,"id":"` + testID + `"}` + "\n"
	anyDigest        = `"digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"`
	goodEntry        = `{"type":"reg","name":"f","size":1000,"offset":512,` + anyDigest + "}\n"
)

func member(name, content string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	header := &tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600}
	if err := w.WriteHeader(header); err != nil {
		panic(err)
	}
	_, _ = w.Write([]byte(content))
	_ = w.Flush()
	return b.Bytes()
}

// build assembles the pack.
func (f *forgery) build() []byte {
	tail, index, changes := f.tail()
	ready := &given{}
	table, err := seekable.NewEncoder(ready)
	if err != nil {
		panic(err)
	}
	var out []byte
	count, offset := 0, 0
	part := func(stream []byte) {
		for content := range slices.Chunk(stream, f.frameSize) {
			ready.frame = f.compress(count, content)
			frame, err := table.Encode(content)
			if err != nil {
				panic(err)
			}
			out = append(out, frame...)
			count++
		}
	}
	part([]byte(f.data))
	pointer := map[string]any{
		"format": "firn pack", "version": 1, "id": testID,
		"tail":    map[string]any{"frame": count, "packOffset": len(out), "offset": len(f.data)},
		"index":   map[string]any{"offset": len(f.data) + index, "size": len(f.index), "digest": digest(f.index).String()},
		"changes": map[string]any{"offset": len(f.data) + changes, "size": len(f.changes), "digest": digest(f.changes).String()},
	}
	part(tail)
	_ = offset
	if f.pointer != nil {
		f.pointer(pointer)
	}
	out = append(out, edit(f.pointerFrame, pointerFrame(pointer))...)
	seek, err := table.EndStream()
	if err != nil {
		panic(err)
	}
	return edit(f.pack, append(out, edit(f.table, seek)...))
}

// tail returns the tar stream of the tail, and where the contents of its members begin.
func (f *forgery) tail() (stream []byte, index, changes int) {
	stream = member(".firn/"+testID+"/index.jsonl", f.index)
	index, changes = 512, len(stream)+512
	stream = append(stream, member(".firn/"+testID+"/changes.jsonl", f.changes)...)
	return append(stream, make([]byte, 1024)...), index, changes
}

func (f *forgery) compress(i int, content []byte) []byte {
	if f.frame != nil {
		if frame := f.frame(i, content); frame != nil {
			return frame
		}
	}
	return f.zstd.EncodeAll(content, nil)
}

func pointerFrame(pointer map[string]any) []byte {
	text, err := json.Marshal(pointer)
	if err != nil {
		panic(err)
	}
	frame := binary.LittleEndian.AppendUint32(nil, 0x184D2A5F)
	frame = binary.LittleEndian.AppendUint32(frame, 1016)
	frame = append(frame, text...)
	return append(frame, bytes.Repeat([]byte{' '}, 1024-len(frame))...)
}

func edit(f func([]byte) []byte, b []byte) []byte {
	if f == nil {
		return b
	}
	return f(b)
}

type given struct{ frame []byte }

func (g *given) EncodeAll(_, _ []byte) []byte { return g.frame }

// setTable returns an edit of the seek table that sets a number of frame i: 0 is its
// compressed size, 1 its size, 2 its checksum.
func setTable(i, field int, value uint32) func([]byte) []byte {
	return func(frame []byte) []byte {
		binary.LittleEndian.PutUint32(frame[8+12*i+4*field:], value)
		return frame
	}
}

// setFooter returns an edit of the seek table that sets a byte, counted from its end.
func setFooter(fromEnd int, value byte) func([]byte) []byte {
	return func(frame []byte) []byte {
		frame[len(frame)-fromEnd] = value
		return frame
	}
}

// set returns an edit of the pointer.
func set(path string, value any) func(map[string]any) {
	return func(p map[string]any) {
		keys := strings.Split(path, ".")
		for _, key := range keys[:len(keys)-1] {
			inner, ok := p[key].(map[string]any)
			if !ok {
				panic(fmt.Sprintf("the pointer has no %s", key))
			}
			p = inner
		}
		p[keys[len(keys)-1]] = value
	}
}

func TestForgeryIsGood(t *testing.T) {
	data := forge(t).build()
	if err := readAll(t.Context(), bytes.NewReader(data), int64(len(data))); err != nil {
		t.Fatal(err)
	}
	if got := entries(t, data); len(got) != 1 || got[0].Name != "f" || got[0].Type != pack.TypeFile {
		t.Errorf("got %+v", got)
	}
}
