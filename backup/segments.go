package backup

import (
	"context"
	"crypto/sha256"
	"io"

	"firn/pack"
	"firn/record"
)

// wantsSegments reports whether a file is stored as segments: if an earlier version of it is on
// record, of which it may have most segments, or if neither the spool nor the vault has room for
// it as one archive.
func (w *writer) wantsSegments(ctx context.Context, j *job) (bool, error) {
	size := j.entry.Size
	if size < pack.LargeFile {
		return false, nil
	}
	if j.was != nil && j.was.Kind == record.Regular && j.was.Content != 0 && j.was.Size >= pack.LargeFile && !w.lost.has(j.was.Content) {
		return true, nil
	}
	fits, err := w.hasRoom(ctx, size)
	return !fits, err
}

// storeSegments stores those segments of a large file that the vault does not have.
func (w *writer) storeSegments(ctx context.Context, j *job, file *holed) (*content, error) {
	whole := sha256.New()
	from := file.reader()
	var segments []record.Segmented
	var chunks []segmentIn
	if w.buffer == nil {
		w.buffer = make([]byte, pack.SegmentSize)
	}
	for at := int64(0); at < file.size; at += pack.SegmentSize {
		p := w.buffer[:min(pack.SegmentSize, file.size-at)]
		if n, err := io.ReadFull(from, p); err != nil {
			return nil, fileErrorOf(ctx, j, shortOr(err), at+int64(n), file.size)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		w.addRead(int64(len(p)))
		whole.Write(p)
		part := segmentIn{Entry: pack.Entry{Type: pack.TypeChunk, Name: j.path, ChunkOffset: at, ChunkSize: int64(len(p))}}
		segment := record.Segmented{Offset: at, Size: int64(len(p))}
		if part.Zeros = file.isHole(at, int64(len(p))); !part.Zeros {
			if err := w.storeSegment(ctx, p, &part, &segment); err != nil {
				return nil, err
			}
		}
		segments, chunks = append(segments, segment), append(chunks, part)
	}
	if err := w.readEnds(j, file); err != nil {
		return nil, err
	}
	digest := record.Digest(whole.Sum(nil))
	if found, isKnown, err := w.known(ctx, j, digest); err != nil || isKnown {
		return found, err
	}
	c := &content{Content: &record.Content{Digest: digest, Size: file.size, Segments: segments}}
	w.filter.add(c.Digest[:8])
	return c, w.list(ctx, j, c, chunks)
}

// segmentIn is the chunk of a segment, and the pack that got it, or nil.
type segmentIn struct {
	pack.Entry
	in *packFile
}

// storeSegment stores a segment, unless the vault has it.
func (w *writer) storeSegment(ctx context.Context, p []byte, chunk *segmentIn, segment *record.Segmented) error {
	digest := record.Digest(sha256.Sum256(p))
	chunk.ChunkDigest = pack.Digest(digest)
	c, err := w.find(ctx, digest, int64(len(p)))
	if err != nil {
		return err
	}
	if c != nil && c.key != 0 && c.Pack != 0 {
		segment.Part = c.key
		w.report.Reused += c.Size
		return nil
	}
	if err := w.need(ctx, int64(len(p))); err != nil {
		return err
	}
	w.pack.isUsed = true
	chunk.in = w.pack
	if chunk.Offset, err = w.pack.AddSegment(ctx, chunk.ChunkDigest, p); err != nil {
		return w.lineError(err)
	}
	added := &record.Content{Digest: digest, Size: int64(len(p)), Pack: w.pack.saved.Key, Offset: chunk.Offset}
	if err := w.book.AddContents(ctx, added); err != nil {
		return err
	}
	segment.Part = added.Key
	w.filter.add(digest[:8])
	w.countStored(added.Size)
	return nil
}

// list adds a file whose content is in segments to the index, and its chunks.
func (w *writer) list(ctx context.Context, j *job, c *content, chunks []segmentIn) error {
	if err := w.need(ctx, 0); err != nil {
		return err
	}
	w.pack.isUsed = true
	e := entryOf(&j.file, j.path)
	e.Digest = pack.Digest(c.Digest)
	if err := w.pack.List(e); err != nil {
		return w.lineError(err)
	}
	for _, chunk := range chunks {
		if chunk.in != w.pack { // the segment is in another pack
			chunk.Offset = 0
		}
		if err := w.pack.List(chunk.Entry); err != nil {
			return w.lineError(err)
		}
	}
	return nil
}

// shortOr returns an error of io.ReadFull: nil if the file ended before its size.
func shortOr(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF { //nolint:errorlint // io.ReadFull returns these as they are
		return nil
	}
	return err
}
