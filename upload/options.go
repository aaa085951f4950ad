package upload

import (
	"time"

	"firn/depot"
	"firn/internal/transfer"
	"firn/record"
)

// Options says how to upload. The zero value is good.
type Options struct {
	// Name is what the archive is called at a vault that keeps names, such as a
	// bucket, where it is the key. Default: that of the source. It may have slashes.
	Name string
	// Description is kept with the archive for ever: printable ASCII, at most
	// 1,024 characters in a Glacier vault. Default: the name of the file.
	Description string
	// PartSize in bytes: 1 MiB times a power of two. Default: 16 MiB or what fits.
	PartSize int64
	// ExpectedSize of a stream in bytes, from which its part size follows.
	// Without it a stream may have 10,000 parts of 128 MiB in a Glacier vault.
	ExpectedSize int64
	// Concurrency is the number of parts in flight, fewer if LimitRate makes them
	// crawl. Default: as many as pay, up to MaxConcurrency; of a stream, or with a
	// LimitRate, DefaultConcurrency.
	Concurrency int
	// LimitRate in bytes per second, for all parts together. Default: no limit.
	LimitRate int64
	// EstimateRate in bytes per second is what the line is thought to carry; it
	// helps to choose the part size. Default: learned from earlier uploads.
	EstimateRate float64
	// Again stores another archive even if the same file was stored before.
	Again bool
	// RetryFor is how long to go on without any progress. Default 20 hours: after
	// 24 the service may drop the upload.
	RetryFor time.Duration
	// SpoolDir is where parts of a stream wait for their acknowledgement, as many
	// as are in flight and one more. Default: firn/spool in the user's cache.
	SpoolDir string

	// Journal keeps the record; nil keeps none.
	Journal record.Journal

	// Drain asks, when closed, to stop: what is in flight gets 10 seconds to
	// finish, then the upload is left as it is and ErrInterrupted returned.
	Drain <-chan struct{}
	// Progress is called before the first byte moves and at every change, one call
	// at a time. It must be quick. If nothing needs to be sent it is not called.
	Progress func(depot.Progress)
	// Notice is told, in a sentence, what a person should know: that an upload
	// continues, or that one has expired. One call at a time.
	Notice func(string)
	// Now is the clock of the record. Default time.Now.
	Now func() time.Time
}

func (o *Options) setDefaults() {
	if o.Journal == nil {
		o.Journal = record.None{}
	}
	depot.SetDefaults(&o.RetryFor, &o.Notice, &o.Now)
}

func (o *Options) wish(stream bool) transfer.Wish {
	return transfer.Wish{
		PartSize: o.PartSize, ExpectedSize: o.ExpectedSize, Rate: depot.LineRate(o.EstimateRate, float64(o.LimitRate)),
		Concurrency: depot.InFlight(o.Concurrency, o.LimitRate, stream),
	}
}
