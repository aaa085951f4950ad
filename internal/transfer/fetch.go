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

// FetchOptions is what Fetch needs. Open, Segments and Record are required, and one
// of At and Ordered.
type FetchOptions struct {
	// Open reads a run of bytes of the archive: all of one segment.
	Open func(ctx context.Context, r vault.Range) (vault.Output, error)
	// Segments are the runs to fetch, in this order, none overlapping another.
	Segments []vault.Range
	// At receives the bytes of each segment at its offset within the archive, from
	// many goroutines, as they come and before they are verified. If it is an
	// io.ReaderAt, too, a segment may be read back to be hashed: where many leaves
	// are hashed together, that is the faster way (treehash.Broad).
	At io.WriterAt
	// Ordered receives, instead, the bytes of the segments in their order, each
	// segment only after it was verified. It is held in memory until then:
	// Concurrency + 1 segments at most, so that Concurrency should be named.
	Ordered io.Writer
	// Record makes a verified segment durable, with the tree hash that its bytes
	// have. It is called for one segment at a time, after the bytes were written
	// and before the segment counts as done; its error ends the transfer.
	Record func(ctx context.Context, r vault.Range, hash treehash.Hash) error

	Concurrency  int // segments in flight; 0: as many as pay, up to MostConcurrency
	Limiter      *rate.Limiter
	IdleTimeout  time.Duration
	RetryFor     time.Duration
	Drain        <-chan struct{}
	DrainTimeout time.Duration
	// Size and Done are of the whole download, for Progress: bytes of it, and how
	// many of them were there before.
	Size, Done int64
	Progress   func(Progress)
}

// Fetched is what Fetch achieved, complete or not.
type Fetched struct {
	Received int64 // bytes of segments that were recorded in this run
	Unproved int64 // of them, in segments for which the vault gave no tree hash
	Busy     time.Duration
	Retries  int
}

// Fetch brings the segments from the vault, several at a time, each compared with
// the tree hash that the vault gives for it. Errors that time may heal are
// retried, and so are wrong bytes, a few times; others end the transfer and wrap
// their class: those of package vault (ErrChecksum, ErrExpired and ErrNotReady
// among them), ErrGaveUp, ErrInterrupted; IsSink tells a failure of At or Ordered.
// Fetched is valid with an error, too. An Ordered that blocks holds Fetch up:
// nothing can end its Write from outside.
func Fetch(ctx context.Context, o FetchOptions) (Fetched, error) {
	f := newFetcher(o)
	begin := time.Now()
	f.meter.change(func(*Progress) {}) // the plan
	err := f.run(ctx, f.next)
	f.got.Busy = time.Since(begin)
	f.got.Retries = f.meter.now.Retries
	return f.got, err
}

type fetcher struct {
	FetchOptions
	line
	back      io.ReaderAt    // At, if it can be read
	receivers chan *receiver // one for each hand there may be
	hashing   *gate          // as wide as there are cores: whole segments being hashed
	largest   int64          // bytes of a segment, at most
	begun     int            // segments that next gave out
	before    <-chan bool    // see turn

	recording sync.Mutex // held while a segment is recorded; guards what follows
	got       Fetched
}

func newFetcher(o FetchOptions) *fetcher {
	f := &fetcher{
		FetchOptions: o,
		line: line{
			concurrency: o.Concurrency, limiter: o.Limiter, idle: o.IdleTimeout,
			retryFor: o.RetryFor, drain: o.Drain, grace: o.DrainTimeout,
		},
	}
	f.back, _ = o.At.(io.ReaderAt)
	f.hashing = newGate(runtime.GOMAXPROCS(0))
	for _, r := range o.Segments {
		f.largest = max(f.largest, r.Size)
	}
	f.open(o.Progress, Progress{
		Size: o.Size, PartSize: f.largest, Parts: len(o.Segments), Held: o.Done, Done: o.Done, Resumed: o.Done,
	})
	f.receivers = make(chan *receiver, f.pace.most+1)
	for range cap(f.receivers) {
		f.receivers <- nil // made at first use
	}
	return f
}

// next gives out the next segment.
func (f *fetcher) next(context.Context) (work, error) {
	if f.begun == len(f.Segments) {
		return nil, io.EOF
	}
	r := f.Segments[f.begun]
	f.begun++
	var t turn
	t, f.before = newTurn(f.before)
	// Segments begin in their order: if a job ends early, what is missing is one range.
	first := f.pace.turns.queue()
	return func(ctx, starting context.Context) error {
		defer t.pass(false)
		return f.bring(ctx, starting, r, t, first)
	}, nil
}

// bring fetches a segment until its bytes are the right ones, and records it.
func (f *fetcher) bring(ctx, starting context.Context, r vault.Range, t turn, first place) error {
	in := <-f.receivers
	if in == nil {
		in = f.newReceiver()
	}
	defer func() { f.receivers <- in }()

	var got received
	err := f.insist(ctx, starting, first, func(on *flow) (err error) {
		got, err = f.receive(on, r, in)
		return err
	}, func(times int, err error) error {
		if times == checksumTries {
			return fmt.Errorf("bytes %d to %d came changed %d times: %w", r.Offset, r.End()-1, times, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := f.deliver(ctx, r, in, got, t); err != nil {
		f.meter.moved(-r.Size)
		return err
	}
	t.pass(true)
	return nil
}

// deliver writes out a segment that waits in memory, and makes it durable.
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

// note makes a segment durable and counts it. The record is made even if the
// transfer was cancelled meanwhile: the bytes are there.
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
