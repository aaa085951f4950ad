// Package pack writes and reads packs: archives that hold many files and end with their
// index. docs/pack-format.md is the specification of the format.
//
// A [Writer] writes a pack from its beginning to its end. [ReadTail] reads the end of a pack:
// its index, and the places of its frames. With the tail, a reader knows which bytes of the
// pack hold a file ([Tail.Span]), and reads only these ([Tail.Open]).
//
// The package reads and writes plain packs. Encryption is a layer outside of it: an io.Writer
// below the Writer, and an io.ReaderAt below the reader.
//
// Packs may come from an enemy. A reader checks each size against the limits of the format
// before it allocates memory, and needs less than 128 MiB for any pack. Errors about the
// content of a pack wrap [ErrInvalid].
package pack

import (
	"errors"
	"fmt"
)

// Version is the version of the format that this package writes and reads.
const Version = 1

// The limits of the format. A Writer keeps them, and a reader refuses what exceeds them.
const (
	MaxFrameSize = 32 << 20       // the content of a frame, and its window: bytes
	MaxFrames    = 2_097_152      // frames of a pack
	MaxIndexSize = int64(8 << 30) // the index, and the changes: bytes each
	MaxLine      = 1 << 20        // a line of them: bytes, with the \n
	MaxName      = 32 << 10       // a name or the target of a link: bytes
	MaxXattrs    = 256 << 10      // the extended attributes of an entry: bytes of names and values
	MaxFiles     = 1 << 24        // entries of a pack that are not chunks
)

// The sizes that decide how the content of a file is stored.
const (
	// SegmentSize is the size of the segments of a large file, in bytes.
	SegmentSize = 64 << 20
	// LargeFile is the size in bytes from which a file has segments.
	LargeFile = 1 << 30
	// BufferedFile is the largest content in bytes that [Writer.Add] reads before it writes
	// any of it.
	BufferedFile = 8 << 20
)

// The sizes of the parts of a pack that follow the frames.
const (
	pointerSize = 1024
	footerSize  = 9
	tableBase   = 8 + footerSize // bytes of a seek table without frames
	tableEntry  = 12             // bytes of a frame in a seek table
)

var (
	// ErrInvalid means that the bytes are not those of a pack, or that they are damaged.
	ErrInvalid = errors.New("invalid pack")
	// ErrVersion means that a newer version of the format is needed to read the pack. Such an
	// error wraps ErrInvalid, too.
	ErrVersion = errors.New("unknown version of the pack format")
	// ErrChanged means that a file of at most [BufferedFile] bytes has another size than its
	// entry. The Writer has written nothing of it.
	ErrChanged = errors.New("the file changed its size while it was read")
	// ErrShort means that a larger file ended before its size. The Writer has filled its
	// member with zero bytes and listed it as [TypeBroken].
	ErrShort = errors.New("the file became shorter while it was read")
	// ErrFull means that the pack has as many frames, files or lines as the format allows. The
	// Writer can still be closed.
	ErrFull = errors.New("the pack is full")
)

// invalid returns an error that wraps ErrInvalid.
func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrInvalid, fmt.Errorf(format, args...))
}
