package upload

import (
	"firn/depot"
	"firn/internal/transfer"
)

// Options says how to upload. The zero value works.
type Options struct {
	// Name is the name of the archive at a vault that keeps names. In a bucket it is the key
	// below the prefix, and may contain slashes. Other vaults ignore it. Default: the name of
	// the source.
	Name string
	// Description is stored with the archive for ever. In a Glacier vault it has at most 1,024
	// printable ASCII characters. Default: the name of the file. A stream needs a description.
	Description string
	// PartSize in bytes; in a Glacier vault 1 MiB times a power of two. Default: 16 MiB, or
	// more if the archive needs it.
	PartSize int64
	// ExpectedSize is the expected size of a stream in bytes. It determines the part size.
	// Without it, a stream at a Glacier vault may have 10,000 parts of 128 MiB, or of less at a
	// low rate: with a LimitRate, what can be sent in three and a half days always fits.
	ExpectedSize int64
	// Concurrency is the number of parts in flight. Default: firn adds parts while they raise
	// the throughput, up to depot.MaxConcurrency; for a stream or with a LimitRate, up to
	// depot.DefaultConcurrency, and so few that the vault has each of them after about a minute.
	Concurrency int
	// LimitRate limits all parts together, in bytes per second. Default: no limit.
	LimitRate int64
	// Limits is the limit by the time of the week, instead of LimitRate. Parts are planned for the
	// limit at the beginning of the upload, and their number in flight for the highest.
	Limits depot.Timetable
	// EstimateRate is the expected rate of the connection in bytes per second, from which the
	// part size follows. Default: the rate of earlier uploads on record.
	EstimateRate float64
	// Again stores another archive even if the vault has one with the same bytes.
	Again bool
	// SpoolDir is the directory for parts of a stream that the vault has not acknowledged yet,
	// at most one more than are in flight. Default: firn/spool in the user's cache directory.
	SpoolDir string
}

// limits returns the limit by the time of the week.
func (o *Options) limits() depot.Timetable { return o.Limits.Or(o.LimitRate) }

func (o *Options) wish(stream bool) transfer.Wish {
	most := o.limits().Most()
	return transfer.Wish{
		PartSize: o.PartSize, ExpectedSize: o.ExpectedSize, Rate: depot.BoundedRate(o.EstimateRate, float64(most)),
		LimitRate: float64(most), Concurrency: depot.InFlight(o.Concurrency, most, stream),
	}
}
