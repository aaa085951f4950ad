package pack

import (
	"fmt"
	"io"

	seekable "github.com/SaveTheRbtz/zstd-seekable-format-go/pkg"
)

// maxQueue is how many bytes of the tar stream may be in the queue, if frames are large.
const maxQueue = 64 << 20

// frames cuts the tar stream into frames, compresses several at a time, and writes them in
// their order. A goroutine compresses each frame. drain waits for all of them. The first
// error is final.
type frames struct {
	out      io.Writer
	size     int // bytes of the tar stream in a frame
	depth    int // how many frames may be in the queue
	compress *compressor
	table    *seekable.Encoder
	ready    *readyFrame

	current *frame
	queue   []*frame // in their order; the first is written next
	unused  []*frame

	offset  int64 // bytes of the tar stream
	written int64 // bytes of the pack
	pending int64 // bytes of the tar stream in the queue
	count   int64 // frames

	member int64 // how many members have begun
	poor   int64 // the last member of which a frame did not become smaller
	err    error
}

// frame is 1 MiB of the tar stream on its way into the pack.
type frame struct {
	content, compressed []byte
	first               int64 // the member to which its first byte belongs
	done                chan struct{}
}

// readyFrame gives frames that are compressed already to the library, which keeps the seek
// table and expects to compress them itself.
type readyFrame struct{ compressed []byte }

func (r *readyFrame) EncodeAll(_, _ []byte) []byte { return r.compressed }

func newFrames(out io.Writer, size int, compress *compressor) (*frames, error) {
	ready := &readyFrame{}
	table, err := seekable.NewEncoder(ready)
	if err != nil {
		return nil, fmt.Errorf("begin the seek table: %w", err)
	}
	depth := min(2*compress.concurrency, max(1, maxQueue/size))
	return &frames{out: out, size: size, depth: depth, compress: compress, table: table, ready: ready, poor: -1}, nil
}

// nextMember says that what is written from now on belongs to another member.
func (f *frames) nextMember() { f.member++ }

// Write appends to the tar stream.
func (f *frames) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && f.err == nil {
		if f.current == nil {
			f.current = f.take()
		}
		content := f.current.content
		free := min(f.size-len(content), len(p))
		f.current.content = append(content, p[:free]...)
		p = p[free:]
		if len(f.current.content) == f.size {
			f.submit()
		}
	}
	n -= len(p)
	f.offset += int64(n)
	return n, f.err
}

func (f *frames) take() *frame {
	next := &frame{}
	if last := len(f.unused) - 1; last >= 0 {
		next, f.unused = f.unused[last], f.unused[:last]
	} else {
		next.content = make([]byte, 0, f.size)
		next.compressed = make([]byte, 0, maxCompressed(int64(f.size)))
	}
	next.first = f.member
	return next
}

// submit starts to compress the current frame. It waits while too many are in the queue.
func (f *frames) submit() {
	next := f.current
	f.current = nil
	fast := next.first == f.member && f.poor == f.member
	next.done = make(chan struct{})
	f.queue = append(f.queue, next)
	f.pending += int64(len(next.content))
	go func() {
		defer close(next.done)
		next.compressed = f.compress.encode(next.content, next.compressed[:0], fast)
	}()
	for len(f.queue) > 0 && f.err == nil && (len(f.queue) > f.depth || f.queue[0].isDone()) {
		f.collect()
	}
}

func (f *frame) isDone() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// collect waits for the oldest frame and writes it, unless there was an error before.
func (f *frames) collect() {
	oldest := f.queue[0]
	f.queue = f.queue[1:]
	<-oldest.done
	f.pending -= int64(len(oldest.content))
	if f.err == nil {
		f.err = f.write(oldest)
	}
	if saved := len(oldest.content) - len(oldest.compressed); saved*poorShare < len(oldest.content) {
		f.poor = max(f.poor, oldest.first)
	}
	oldest.content = oldest.content[:0]
	f.unused = append(f.unused, oldest)
}

func (f *frames) write(next *frame) error {
	if f.count == MaxFrames {
		return fmt.Errorf("%w: it has %d frames", ErrFull, MaxFrames)
	}
	f.ready.compressed = next.compressed
	compressed, err := f.table.Encode(next.content)
	if err != nil {
		return fmt.Errorf("add a frame to the seek table: %w", err)
	}
	f.count++
	return f.writeRaw(compressed)
}

// writeRaw writes bytes of the pack that are no part of the tar stream.
func (f *frames) writeRaw(p []byte) error {
	n, err := f.out.Write(p)
	f.written += int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fmt.Errorf("write the pack: %w", err)
	}
	return nil
}

// cut ends the current frame, and waits until all frames are written.
func (f *frames) cut() error {
	if f.current != nil && f.err == nil {
		f.submit()
	}
	f.drain()
	return f.err
}

// drain waits for all goroutines.
func (f *frames) drain() {
	for len(f.queue) > 0 {
		f.collect()
	}
}

// buffered returns how many bytes of the tar stream are not written.
func (f *frames) buffered() int64 {
	if f.current == nil {
		return f.pending
	}
	return f.pending + int64(len(f.current.content))
}
