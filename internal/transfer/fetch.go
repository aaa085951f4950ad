package transfer

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"firn/treehash"
	"firn/vault"
)

// FetchOptions are the options of Fetch. Open, Segments and Record are required, and one of
// At and Ordered.
type FetchOptions struct {
	// Open opens a range of the archive: one whole segment.
	Open func(ctx context.Context, r vault.Range) (vault.Output, error)
	// Segments are the ranges to fetch, in this order. They do not overlap.
	Segments []vault.Range
	// At receives the bytes of each segment at its offset within the archive, from many
	// goroutines, as they arrive and before they are verified. If At is also an
	// io.ReaderAt, Fetch may read a segment back to hash it, which is faster if many leaves
	// are hashed together (treehash.Broad).
	At io.WriterAt
	// Ordered, instead of At, receives the bytes of the segments in their order, each
	// segment only after it was verified. Until then the segment is held in memory: at most
	// Concurrency + 1 segments, so Concurrency should be set.
	Ordered io.Writer
	// Record makes a verified segment durable, with the tree hash of its bytes. It is
	// called for one segment at a time, after the bytes were written and before the segment
	// counts as done. Its error ends the transfer.
	Record func(ctx context.Context, r vault.Range, hash treehash.Hash) error

	Concurrency  int // segments in flight; 0: as many as are worthwhile, at most MostConcurrency
	Limiter      *rate.Limiter
	IdleTimeout  time.Duration
	RetryFor     time.Duration
	Drain        <-chan struct{}
	DrainTimeout time.Duration
	// Size and Done describe the whole download, for Progress: its bytes, and how many of
	// them existed before.
	Size, Done int64
	Progress   func(Progress)
}

// Fetched is the result of Fetch, complete or not.
type Fetched struct {
	Received int64 // bytes of the segments that were recorded in this run
	Unproved int64 // bytes within Received for which the vault returned no tree hash
	Busy     time.Duration
	Retries  int
}

// Fetch downloads the segments from the vault, several at a time, and compares each with
// the tree hash that the vault returns for it. It retries after errors that may pass, and a
// few times after wrong bytes. Other errors end the transfer and wrap their class: an error
// of package vault (such as ErrChecksum, ErrExpired or ErrNotReady), ErrGaveUp or
// ErrInterrupted; IsSink recognises a failure of At or Ordered. Fetched is valid even if
// there is an error. If a Write of Ordered blocks, so does Fetch, since nothing can end it
// from outside.
func Fetch(ctx context.Context, o FetchOptions) (Fetched, error) {
	f := newFetcher(o)
	begin := time.Now()
	f.meter.change(func(*Progress) {}) // report the plan
	whole, stop := UntilDrained(ctx, f.drain, f.grace)
	defer stop()
	err := f.run(ctx, func(context.Context) (work, error) { return f.next(whole) })
	f.got.Busy = time.Since(begin)
	f.got.Retries = f.meter.now.Retries
	return f.got, err
}

type fetcher struct {
	FetchOptions
	engine
	back      io.ReaderAt    // At, if it is an io.ReaderAt
	receivers chan *receiver // one for each worker
	hashing   *semaphore     // limits the segments that are hashed as a whole to the number of cores
	largest   int64          // bytes of the largest segment
	begun     int            // number of segments that next returned
	before    <-chan bool    // see turn

	recording sync.Mutex // held while a segment is recorded; protects the fields below
	got       Fetched
}

func newFetcher(o FetchOptions) *fetcher {
	f := &fetcher{
		FetchOptions: o,
		engine: engine{
			concurrency: o.Concurrency, limiter: o.Limiter, idle: o.IdleTimeout,
			retryFor: o.RetryFor, drain: o.Drain, grace: o.DrainTimeout,
		},
	}
	f.back, _ = o.At.(io.ReaderAt)
	f.hashing = newSemaphore(runtime.GOMAXPROCS(0))
	for _, r := range o.Segments {
		f.largest = max(f.largest, r.Size)
	}
	f.open(o.Progress, Progress{
		Size: o.Size, PartSize: f.largest, Parts: len(o.Segments), Held: o.Done, Done: o.Done, Resumed: o.Done,
	})
	f.receivers = make(chan *receiver, f.pace.most+1)
	for range cap(f.receivers) {
		f.receivers <- nil // allocated at first use
	}
	return f
}

// next returns the work for the next segment. whole ends when the caller ends the transfer,
// but not when another segment fails: a verified segment is still written if all segments
// before it are.
func (f *fetcher) next(whole context.Context) (work, error) {
	if f.begun == len(f.Segments) {
		return nil, io.EOF
	}
	r := f.Segments[f.begun]
	f.begun++
	var t turn
	t, f.before = newTurn(f.before)
	// Segments begin in their order, so that a job that ends early leaves a single range
	// missing.
	first := f.pace.attempts.queue()
	return func(ctx, starting context.Context) error {
		defer t.pass(false)
		in := <-f.receivers
		if in == nil {
			in = f.newReceiver()
		}
		defer func() { f.receivers <- in }()
		got, err := f.bring(ctx, starting, r, in, first)
		if err != nil {
			return err
		}
		if err := f.deliver(whole, r, in, got, t); err != nil {
			f.meter.moved(-r.Size)
			return err
		}
		t.pass(true)
		return nil
	}, nil
}

// bring fetches a segment until its bytes are right.
func (f *fetcher) bring(ctx, starting context.Context, r vault.Range, in *receiver, first ticket) (got received, err error) {
	err = f.repeat(ctx, starting, first, func(on *flow) (err error) {
		got, err = f.receive(on, r, in)
		return err
	}, func(times int, err error) error {
		if times == checksumTries {
			return fmt.Errorf("bytes %d to %d came changed %d times: %w", r.Offset, r.End()-1, times, err)
		}
		return nil
	})
	return got, err
}

// deliver writes a segment that waits in memory, and records it.
func (f *fetcher) deliver(ctx context.Context, r vault.Range, in *receiver, got received, t turn) error {
	if f.Ordered != nil {
		if err := t.await(ctx); err != nil {
			return err
		}
		if _, err := f.Ordered.Write(in.buffer[:r.Size]); err != nil {
			return unwritten(r.Offset, r.End(), err)
		}
	}
	return f.note(ctx, r, got)
}

// note records a segment and counts it. It does so even if the transfer was cancelled
// meanwhile, since the bytes are there.
func (f *fetcher) note(ctx context.Context, r vault.Range, got received) error {
	f.recording.Lock()
	defer f.recording.Unlock()
	if err := f.Record(context.WithoutCancel(ctx), r, got.hash); err != nil {
		return err
	}
	f.got.Received += r.Size
	if !got.proved {
		f.got.Unproved += r.Size
	}
	f.arrived(r.Size)
	return nil
}
