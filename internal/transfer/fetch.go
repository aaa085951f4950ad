package transfer

import (
	"context"
	"errors"
	"io"
	"time"

	"golang.org/x/time/rate"

	"firn/treehash"
	"firn/vault"
)

// FetchOptions is what Fetch needs. Open, Segments, Record and Concurrency are
// required, and one of At and Ordered.
type FetchOptions struct {
	// Open reads a run of bytes of the archive: all of one segment.
	Open func(ctx context.Context, r vault.Range) (vault.Output, error)
	// Segments are the runs to fetch, in this order, none overlapping another.
	Segments []vault.Range
	// At receives the bytes of each segment at its offset within the archive, from
	// many goroutines, as they come and before they are verified.
	At io.WriterAt
	// Ordered receives, instead, the bytes of the segments in their order, each
	// segment only after it was verified. It is held in memory until then:
	// Concurrency + 1 segments at most.
	Ordered io.Writer
	// Record makes a verified segment durable, with the tree hash that its bytes
	// have. It is called for one segment at a time, after the bytes were written
	// and before the segment counts as done; its error ends the transfer.
	Record func(ctx context.Context, r vault.Range, hash treehash.Hash) error

	Concurrency  int // segments in flight, at least 1
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
// the tree hash that the vault gives for it.
func Fetch(context.Context, FetchOptions) (Fetched, error) {
	return Fetched{}, errors.ErrUnsupported
}
