package pack

import (
	"fmt"
	"io"
	"sync"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/zstd"
)

// Stream reads the tar stream of a pack. It keeps the frame that it has decoded last. It can
// be used by several goroutines, but decodes one frame at a time: for more, open more.
type Stream struct {
	r       io.ReaderAt
	table   *table
	mu      sync.Mutex
	decoder *zstd.Decoder
	failed  error

	compressed, content []byte
	frame               int // the number of the frame in content, or -1
}

// Open returns a reader of the tar stream. r is the plain pack; a Stream reads only the frames
// that it needs ([Tail.Span]). A content that was read is as it was written if its digest is
// that of its entry; the checksums of the frames find accidents only.
func (t *Tail) Open(r io.ReaderAt) *Stream {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(MaxFrameSize), zstd.WithDecoderMaxWindow(MaxFrameSize),
		zstd.WithDecodeAllCapLimit(true), zstd.IgnoreChecksum(true))
	return &Stream{r: r, table: t.table, decoder: decoder, failed: err, frame: -1}
}

// ReadAt reads bytes of the tar stream at an offset, as io.ReaderAt describes.
func (s *Stream) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, fmt.Errorf("read the tar stream of a pack at %d: the offset is negative", offset)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for n < len(p) {
		if offset >= s.table.end {
			return n, io.EOF
		}
		i := s.table.find(offset)
		content, err := s.load(i)
		if err != nil {
			return n, err
		}
		m := copy(p[n:], content[offset-s.table.content(i).Offset:])
		n += m
		offset += int64(m)
	}
	return n, nil
}

// load returns the content of a frame. It is valid until the next call.
func (s *Stream) load(i int) ([]byte, error) {
	if s.frame == i {
		return s.content, nil
	}
	s.frame = -1
	if err := s.read(i, s.table.ends[i]-s.table.start(i)); err != nil {
		return nil, err
	}
	size := s.table.content(i).Size
	if err := checkFrame(i, s.compressed, size); err != nil {
		return nil, err
	}
	if int64(cap(s.content)) < size {
		s.content = make([]byte, 0, s.table.size)
	}
	content, err := s.decoder.DecodeAll(s.compressed, s.content[:0:size])
	switch {
	case err != nil:
		return nil, invalid("decode the frame %d: %w", i, err)
	case int64(len(content)) != size:
		return nil, invalid("the frame %d has %d bytes; the seek table says %d", i, len(content), size)
	case uint32(xxhash.Sum64(content)) != s.table.sums[i]:
		return nil, invalid("the checksum of the frame %d differs from the seek table", i)
	}
	s.frame, s.content = i, content
	return content, nil
}

// read reads the first n bytes of a frame.
func (s *Stream) read(i int, n int64) error {
	if s.failed != nil {
		return s.failed
	}
	if int64(cap(s.compressed)) < n {
		s.compressed = make([]byte, n)
	}
	s.compressed = s.compressed[:n]
	if err := readAt(s.r, s.compressed, s.table.start(i)); err != nil {
		return fmt.Errorf("read the frame %d of the pack: %w", i, err)
	}
	return nil
}

// check reads and checks the header of a frame.
func (s *Stream) check(i int) error {
	if err := s.read(i, min(s.table.ends[i]-s.table.start(i), zstd.HeaderMaxSize)); err != nil {
		return err
	}
	return checkFrame(i, s.compressed, s.table.content(i).Size)
}

// checkFrame checks the header of a frame against the limits, before it is decoded.
func checkFrame(i int, frame []byte, size int64) error {
	var h zstd.Header
	if err := h.Decode(frame); err != nil {
		return invalid("the header of the frame %d: %w", i, err)
	}
	switch {
	case h.Skippable || h.DictionaryID != 0:
		return invalid("the frame %d is skippable or needs a dictionary", i)
	case !h.HasFCS || h.FrameContentSize != uint64(size):
		return invalid("the frame %d declares %d bytes; the seek table says %d", i, h.FrameContentSize, size)
	case !h.SingleSegment && h.WindowSize > MaxFrameSize:
		return invalid("the frame %d needs a window of %d bytes; the limit is %d", i, h.WindowSize, MaxFrameSize)
	}
	return nil
}
