package pack

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Tail is the end of a pack: it says where the index, the changes and the frames are. It can
// be used by several goroutines.
type Tail struct {
	// ID is the id of the pack.
	ID string
	// PackSize is the size of the plain pack in bytes. The tail begins at byte PackOffset of
	// the pack, and needs all bytes from there.
	PackSize, PackOffset int64
	// DataSize is the size of the tar stream in bytes, without the tail.
	DataSize int64
	// IndexDigest and ChangesDigest are the digests of the index and of the changes.
	// IndexSize and ChangesSize are their bytes.
	IndexDigest, ChangesDigest Digest
	IndexSize, ChangesSize     int64

	index, changes place
	table          *table
}

// NeedError is the error of the reader that [Last] returns: a larger part of the pack is
// needed, its last Bytes bytes.
type NeedError struct{ Bytes int64 }

func (e *NeedError) Error() string {
	return fmt.Sprintf("the last %d bytes of the pack are needed", e.Bytes)
}

// Last returns a reader of a pack of size bytes of which only the last ones are there. If
// others are read, the error is a *[NeedError].
func Last(last []byte, size int64) io.ReaderAt { return &lastBytes{last, size} }

type lastBytes struct {
	last []byte
	size int64
}

func (l *lastBytes) ReadAt(p []byte, offset int64) (int, error) {
	at := offset - (l.size - int64(len(l.last)))
	if at < 0 {
		return 0, &NeedError{Bytes: l.size - offset}
	}
	if at > int64(len(l.last)) {
		return 0, io.EOF
	}
	n := copy(p, l.last[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// ReadTail reads the seek table and the pointer at the end of a plain pack of size bytes, and
// compares them. If r has only the last bytes of the pack ([Last]), and more are needed for
// the tail, the error wraps a *[NeedError]; the last 4 MiB are usually enough.
//
// Nothing protects a plain pack. If IndexDigest is known from elsewhere, compare it.
func ReadTail(ctx context.Context, r io.ReaderAt, size int64) (*Tail, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if size < tableBase+tableEntry+pointerSize {
		return nil, invalid("it has %d bytes", size)
	}
	var footer [footerSize]byte
	if err := readAt(r, footer[:], size-footerSize); err != nil {
		return nil, fmt.Errorf("read the end of the pack: %w", err)
	}
	n, err := tableSize(footer[:])
	if err != nil {
		return nil, err
	}
	n += pointerSize
	if n > size {
		return nil, invalid("the seek table has %d bytes, the pack %d", n-pointerSize, size)
	}
	end := make([]byte, n)
	if err := readAt(r, end, size-n); err != nil {
		return nil, fmt.Errorf("read the seek table of the pack: %w", err)
	}
	t, err := ParseTail(end, size)
	if err != nil {
		return nil, err
	}
	return t, t.Open(r).check(int(t.table.data))
}

// ParseTail is [ReadTail] of the pointer and the seek table alone, which are the end of a plain
// pack of size bytes. It says where the frames are, and reads none.
func ParseTail(end []byte, size int64) (*Tail, error) {
	if len(end) < tableBase+tableEntry+pointerSize || int64(len(end)) > size {
		return nil, invalid("its end has %d bytes, the pack %d", len(end), size)
	}
	n, err := tableSize(end[len(end)-footerSize:])
	if err != nil {
		return nil, err
	}
	if n += pointerSize; n != int64(len(end)) {
		return nil, invalid("its end has %d bytes instead of %d", len(end), n)
	}
	p, err := parsePointer(end[:pointerSize])
	if err != nil {
		return nil, err
	}
	return newTail(p, end[pointerSize:], size)
}

// newTail makes a tail and checks that its parts agree.
func newTail(p *pointer, seek []byte, size int64) (*Tail, error) {
	t, err := newTable(seek, p.Tail.Frame)
	if err != nil {
		return nil, err
	}
	if end, want := t.ends[len(t.ends)-1], size-int64(len(seek))-pointerSize; end != want {
		return nil, invalid("by the seek table, the frames end at byte %d; the pointer is at %d", end, want)
	}
	if err := p.check(t); err != nil {
		return nil, err
	}
	return &Tail{
		ID: p.ID, PackSize: size, PackOffset: p.Tail.PackOffset, DataSize: t.dataEnd,
		IndexDigest: p.Index.Digest, ChangesDigest: p.Changes.Digest,
		IndexSize: p.Index.Size, ChangesSize: p.Changes.Size,
		index: p.Index, changes: p.Changes, table: t,
	}, nil
}

// readAt reads len(p) bytes.
func readAt(r io.ReaderAt, p []byte, offset int64) error {
	n, err := r.ReadAt(p, offset)
	switch {
	case n == len(p):
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	}
	return err
}
