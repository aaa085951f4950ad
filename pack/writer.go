package pack

import (
	"archive/tar"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"runtime"
	"time"
)

// WriterOptions are the options of [NewWriter].
type WriterOptions struct {
	// ID is the id of the pack: 32 lower-case hexadecimal digits, 128 random bits.
	ID string
	// Created is when the pack was begun.
	Created time.Time
	// Level is a level of the zstd command, from 1 to 22. 0 is DefaultLevel.
	Level int
	// Concurrency is how many frames are compressed at once. 0 is GOMAXPROCS. A Writer needs
	// about 4 frames of memory for each, and 15 MiB.
	Concurrency int
	// FrameSize is the size of a frame in bytes: a power of two up to [MaxFrameSize]. 0 is
	// 1 MiB; a pack of more than 1 TiB needs larger ones. Smaller ones are for tests.
	FrameSize int
	// TempDir is the directory for temporary files, which hold names: lines of the index and
	// of the changes, beyond 4 MiB of compressed lines each. Empty is that of the system.
	TempDir string
}

// DefaultLevel is the level of compression that a Writer uses.
const DefaultLevel = 1

const defaultFrameSize = 1 << 20

// Writer writes a pack. It is for one goroutine. It compresses in goroutines of its own, which
// have ended when Close or Abort returns; one of the two must be called.
//
// An error of the destination or of a temporary file is final, and so is a context that ends
// while a content is written: every later call returns the error. Other errors concern one
// entry, and the Writer can go on.
type Writer struct {
	id      string
	created time.Time
	frames  *frames
	tar     *tar.Writer
	index   lines
	changes lines
	member  member // the file that is being added
	hash    hash.Hash
	buffer  []byte
	closed  bool
	end     []byte // the pointer and the seek table
}

// NewWriter begins a pack. It writes nothing yet.
func NewWriter(w io.Writer, o WriterOptions) (*Writer, error) {
	if !validID(o.ID) {
		return nil, fmt.Errorf("the id of a pack is %.100q; want 32 lower-case hexadecimal digits", o.ID)
	}
	if o.Level == 0 {
		o.Level = DefaultLevel
	}
	if o.Concurrency == 0 {
		o.Concurrency = runtime.GOMAXPROCS(0)
	}
	if o.FrameSize == 0 {
		o.FrameSize = defaultFrameSize
	}
	if o.Concurrency < 1 || o.FrameSize < 1024 || o.FrameSize > MaxFrameSize || o.FrameSize&(o.FrameSize-1) != 0 {
		return nil, fmt.Errorf("a pack cannot have frames of %d bytes, %d at once", o.FrameSize, o.Concurrency)
	}
	compress, err := newCompressor(o.Level, o.Concurrency, o.FrameSize)
	if err != nil {
		return nil, err
	}
	out, err := newFrames(w, o.FrameSize, compress)
	if err != nil {
		return nil, err
	}
	writer := &Writer{id: o.ID, created: fit(o.Created), frames: out, tar: tar.NewWriter(out), hash: sha256.New()}
	first := firstLine{Type: typePack, Version: Version, ID: o.ID, Created: writer.created}
	if err := writer.index.begin(indexName, o.TempDir, first); err != nil {
		return nil, err
	}
	first = firstLine{Type: typeChanges, Version: Version, ID: o.ID}
	if err := writer.changes.begin(changesName, o.TempDir, first); err != nil {
		return nil, err
	}
	return writer, nil
}

// Size returns about how many bytes the pack would have if it were closed now. It counts
// frames that are not compressed yet with their whole size, so it is rather too large than
// too small.
func (w *Writer) Size() int64 {
	tail := w.index.spool.pending() + w.changes.spool.pending()
	return w.frames.written + w.frames.buffered() + tail + pointerSize + tableBase +
		tableEntry*(w.frames.count+int64(len(w.frames.queue))+3)
}

// Close writes the rest of the pack: the index, the changes, the pointer and the seek table.
// It waits for all goroutines and returns the tail, which is the same as that of [ReadTail].
// Close does not close the destination.
func (w *Writer) Close() (*Tail, error) {
	if w.closed {
		return nil, errClosed
	}
	defer w.Abort()
	if err := w.ok(); err != nil {
		return nil, err
	}
	return w.finish()
}

// Err returns the error that is final, if there was one.
func (w *Writer) Err() error { return w.frames.err }

// End returns the pointer and the seek table, from which [ParseTail] returns the tail, after
// Close.
func (w *Writer) End() []byte { return w.end }

// Abort waits for all goroutines and removes temporary files. The pack stays unfinished. After
// Close, it does nothing.
func (w *Writer) Abort() {
	if w.closed {
		return
	}
	w.closed = true
	w.frames.drain()
	_ = w.index.spool.close()
	_ = w.changes.spool.close()
}

var errClosed = errors.New("the pack is closed")

// ok returns the final error, if there was one.
func (w *Writer) ok() error {
	if w.closed {
		return errClosed
	}
	return w.frames.err
}

// fail makes an error final.
func (w *Writer) fail(err error) error {
	if w.frames.err == nil {
		w.frames.err = err
	}
	return err
}
