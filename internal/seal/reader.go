package seal

import (
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// maxRead is how many bytes one read of the source fetches at most: enough for a Zstandard
// frame of 32 MiB that did not shrink. It limits the memory of a read.
const maxRead = 33 << 20

// A Reader decrypts parts of a sealed file. It is an io.ReaderAt: several reads may run at
// the same time. A read of n bytes is one read of the source, of the chunks of the n bytes;
// above 33 MiB it is several.
type Reader struct {
	Layout
	plain io.ReaderAt
	src   *source
}

// Open opens a sealed file of size bytes. It reads at most the first MaxHead bytes and the
// last chunk, so that the size of the payload is authentic.
func Open(src io.ReaderAt, size int64, ids Identities) (*Reader, error) {
	head, err := readHead(src, size)
	if err != nil {
		return nil, err
	}
	return open(head, src, size, ids)
}

// OpenHead is Open with a head that was kept apart. It reads only the last chunk, so src may
// be a Sparse file.
func OpenHead(head []byte, src io.ReaderAt, size int64, ids Identities) (*Reader, error) {
	if err := checkHead(head); err != nil {
		return nil, err
	}
	return open(head, src, size, ids)
}

func open(head []byte, src io.ReaderAt, size int64, ids Identities) (*Reader, error) {
	key, err := fileKey(head, ids)
	if err != nil {
		return nil, err
	}
	layout, err := NewLayout(int64(len(head)), size)
	if err != nil {
		return nil, err
	}
	s := &source{head: head, src: src}
	plain, n, err := age.DecryptReaderAt(s, size, key)
	if err != nil {
		return nil, s.explain(err, "its last chunk was changed, or its end is missing")
	}
	if n != layout.plain {
		return nil, fmt.Errorf("%w: its payload has %d bytes, and not %d", ErrHeader, n, layout.plain)
	}
	return &Reader{layout, plain, s}, nil
}

// Size returns the size of the payload.
func (r *Reader) Size() int64 { return r.Plain() }

// ReadAt reads bytes of the payload. The bytes that it returns are authentic, also those
// before an error.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("read an age file: the offset is negative")
	}
	read := 0
	for read < len(p) && off < r.Size() {
		part := p[read:min(len(p), read+maxRead)]
		n, err := r.readPart(part, off)
		read, off = read+n, off+int64(n)
		if err != nil {
			return read, err
		}
	}
	if read < len(p) {
		return read, io.EOF
	}
	return read, nil
}

// readPart reads the bytes of p that are inside of the payload, with one read of the source.
func (r *Reader) readPart(p []byte, off int64) (int, error) {
	w := r.src.expect(r.Span(off, int64(len(p))))
	defer r.src.forget(w)
	n, err := r.plain.ReadAt(p, off)
	if err == nil || err == io.EOF && (n == len(p) || off+int64(n) == r.Size()) {
		return n, nil
	}
	return n, r.src.explain(err, fmt.Sprintf("chunk %d is not what was written", (off+int64(n))/chunkSize))
}
