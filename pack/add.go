package pack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// piece is how much of a content is read, hashed and copied while it is in the cache.
const piece = 128 << 10

// Add adds a file to the tar stream and to the index. Directories come before their content.
// For a TypeFile, Add reads Size bytes of content, and sets Digest and Offset in the entry
// that it returns. The holes of a file are ranges of its content that are zero bytes, in
// their order; a restore makes holes there.
//
// The other types have no content, with one exception: a TypeHardlink whose target is not in
// this pack may have a content of Size bytes. Then the tar stream has a file of its own, for
// programs other than firn. The target of another TypeHardlink must be in this pack.
//
// A content of at most [BufferedFile] bytes is read before anything is written. If its size
// is not Size, the error wraps [ErrChanged]. Add cuts a larger content at Size. If it ends
// before, or if it cannot be read, Add returns an entry of TypeBroken, with an error that
// wraps [ErrShort] or the error of the reader. After all of these, the Writer can go on.
//
// Times that RFC 3339 cannot express become the nearest that it can.
func (w *Writer) Add(ctx context.Context, e Entry, content io.Reader, holes ...Range) (Entry, error) {
	if err := w.begin(ctx); err != nil {
		return e, err
	}
	m, err := w.check(e, content, holes)
	if err != nil {
		return e, err
	}
	err = m.write(ctx)
	if !m.written {
		return e, err
	}
	if listed := w.list(m); listed != nil {
		return e, w.fail(listed)
	}
	return m.entry, err
}

// AddContent is Add for a TypeFile whose content is in memory, and whose Digest is known because
// it decides whether the vault already has the content. AddContent does not compute it again.
func (w *Writer) AddContent(ctx context.Context, e Entry, content []byte, holes ...Range) (Entry, error) {
	if err := w.begin(ctx); err != nil {
		return e, err
	}
	if e.Type != TypeFile || e.Size != int64(len(content)) || e.Size > BufferedFile {
		return e, fmt.Errorf("%q has the type %q and %d bytes; its content has %d bytes in memory", e.Name, e.Type, e.Size, len(content))
	}
	m, err := w.check(e, bytes.NewReader(nil), holes)
	if err != nil {
		return e, err
	}
	if err := m.writeKnown(e.Digest, content); err != nil {
		return e, err
	}
	if err := w.list(m); err != nil {
		return e, w.fail(err)
	}
	return m.entry, nil
}

// Segments returns the digests of the segments of the file that Add has added last: of each
// [SegmentSize] bytes. A file below [LargeFile] has none.
func (w *Writer) Segments() []Digest { return w.member.segments }

// AddSegment adds a segment of a large file to the tar stream, as a member of its own, and
// returns its offset there, for the chunk of the file ([Writer.List]). The content has at most
// [SegmentSize] bytes. Its digest is known, because it decides whether the vault already has
// the segment; AddSegment does not compute it again.
func (w *Writer) AddSegment(ctx context.Context, digest Digest, content []byte) (offset int64, err error) {
	if err := w.begin(ctx); err != nil {
		return 0, err
	}
	if len(content) == 0 || len(content) > SegmentSize {
		return 0, fmt.Errorf("a segment has %d bytes; the limit is %d", len(content), SegmentSize)
	}
	if err := w.room(SegmentSize); err != nil {
		return 0, err
	}
	header := formatHeader(segmentsDir+digest.String()[len(digestPrefix):], int64(len(content)), w.created)
	if err := w.header(header); err != nil {
		return 0, err
	}
	offset = w.frames.offset
	for len(content) > 0 {
		if err := ctx.Err(); err != nil {
			return 0, w.fail(err)
		}
		n := min(len(content), defaultFrameSize)
		if _, err := w.tar.Write(content[:n]); err != nil {
			return 0, w.fail(err)
		}
		content = content[n:]
	}
	return offset, nil
}

func (w *Writer) begin(ctx context.Context) error {
	if err := w.ok(); err != nil {
		return err
	}
	return ctx.Err()
}

// room reports an error if a content of size bytes would be too much for the pack. The tail
// needs frames, too.
func (w *Writer) room(size int64) error {
	size += w.frames.offset + w.index.spool.size + w.changes.spool.size
	if size/int64(w.frames.size)+64 > MaxFrames {
		return fmt.Errorf("%w: it cannot have more than %d frames of %d bytes", ErrFull, MaxFrames, w.frames.size)
	}
	return nil
}

// list adds the lines of a member to the index.
func (w *Writer) list(m *member) error {
	if err := w.add(&w.index, &m.entry); err != nil {
		return err
	}
	if m.entry.Type != TypeFile {
		return nil
	}
	for chunk := range m.chunks() {
		if err := w.add(&w.index, &chunk); err != nil {
			return err
		}
	}
	return nil
}

// fill reads len(p) bytes. It returns ErrShort if there are less.
func fill(r io.Reader, p []byte) (int, error) {
	n, err := io.ReadFull(r, p)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = ErrShort
	}
	return n, err
}
