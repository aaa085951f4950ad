// Package download brings archives back, into files or streams.
//
// A download waits for a job of the vault, which takes hours, and starts one only if there is
// none. The file gets its name when the tree hash of all its bytes is the archive's. With a
// record the same call continues after a kill, and fetches nothing again that was verified.
// An output that expires in the middle is asked for again, for the missing ranges only.
package download

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"firn/depot"
	"firn/internal/crc64"
	"firn/internal/transfer"
	"firn/jobs"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// Options says how to download. The zero value is good.
type Options struct {
	// Range is what is wanted of the archive, in whole MiB. Default: everything.
	Range vault.Range
	// Tier is how fast, and at what price, a job is that must be started. Default
	// Standard.
	Tier vault.Tier
	// Topic is the ARN of an SNS topic that gets a message when a job has ended that must
	// be started; see jobs.Options.
	Topic string
	// NoWait returns a jobs.NotReadyError instead of waiting for a job.
	NoWait bool
	// Force replaces a target that is there.
	Force bool
	// NoTimes leaves the file with the time at which it was written. Else it gets the
	// modification time of what was stored, as far as the record or the vault knows it.
	NoTimes bool

	// Concurrency is the number of segments in flight. Default: as many as pay, up to
	// MaxConcurrency; to standard output, or with a LimitRate, DefaultConcurrency.
	Concurrency int
	// LimitRate in bytes per second, for all segments together. Default: no limit.
	LimitRate int64
	// EstimateRate in bytes per second is what the line is thought to carry. No more
	// is requested at a time than can be read at that rate before it expires, and if
	// an output was there that will expire too early, Notice says so. A higher rate that
	// this call sees counts instead. Default: learned from earlier downloads.
	EstimateRate float64
}

// Result tells about bytes of an archive that are here, all of them proved.
type Result struct {
	ArchiveID vault.ArchiveID
	Path      string      // of the file; empty for a stream
	Range     vault.Range // within the archive; of an empty one the zero Range
	// TreeHash of the bytes as a file of their own. Zero for a stream of a range
	// that is no node of the archive's tree.
	TreeHash       treehash.Hash
	Resumed        int64 // bytes of the range that an earlier run had brought
	Received       int64 // bytes of it that this run brought
	Retries        int
	Elapsed        time.Duration // of this run
	Busy           time.Duration // of it, while bytes came
	AlreadyPresent bool          // nothing was asked for: the file was there
	// Unproved is set if neither the record nor the vault knows a tree hash or a
	// CRC-64 of the archive, so that nothing but the number of its bytes was compared.
	Unproved bool
}

// download is one call of File or To.
type download struct {
	Options
	depot.Run
	VaultURL string // of the vault, which is its name on record

	archive record.Archive // its size and tree hash may be found out on the way
	want    vault.Range    // within the archive, never meaning everything
	asking  *jobs.Requester
	limiter *rate.Limiter
	begin   time.Time

	jobs     []record.Job         // asked for, and not known to be gone
	barren   int                  // outputs in a row that were gone before they gave a byte
	recalled bool                 // whether recorded was found out
	crc      crc64.Sum            // of the whole archive, as the vault tells it; zero: not known
	unproved int64                // bytes that came without a tree hash of the vault's
	recorded []vault.Range        // that an earlier run, or somebody else, has asked for
	pieces   bool                 // more is wanted than can be read in time; see nextPieces
	unasked  int64                // bytes that no job has
	agreed   int64                // bytes of them that the caller has agreed to
	told     map[vault.JobID]bool // Ready was

	have     map[int64]treehash.Node // verified bytes by their offset
	received int64
	busy     time.Duration
	retries  int
}

func newDownload(run depot.Run, a record.Archive, o Options) *download {
	if a.State == record.Differing { // then the vault's word counts
		a.Size, a.TreeHash = -1, treehash.Hash{}
	}
	d := &download{
		Options: o, Run: run, VaultURL: run.Vault.URL(), archive: a,
		limiter: transfer.NewLimiter(o.LimitRate), begin: run.Now(),
		told: make(map[vault.JobID]bool), have: make(map[int64]treehash.Node),
	}
	run.Approve = d.approve
	d.asking = jobs.NewRequester(run, jobs.Options{Tier: o.Tier, Topic: o.Topic, NoWait: o.NoWait})
	return d
}

// aim finds out how large the archive is, if need be by asking for it, and sets
// what is wanted of it.
func (d *download) aim(ctx context.Context) error {
	if err := d.learnSize(ctx); err != nil {
		return err
	}
	if d.EstimateRate == 0 {
		learned, err := d.Journal.DownloadRate(ctx, d.VaultURL)
		if err != nil {
			return err
		}
		d.EstimateRate = learned
	}
	if d.archive.Size < 0 {
		job, _, err := d.asking.ForRange(ctx, d.archive, vault.Range{})
		if err != nil {
			return err
		}
		if err := d.take(ctx, job, vault.Range{}); err != nil {
			return err
		}
	}
	d.want = d.Range
	if d.Range.IsZero() {
		d.want = vault.Range{Size: d.archive.Size}
		return nil
	}
	if err := jobs.CheckRange(d.Vault.Limits(), d.Range, d.archive.Size); err != nil {
		return fmt.Errorf("archive %s: %w", depot.QuoteID(d.archive.ID), err)
	}
	return nil
}

// isWhole reports whether all of the archive is wanted.
func (d *download) isWhole() bool { return d.want == vault.Range{Size: d.archive.Size} }

// take adds a job to those that are read from, unless it is gone already. It must
// have what is needed, and what the vault says of the archive must be what is on
// record.
func (d *download) take(ctx context.Context, job record.Job, need vault.Range) error {
	now, err := d.asking.Describe(ctx, job.ID)
	if job, err = jobs.NoteJob(ctx, d.Journal, job, now, err, d.Now()); err != nil {
		return err
	}
	if job.Status == record.Gone {
		return d.lose(ctx, job)
	}
	size := max(now.ArchiveSize, now.Range.End())
	switch {
	case d.archive.Size < 0:
		d.archive.Size = size
	case now.ArchiveSize != 0 && now.ArchiveSize != d.archive.Size:
		return fmt.Errorf("archive %s: the record says that it has %d bytes, and the vault %d: %w",
			depot.QuoteID(d.archive.ID), d.archive.Size, now.ArchiveSize, vault.ErrChecksum)
	}
	switch {
	case d.archive.TreeHash.IsZero():
		d.archive.TreeHash = now.ArchiveTreeHash
	case !now.ArchiveTreeHash.IsZero() && now.ArchiveTreeHash != d.archive.TreeHash:
		return fmt.Errorf("archive %s: the record says that its tree hash is %s, and the vault %s: %w",
			depot.QuoteID(d.archive.ID), d.archive.TreeHash, now.ArchiveTreeHash, vault.ErrChecksum)
	}
	d.crc = now.ArchiveCRC64
	if job.Range.IsZero() {
		job.Range.Size = d.archive.Size
	}
	if !job.Range.Contains(need) {
		return fmt.Errorf("job %s: asked for %s, the vault retrieves %s: %w",
			depot.QuoteID(job.ID), depot.RangeText(need), depot.RangeText(job.Range), vault.ErrInvalid)
	}
	d.jobs = append(d.jobs, job)
	return nil
}

// result tells what was achieved.
func (d *download) result() Result {
	resumed := -d.received
	for _, n := range d.have {
		resumed += n.Size
	}
	return Result{
		ArchiveID: d.archive.ID, Range: d.want, Resumed: resumed, Received: d.received,
		Retries: d.retries, Elapsed: d.Now().Sub(d.begin), Busy: d.busy,
		Unproved: d.isUnproved(),
	}
}
