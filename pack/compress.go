package pack

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// poorShare says when a frame did not become smaller: it saved less than one part in
// poorShare, about 3 percent. The frames of the same file that follow are compressed at the
// fastest level.
const poorShare = 32

// compressor compresses whole frames, at two levels. It can be used by several goroutines.
type compressor struct {
	concurrency  int
	normal, fast *zstd.Encoder
}

// newCompressor takes a level of the zstd command (1 to 22) and the size of a frame.
func newCompressor(level, concurrency, size int) (*compressor, error) {
	chosen := zstd.EncoderLevelFromZstd(level)
	normal, err := newEncoder(chosen, concurrency, size)
	if err != nil {
		return nil, err
	}
	c := &compressor{concurrency: concurrency, normal: normal, fast: normal}
	if chosen != zstd.SpeedFastest {
		c.fast, err = newEncoder(zstd.SpeedFastest, concurrency, size)
	}
	return c, err
}

func newEncoder(level zstd.EncoderLevel, concurrency, size int) (*zstd.Encoder, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level),
		zstd.WithEncoderConcurrency(concurrency), zstd.WithWindowSize(size))
	if err != nil {
		return nil, fmt.Errorf("set up the compression: %w", err)
	}
	return encoder, nil
}

// encode appends a frame with its content size to dst.
func (c *compressor) encode(content, dst []byte, fast bool) []byte {
	if fast {
		return c.fast.EncodeAll(content, dst)
	}
	return c.normal.EncodeAll(content, dst)
}
