package pack

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
)

const (
	pointerMagic  = 0x184D2A5F // a skippable frame of Zstandard
	pointerFormat = "firn pack"
)

// pointer is the JSON of the pointer frame.
type pointer struct {
	Format  string      `json:"format"`
	Version int64       `json:"version"`
	ID      string      `json:"id"`
	Tail    pointerTail `json:"tail"`
	Index   place       `json:"index"`
	Changes place       `json:"changes"`
}

type pointerTail struct {
	Frame      int64 `json:"frame"`
	PackOffset int64 `json:"packOffset"`
	Offset     int64 `json:"offset"`
}

// place says where the content of the index or of the changes is in the tar stream.
type place struct {
	Offset int64  `json:"offset"`
	Size   int64  `json:"size"`
	Digest Digest `json:"digest"`
}

// frame returns the pointer frame.
func (p *pointer) frame() ([]byte, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("write the pointer: %w", err)
	}
	frame := make([]byte, 8, pointerSize)
	binary.LittleEndian.PutUint32(frame[0:], pointerMagic)
	binary.LittleEndian.PutUint32(frame[4:], pointerSize-8)
	frame = append(frame, text...)
	return append(frame, bytes.Repeat([]byte{' '}, pointerSize-len(frame))...), nil
}

// parsePointer parses the pointer frame. It checks the pointer alone, not whether it agrees
// with the pack.
func parsePointer(frame []byte) (*pointer, error) {
	if binary.LittleEndian.Uint32(frame[0:]) != pointerMagic ||
		binary.LittleEndian.Uint32(frame[4:]) != pointerSize-8 {
		return nil, invalid("there is no pointer frame before the seek table")
	}
	var p pointer
	if err := json.Unmarshal(frame[8:], &p); err != nil {
		return nil, invalid("the pointer is not JSON: %w", err)
	}
	if p.Format != pointerFormat {
		return nil, invalid("the pointer has the format %.100q; want %q", p.Format, pointerFormat)
	}
	if err := checkVersion(p.Version); err != nil {
		return nil, err
	}
	if !validID(p.ID) {
		return nil, invalid("the pointer has the id %.100q; want 32 lower-case hexadecimal digits", p.ID)
	}
	return &p, nil
}

func checkVersion(version int64) error {
	if version != Version {
		return invalid("%w: %d; this program reads version %d", ErrVersion, version, Version)
	}
	return nil
}

// check compares the pointer with the frames of the pack.
func (p *pointer) check(t *table) error {
	if p.Tail.Frame != t.data || p.Tail.Frame < 0 {
		return invalid("the tail begins at the frame %d of %d", p.Tail.Frame, len(t.ends))
	}
	if at := t.start(int(t.data)); p.Tail.PackOffset != at {
		return invalid("the tail begins at byte %d of the pack; by the seek table, at %d", p.Tail.PackOffset, at)
	}
	if p.Tail.Offset != t.dataEnd {
		return invalid("the tail begins at byte %d of the tar stream; by the seek table, at %d", p.Tail.Offset, t.dataEnd)
	}
	end := p.Tail.Offset
	for _, list := range []struct {
		name string
		place
	}{{indexName, p.Index}, {changesName, p.Changes}} {
		switch {
		case list.Size < 1 || list.Size > MaxIndexSize:
			return invalid("%s has %d bytes; the limit is %d", list.name, list.Size, MaxIndexSize)
		case list.Offset < end+blockSize || list.Offset > t.end || list.Size > t.end-list.Offset:
			return invalid("%s, %d bytes at %d, is not in its place in the tail", list.name, list.Size, list.Offset)
		case list.Digest.IsZero():
			return invalid("%s has no digest", list.name)
		}
		end = list.Offset + list.Size
	}
	return nil
}
