package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"firn/internal/walk"
	"firn/pack"
	"firn/record"
)

// holed is a file with holes, which are not read.
type holed struct {
	file  *os.File
	size  int64
	holes []record.Extent
}

// reader reads the file from its begin.
func (h *holed) reader() *holedReader { return &holedReader{holed: h, holes: h.holes} }

// isHole reports whether a range lies in a hole.
func (h *holed) isHole(offset, size int64) bool {
	for _, hole := range h.holes {
		if hole.Offset <= offset && offset+size <= hole.Offset+hole.Size {
			return true
		}
	}
	return false
}

type holedReader struct {
	*holed
	at    int64
	holes []record.Extent // that are not passed
}

// Read implements io.Reader. What it returns of a hole is zero bytes, whatever is written there
// meanwhile, so that the digest is that of the file with its holes.
func (r *holedReader) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	end := r.size
	for len(r.holes) > 0 && r.holes[0].Offset+r.holes[0].Size <= r.at {
		r.holes = r.holes[1:]
	}
	inHole := false
	if len(r.holes) > 0 {
		if inHole = r.holes[0].Offset <= r.at; inHole {
			end = r.holes[0].Offset + r.holes[0].Size
		} else {
			end = r.holes[0].Offset
		}
	}
	p = p[:min(int64(len(p)), end-r.at)]
	n, err := len(p), error(nil)
	if inHole {
		clear(p)
	} else {
		n, err = r.file.ReadAt(p, r.at)
	}
	r.at += int64(n)
	return n, err
}

// copyUntil copies until the end of r or of ctx.
func copyUntil(ctx context.Context, w io.Writer, r io.Reader) (n int64, err error) {
	for err == nil && ctx.Err() == nil {
		var some int64
		some, err = io.CopyN(w, r, 1<<20)
		n += some
	}
	switch {
	case ctx.Err() != nil:
		return n, context.Cause(ctx)
	case errors.Is(err, io.EOF):
		return n, nil
	}
	return n, err
}

// fileErrorOf returns the error of reading n of size bytes.
func fileErrorOf(ctx context.Context, j *job, err error, n, size int64) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err == nil:
		err = pack.ErrShort
	}
	return &fileError{fmt.Errorf("read %q at %d of %d bytes: %w", j.path, n, size, err)}
}

// isZero reports whether all bytes are zero: whoever writes into a hole after it was read must not
// make a content whose digest is another one.
func isZero(p []byte) bool {
	for len(p) > 0 {
		n := min(len(p), len(zeros))
		if !bytes.Equal(p[:n], zeros[:n]) {
			return false
		}
		p = p[n:]
	}
	return true
}

var zeros [64 << 10]byte

// holesOf returns the holes of a file.
func holesOf(file *os.File, size int64) (holes []record.Extent, err error) {
	if size < sparseFile {
		return nil, nil
	}
	for hole, err := range walk.Holes(file, size) {
		if err != nil {
			return nil, fmt.Errorf("find the holes of %q: %w", file.Name(), err)
		}
		if holes = append(holes, record.Extent(hole)); len(holes) == maxHoles {
			break
		}
	}
	return holes, nil
}
