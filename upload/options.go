package upload

import (
	"firn/depot"
	"firn/internal/transfer"
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
	// SpoolDir is where parts of a stream wait for their acknowledgement, as many
	// as are in flight and one more. Default: firn/spool in the user's cache.
	SpoolDir string
}

func (o *Options) wish(stream bool) transfer.Wish {
	return transfer.Wish{
		PartSize: o.PartSize, ExpectedSize: o.ExpectedSize, Rate: depot.BoundedRate(o.EstimateRate, float64(o.LimitRate)),
		Concurrency: depot.InFlight(o.Concurrency, o.LimitRate, stream),
	}
}
