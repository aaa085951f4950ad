// Package download fetches archives from a vault into files or streams, and verifies them.
//
//	archive := record.Archive{ID: id, Size: -1} // if nothing but the id is known
//	result, err := download.File(ctx, d, archive, "back.tar", download.Options{})
//
// Here d is a depot.Depot. Open of the root package firn returns one, in its field Depot. With
// a catalog, Catalog.Archives and Catalog.FindArchive return the complete record of an archive.
//
// In a Glacier vault an archive becomes readable by a job, which takes hours. Each function
// finds a suitable job, or starts one, and waits for it. With Options.NoWait it returns a
// jobs.NotReadyError instead, and the same call continues later.
//
// [File] writes a file, [To] a stream, [Directory.All] many files, and [Verify] only compares.
// A file gets its name after the tree hash of its bytes was verified. With a record, the same
// call continues after it was interrupted or killed, and fetches no verified byte again. If an
// output expires during the download, another job is started for the missing ranges only.
package download

import (
	"context"
	"fmt"
	"time"

	"firn/depot"
	"firn/internal/crc64"
	"firn/jobs"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// Options says how to download. The zero value works.
type Options struct {
	// Range is the wanted range of the archive, in whole MiB. Default: the whole archive.
	Range vault.Range
	// Tier is the speed and the price of a job that must be started. Default: Standard.
	Tier vault.Tier
	// Topic is the ARN of an SNS topic that receives a message when a job has ended, if the job
	// must be started; see jobs.Options.
	Topic string
	// NoWait returns a jobs.NotReadyError instead of waiting for a job.
	NoWait bool
	// Force replaces an existing target that has other bytes.
	Force bool
	// NoTimes leaves the file with the time at which it was written. Without it, the file gets
	// the modification time of the uploaded file, if the record or the vault has it.
	NoTimes bool

	// Concurrency is the number of segments in flight. Default: as many as increase the
	// throughput, up to depot.MaxConcurrency; for a stream or with a LimitRate,
	// depot.DefaultConcurrency.
	Concurrency int
	// LimitRate limits all segments together, in bytes per second. Default: no limit.
	LimitRate int64
	// Limits is the limit by the time of the week, instead of LimitRate. Jobs are planned for the
	// limit at the time of their start.
	Limits depot.Timetable
	// EstimateRate is the expected rate of the connection in bytes per second. A call requests
	// no more at a time than it can read at that rate before the output expires. If an existing
	// output will expire too early, a notice says so. If this call measures a higher rate, that
	// rate counts. Default: the rate of earlier downloads on record.
	EstimateRate float64
}

// limits returns the limit by the time of the week.
func (o *Options) limits() depot.Timetable { return o.Limits.Or(o.LimitRate) }

// Result describes the bytes of an archive that were fetched and verified.
type Result struct {
	ArchiveID vault.ArchiveID
	Path      string      // path of the file; empty for a stream
	Range     vault.Range // range within the archive; zero for an empty archive
	// TreeHash is the tree hash of the fetched bytes, as a file of their own. It is zero for a
	// stream of a range that is no node of the archive's tree.
	TreeHash       treehash.Hash
	Resumed        int64         // bytes of the range that an earlier run fetched
	Received       int64         // bytes of the range that this run fetched
	Retries        int           // repeated requests
	Elapsed        time.Duration // of this run
	Busy           time.Duration // time of this run during which bytes arrived
	AlreadyPresent bool          // the file existed with these bytes, and nothing was fetched
	// Unproved is set if neither the record nor the vault has a tree hash or a CRC-64 of the
	// bytes. Then only their number was compared.
	Unproved bool
}

// download is one call of File, To or Verify.
type download struct {
	Options
	depot.Run
	VaultURL string // canonical URL, by which the record names the vault

	archive   record.Archive // the call completes its size and tree hash when it learns them
	want      vault.Range    // wanted range within the archive; here, a zero Range is empty
	requester *jobs.Requester
	started   time.Time

	jobs           []record.Job         // jobs to read from, whose outputs are not known to be gone
	lostOutputs    int                  // outputs in a row that expired before a byte was read
	knowsRequested bool                 // whether requested is up to date
	crc            crc64.Sum            // CRC-64 of the whole archive from the vault; zero: not known
	unproved       int64                // bytes that came without a tree hash from the vault
	requested      []vault.Range        // ranges of jobs that earlier runs or other programs started
	pieces         bool                 // more bytes are wanted than can be read in time; see nextPieces
	uncovered      int64                // missing bytes that no job has
	approved       int64                // bytes within uncovered that the caller has approved
	announced      map[vault.JobID]bool // jobs for which Ready was called

	have     map[int64]treehash.Node // verified segments by their offset
	received int64
	busy     time.Duration
	retries  int
}

func newDownload(run depot.Run, a record.Archive, o Options) *download {
	if a.State == record.Differing { // then the vault's size and hash count
		a.Size, a.TreeHash = -1, treehash.Hash{}
	}
	d := &download{
		Options: o, Run: run, VaultURL: run.Vault.URL(), archive: a,
		started: run.Now(), announced: make(map[vault.JobID]bool), have: make(map[int64]treehash.Node),
	}
	run.Approve = d.approve
	d.requester = jobs.NewRequester(run, jobs.Options{Tier: o.Tier, Topic: o.Topic, NoWait: o.NoWait})
	return d
}

// resolveRange computes the wanted range. If the size of the archive is not known, it finds it,
// if need be by starting a job.
func (d *download) resolveRange(ctx context.Context) error {
	if err := d.findSize(ctx); err != nil {
		return err
	}
	expected, err := ExpectedRate(ctx, d.Depot, d.Options)
	if err != nil {
		return err
	}
	d.EstimateRate = expected
	if d.archive.Size < 0 {
		job, _, err := d.requester.ForRange(ctx, d.archive, vault.Range{})
		if err != nil {
			return err
		}
		if err := d.addJob(ctx, job, vault.Range{}); err != nil {
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

// isWhole reports whether the whole archive is wanted.
func (d *download) isWhole() bool { return d.want == vault.Range{Size: d.archive.Size} }

// addJob adds a job to the jobs to read from, unless its output is gone. The job must contain
// the needed range, and its archive must have the size and tree hash on record.
func (d *download) addJob(ctx context.Context, job record.Job, need vault.Range) error {
	now, err := d.requester.Describe(ctx, job.ID)
	if job, err = jobs.NoteJob(ctx, d.Journal, job, now, err, d.Now()); err != nil {
		return err
	}
	if job.Status == record.Gone {
		return d.dropJob(ctx, job)
	}
	size := max(now.ArchiveSize, now.Range.End())
	switch {
	case d.archive.Size < 0:
		d.archive.Size = size
	case now.ArchiveSize != 0 && now.ArchiveSize != d.archive.Size:
		return vault.Errorf(vault.ErrChecksum, "archive %s: the record says that it has %d bytes, and the vault %d",
			depot.QuoteID(d.archive.ID), d.archive.Size, now.ArchiveSize)
	}
	switch {
	case d.archive.TreeHash.IsZero():
		d.archive.TreeHash = now.ArchiveTreeHash
	case !now.ArchiveTreeHash.IsZero() && now.ArchiveTreeHash != d.archive.TreeHash:
		return vault.Errorf(vault.ErrChecksum, "archive %s: the record says that its tree hash is %s, and the vault %s",
			depot.QuoteID(d.archive.ID), d.archive.TreeHash, now.ArchiveTreeHash)
	}
	d.crc = now.ArchiveCRC64
	if job.Range.IsZero() {
		job.Range.Size = d.archive.Size
	}
	if !job.Range.Contains(need) {
		return vault.Errorf(vault.ErrInvalid, "job %s: asked for %s, the vault retrieves %s",
			depot.QuoteID(job.ID), depot.RangeText(need), depot.RangeText(job.Range))
	}
	d.jobs = append(d.jobs, job)
	return nil
}

func (d *download) result() Result {
	resumed := -d.received
	for _, n := range d.have {
		resumed += n.Size
	}
	return Result{
		ArchiveID: d.archive.ID, Range: d.want, Resumed: resumed, Received: d.received,
		Retries: d.retries, Elapsed: d.Now().Sub(d.started), Busy: d.busy,
		Unproved: d.isUnproved(),
	}
}
