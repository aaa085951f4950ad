package download

import (
	"bytes"
	"context"
	"errors"
	"io"

	"firn/depot"
	"firn/internal/disk"
	"firn/record"
)

// The mark shows that an unfinished file is ours. It is a line behind the wanted bytes, and the
// record contains it, too. The name of the file and its inode do not show that: a user may give
// the name to another file, or write the bytes of another download into this one. The mark is
// flushed before the first byte is written, and removed when the last byte is on the disk, so a
// file with a mark is not finished.

func markText(mark string) []byte { return []byte("\nfirn: unfinished download " + mark + "\n") }

// mark writes the mark behind the wanted bytes, which gives the file its full size.
func (p *partFile) mark(mark string) error {
	if err := p.file.Chmod(0o600); err != nil {
		return p.failure(err)
	}
	if _, err := p.file.WriteAt(markText(mark), p.want.Size); err != nil {
		return p.failure(err)
	}
	if err := p.file.Truncate(p.want.Size + int64(len(markText(mark)))); err != nil {
		return p.failure(err)
	}
	if err := p.file.Sync(); err != nil {
		return p.failure(err)
	}
	return nil
}

// hasMark reports whether a file of size bytes ends with the mark.
func (p *partFile) hasMark(size int64, mark string) (bool, error) {
	text := markText(mark)
	at := size - int64(len(text))
	if mark == "" || at < 0 {
		return false, nil
	}
	end := make([]byte, len(text))
	if _, err := p.file.ReadAt(end, at); err != nil {
		return false, p.failure(err)
	}
	return bytes.Equal(end, text), nil
}

// isOurs reports whether the last run of this download left the file. If this run continues
// that one, isOurs also adopts its verified segments.
func (f *fileDownload) isOurs(ctx context.Context, last record.Download, continues bool) (bool, error) {
	info, err := f.part.file.Stat()
	if err != nil || last.State != record.Receiving {
		return false, err
	}
	mine := disk.CheckOwner(info) == nil // a file without a mark may belong to another user
	ours, err := f.part.hasMark(info.Size(), last.Mark)
	if err != nil {
		return false, err
	}
	ours = ours || mine && info.Size() == 0 // that run ended before it left its mark
	if !continues {
		return ours, nil
	}
	f.state = last
	if err := f.adoptSegments(ctx); err != nil || ours {
		return ours, err
	}
	if !mine {
		return false, nil
	}
	switch info.Size() {
	case f.want.Size:
		if len(f.missing()) == 0 {
			return true, nil // the mark was removed, and the file not yet named
		}
	case f.want.Size + int64(len(markText(depot.NewToken()))): // the mark is there, and not yet on record
	default:
		return false, nil
	}
	if last.Mark != "" || len(f.have) > 0 {
		return last.Mark == "", nil // an older firn, which wrote no mark, began it
	}
	return f.part.isBlank(ctx)
}

// isBlank reports whether the file contains only zeros.
func (p *partFile) isBlank(ctx context.Context) (bool, error) {
	buffer := make([]byte, 1<<20)
	for offset := int64(0); ctx.Err() == nil; offset += int64(len(buffer)) {
		n, err := p.file.ReadAt(buffer, offset)
		switch {
		case len(bytes.TrimLeft(buffer[:n], "\x00")) > 0:
			return false, nil
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return false, p.failure(err)
		}
	}
	return false, context.Cause(ctx)
}
