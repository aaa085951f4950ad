package pack

import (
	"encoding/binary"
	"slices"

	seekable "github.com/SaveTheRbtz/zstd-seekable-format-go/pkg"
)

// table says where the frames of a pack are. It takes 12 bytes of memory a frame; the table of
// the library takes 32.
type table struct {
	ends    []int64  // where each frame ends in the pack
	sums    []uint32 // the low half of the XXH64 of each frame's content
	size    int64    // bytes of the tar stream in each frame but the last of data and tail
	data    int64    // how many data frames there are
	dataEnd int64    // where the tail begins in the tar stream
	end     int64    // where the tar stream ends
}

// tableSize returns the bytes of the seek table, given the footer.
func tableSize(footer []byte) (int64, error) {
	n := int64(binary.LittleEndian.Uint32(footer))
	switch {
	case binary.LittleEndian.Uint32(footer[5:]) != 0x8F92EAB1:
		return 0, invalid("it does not end with a seek table")
	case footer[4] != 1<<7:
		return 0, invalid("the seek table has the descriptor %#x; want checksums", footer[4])
	case n == 0 || n > MaxFrames:
		return 0, invalid("the seek table has %d frames; the limit is %d", n, MaxFrames)
	}
	return tableBase + tableEntry*n, nil
}

// newTable parses a seek table. The first data of its frames are those with data.
func newTable(seek []byte, data int64) (*table, error) {
	n := int64(len(seek)-tableBase) / tableEntry
	if data < 0 || data >= n {
		return nil, invalid("the tail begins at the frame %d of %d", data, n)
	}
	if size := binary.LittleEndian.Uint32(seek[4:]); int(size) != len(seek)-8 {
		return nil, invalid("the seek table says that it has %d bytes instead of %d", size, len(seek)-8)
	}
	t := &table{ends: make([]int64, 0, n), sums: make([]uint32, 0, n), data: data}
	entries, footer := seek[8:len(seek)-footerSize], seek[len(seek)-footerSize:]
	var last [2]int64 // the sizes of the last frame of the data and of the tail
	for block := range slices.Chunk(entries, tableBlock*tableEntry) {
		if err := t.add(block, seek[:4], footer, &last); err != nil {
			return nil, err
		}
	}
	if largest := max(last[0], last[1]); t.size == 0 {
		t.size = largest
	} else if largest > t.size {
		return nil, invalid("a frame has %d bytes; others have %d", largest, t.size)
	}
	t.dataEnd = max(data-1, 0)*t.size + last[0]
	t.end = t.dataEnd + (n-1-data)*t.size + last[1]
	return t, nil
}

// tableBlock is how many frames are parsed at once. The library needs 32 bytes of memory for
// each.
const tableBlock = 1 << 14

// add parses some entries of the seek table, as a seek table of their own.
func (t *table) add(entries, magic, footer []byte, last *[2]int64) error {
	block := slices.Concat(magic, binary.LittleEndian.AppendUint32(nil, uint32(len(entries)+footerSize)), entries, footer)
	binary.LittleEndian.PutUint32(block[len(block)-footerSize:], uint32(len(entries)/tableEntry))
	parsed, err := seekable.NewSeekTable(block)
	if err != nil {
		return invalid("the seek table: %w", err)
	}
	for i := range parsed.NumFrames() {
		f, _ := parsed.EntryByID(i)
		if err := t.addFrame(f, last); err != nil {
			return err
		}
	}
	return nil
}

// addFrame checks a frame. Frames have the same size, except the last of the data and of the
// tail, which may be smaller.
func (t *table) addFrame(f seekable.FrameOffsetEntry, last *[2]int64) error {
	i := len(t.ends)
	size, compressed := int64(f.DecompressedSize), int64(f.CompressedSize)
	if size < 1 || size > MaxFrameSize || compressed < 1 || compressed > maxCompressed(size) {
		return invalid("the frame %d has %d bytes, compressed %d; the limit is %d", i, size, compressed, MaxFrameSize)
	}
	switch {
	case int64(i) == t.data-1:
		last[0] = size
	case i == cap(t.ends)-1:
		last[1] = size
	case t.size == 0:
		t.size = size
	case t.size != size:
		return invalid("the frame %d has %d bytes; others have %d", i, size, t.size)
	}
	t.sums = append(t.sums, f.Checksum)
	t.ends = append(t.ends, t.start(i)+compressed)
	return nil
}

// maxCompressed returns the bytes of a frame that cannot be compressed.
func maxCompressed(size int64) int64 { return size + size/128 + 64 }

// start returns where a frame begins in the pack.
func (t *table) start(i int) int64 {
	if i == 0 {
		return 0
	}
	return t.ends[i-1]
}

// find returns the frame that holds a byte of the tar stream.
func (t *table) find(offset int64) int {
	if offset < t.dataEnd {
		return int(offset / t.size)
	}
	return int(t.data + (offset-t.dataEnd)/t.size)
}

// content returns which range of the tar stream a frame holds.
func (t *table) content(i int) Range {
	offset, end := int64(i)*t.size, t.dataEnd
	if int64(i) >= t.data {
		offset, end = t.dataEnd+(int64(i)-t.data)*t.size, t.end
	}
	return Range{Offset: offset, Size: min(t.size, end-offset)}
}
