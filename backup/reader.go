package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"firn/internal/walk"
	"firn/pack"
	"firn/record"
)

const (
	// smallFile is the largest content in bytes that is read before it is written.
	smallFile = pack.BufferedFile
	// readAhead is how many bytes of small contents wait for the writer.
	readAhead = 64 << 20
	// sparseFile is the size in bytes from which firn looks for holes.
	sparseFile = 8 << 10
	// maxHoles is how many holes of a file are recorded. The zero bytes of others are stored.
	maxHoles = 10_000
)

// reader reads small files ahead, several at a time.
type reader struct {
	room    *semaphore.Weighted // bytes
	workers *semaphore.Weighted
	all     sync.WaitGroup
}

func newReader() *reader {
	return &reader{
		room:    semaphore.NewWeighted(readAhead),
		workers: semaphore.NewWeighted(int64(max(4, 2*runtime.GOMAXPROCS(0)))),
	}
}

// reading is a small file that is being read.
type reading struct {
	done  chan struct{}
	bytes int64 // taken of the room

	entry     walk.Entry // as the file was when it was read
	content   []byte
	digest    record.Digest
	holes     []record.Extent
	isChanged bool // it changed while it was read, twice
	isLarge   bool // it has become larger than a small file, and was not read
	err       error
}

// start begins to read a file. It waits while too much waits for the writer.
func (r *reader) start(ctx context.Context, e walk.Entry) (*reading, error) {
	f := &reading{done: make(chan struct{}), bytes: e.Size, entry: e}
	if err := r.room.Acquire(ctx, f.bytes); err != nil {
		return nil, context.Cause(ctx)
	}
	r.all.Go(func() {
		defer close(f.done)
		if f.err = r.workers.Acquire(ctx, 1); f.err == nil {
			f.err = f.read()
			r.workers.Release(1)
		}
	})
	return f, nil
}

// end gives the room back.
func (r *reader) end(f *reading) {
	<-f.done
	f.content = nil
	r.room.Release(f.bytes)
}

// readNow reads a small file without reading ahead.
func readNow(e walk.Entry) *reading {
	f := &reading{entry: e}
	f.err = f.read()
	return f
}

// read reads the file. If it changes meanwhile, it is read once more.
func (f *reading) read() (err error) {
	file, err := f.entry.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for attempt := range 2 {
		if attempt > 0 {
			if _, err := file.Seek(0, io.SeekStart); err != nil {
				return fmt.Errorf("read %q again: %w", f.entry.Path, err)
			}
		}
		if f.isLarge = f.entry.Size > smallFile; f.isLarge {
			return nil
		}
		if err := f.readOnce(file); err != nil || !f.isChanged {
			return err
		}
	}
	return nil
}

func (f *reading) readOnce(file *os.File) error {
	size := f.entry.Size
	if int64(cap(f.content)) <= size {
		f.content = make([]byte, size+1)
	}
	f.content = f.content[:size+1] // one more, to see whether the content ends
	n, err := readAll(file, f.content)
	if err != nil {
		return fmt.Errorf("read %q: %w", f.entry.Path, err)
	}
	f.content = f.content[:min(int64(n), size)]
	if f.holes, err = holesOf(file, int64(len(f.content))); err != nil {
		return err
	}
	f.holes = slices.DeleteFunc(f.holes, func(h record.Extent) bool { return !isZero(f.content[h.Offset : h.Offset+h.Size]) })
	f.digest = sha256.Sum256(f.content)
	f.isChanged, err = f.entry.Refresh(file)
	f.isChanged = f.isChanged || int64(n) != size
	return err
}

// readAll reads a file until p is full or the file ends. p has one byte more than the file: a read
// that leaves it is the end, and another one would only say so.
func readAll(file *os.File, p []byte) (n int, err error) {
	for n < len(p)-1 {
		some, err := file.Read(p[n:])
		n += some
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
