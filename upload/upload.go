// Package upload stores a file or a stream in a vault, as one archive.
//
//	stored, err := upload.File(ctx, d, "backup.tar", upload.Options{Description: "June"})
//
// Here d is a depot.Depot. Open of the root package firn returns one, in its field Depot.
// [File] takes a path. [From] takes a source of package source: a stream, or any io.ReaderAt.
// [All] takes many, and overlaps their uploads.
//
// firn sends several parts at a time, retries failed requests, and verifies each part and the
// whole archive by the hash of the bytes that it read. If an upload is interrupted or killed,
// the same call continues it. If the archive is already in the vault, the call sends nothing.
// For both, firn uses the record, which package catalog keeps. Without a record, it can still
// continue, from the vault's own list of unfinished uploads.
//
// Keep the archive id. A Glacier vault has no names, and lists its ids only in an inventory,
// about a day later. With a record, the id is on disk before [File] returns it.
package upload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/time/rate"

	"firn/depot"
	"firn/internal/home"
	"firn/internal/humane"
	"firn/internal/transfer"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/vault"
)

// Stored describes an archive that is in its vault.
type Stored struct {
	ArchiveID      vault.ArchiveID
	Size           int64 // bytes
	TreeHash       treehash.Hash
	Description    string
	PartSize       int64 // bytes; 0 if AlreadyPresent and not on record
	Parts          int
	PartsResumed   int           // parts that an earlier run sent, included in Parts
	Sent           int64         // bytes sent by this run
	Retries        int           // repeated requests
	Elapsed        time.Duration // of this run
	AlreadyPresent bool          // the archive was in the vault before, and nothing was sent
}

// File stores the file at path as one archive; see [From].
func File(ctx context.Context, d depot.Depot, path string, o Options) (Stored, error) {
	source, err := source.Open(path)
	if err != nil {
		return Stored{}, err
	}
	stored, err := From(ctx, d, source, o)
	return stored, errors.Join(err, source.Close())
}

// From stores the source as one archive. It returns when the vault has confirmed the tree hash
// of all its bytes and, with a record, the archive id is on disk.
//
// After any failure, the same call continues: parts that the vault holds and that match the
// local bytes are not sent again. If the source was stored before with the same description, or
// an inventory lists its bytes under its name, nothing is sent and AlreadyPresent is set,
// unless Again requests another copy. From never aborts an upload.
//
// A source.ErrUnreadable or source.ErrSourceChanged means that the source cannot be read or
// changed while it was read; nothing was completed. A vault.UnprovedError means that the vault
// stored the archive and reports other values for it than were sent. The archive is on record
// as unproved; the same call checks it again and sends nothing. An UnfinishedError means that
// everything is sent and that another archive has the name. ErrUnknown means that the archive
// may be stored; the same call finds out. A vault.ErrLocked means that another process uploads
// the same source.
func From(ctx context.Context, d depot.Depot, source *source.Source, o Options) (Stored, error) {
	limiter, stop := transfer.StartLimiter(ctx, o.limits(), d.WithDefaults().Now)
	defer stop()
	return from(ctx, d, source, o, shared{limiter: limiter})
}

// shared is the common state of the uploads of a queue. A single upload has only a limiter.
type shared struct {
	limiter *rate.Limiter
	pool    *transfer.Pool // nil: the upload has the whole concurrency
	begun   *begun         // nil: the upload lists the unfinished uploads itself
}

func from(ctx context.Context, d depot.Depot, source *source.Source, o Options, s shared) (Stored, error) {
	description, err := describe(source, o.Description, d.Vault.Limits())
	if err != nil {
		return Stored{}, err
	}
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	u := &upload{
		Options: o, Run: run, VaultURL: d.Vault.URL(), source: source, name: cmp.Or(o.Name, source.Name), description: description,
		shared: s, started: run.Now(),
	}
	if err := u.checkNotEmpty(ctx); err != nil {
		return Stored{}, err
	}
	unlock, err := u.Journal.LockUpload(ctx, u.VaultURL, source.Identity.Path, description)
	if err != nil {
		return Stored{}, err
	}
	u.unlocks = append(u.unlocks, unlock)
	stored, err := u.run(ctx)
	for _, unlock := range u.unlocks {
		err = errors.Join(err, unlock())
	}
	return stored, err
}

// checkNotEmpty refuses an empty source before anything is created, if the vault keeps no empty
// archives. It waits for the first byte of a stream.
func (u *upload) checkNotEmpty(ctx context.Context) error {
	empty := u.source.Size() == 0
	if u.source.Stream != nil {
		waiting, stop := u.UntilDrained(ctx)
		defer stop()
		var err error
		empty, err = u.source.Stream.Empty(waiting)
		if err != nil && waiting.Err() == nil {
			err = fmt.Errorf("%s %w: %w", u.source, source.ErrUnreadable, err)
		}
		if err != nil {
			return err
		}
	}
	if empty && u.Vault.Limits().MinArchiveSize > 0 {
		return fmt.Errorf("%s %w as an archive: it is empty, and this vault takes no empty archives; "+
			"pack it together with other files", u.source, source.ErrUnreadable)
	}
	return nil
}

// upload is one call of From.
type upload struct {
	Options
	depot.Run
	shared
	VaultURL string // canonical URL, by which the record names the vault

	source      *source.Source
	name        string // of the archive, at a vault that keeps names
	description string
	started     time.Time
	unlocks     []func() error          // release the locks at the end
	others      map[vault.UploadID]bool // unfinished uploads that existed before our request and are not ours
	pending     []pending               // earlier uploads whose result is unknown
	whole       treehash.Hash           // tree hash of the source; zero until wholeHash computed it
	approved    bool                    // the caller has agreed to the costs
	last        record.Upload           // the newest upload of this source and description on record
}

// attempts is the number of uploads that one call begins, if one after the other expires while
// it sends.
const attempts = 3

func (u *upload) run(ctx context.Context) (Stored, error) {
	last, err := u.Journal.FindUpload(ctx, u.VaultURL, u.source.Identity.Path, u.description)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return Stored{}, err
	}
	if stored, done, err := u.resolveCompleting(ctx, &last); done || err != nil {
		return stored, err
	}
	if stored, done, err := u.verifyAgain(ctx); done || err != nil {
		return stored, err
	}
	if stored, found, err := u.alreadyPresent(ctx, last); found || err != nil {
		return stored, err
	}
	if stored, done, err := u.resolveUnknown(ctx, &last); done || err != nil {
		return stored, err
	}
	for range attempts {
		at, err := u.open(ctx, last)
		if err == nil {
			err = u.approve(at.plan, len(at.held))
		}
		if err != nil {
			return Stored{}, err
		}
		stored, err := u.sendAndComplete(ctx, at)
		if !errors.Is(err, errUploadGone) {
			return stored, err
		}
		if err := u.expire(ctx, at); err != nil {
			return Stored{}, err
		}
		if u.source.Stream != nil {
			return Stored{}, fmt.Errorf("the vault dropped the unfinished upload after part of the stream was read; feed the stream again: %w", depot.ErrGaveUp)
		}
		last = at.Upload
	}
	return Stored{}, fmt.Errorf("the vault dropped %d uploads of this file in a row: %w", attempts, depot.ErrGaveUp)
}

// approve asks the caller once whether to send the source in parts, of which the vault holds
// some.
func (u *upload) approve(plan transfer.Plan, held int) error {
	if u.approved {
		return nil
	}
	approval := depot.UploadPlan{Size: plan.Size}
	if plan.Size == transfer.Unknown && u.ExpectedSize > 0 {
		approval.Size = u.ExpectedSize
	}
	if approval.Size >= 0 {
		whole := Plan{Parts: int(PartsOf(approval.Size, plan.PartSize))}
		approval.Requests = max(1, whole.Requests()-held)
	}
	err := u.ApproveUpload(approval)
	u.approved = err == nil
	return err
}

// attempt is an open upload: its record, its plan, and its parts.
type attempt struct {
	record.Upload
	plan  transfer.Plan
	held  map[int64]vault.Part    // parts that the vault lists, by offset
	known map[int64]treehash.Hash // recorded hashes of unchanged local bytes, by offset
}

// sendAndComplete sends the missing parts and completes the upload.
func (u *upload) sendAndComplete(ctx context.Context, at *attempt) (Stored, error) {
	out, err := u.send(ctx, at)
	if err != nil {
		return Stored{}, err
	}
	err = u.checkUnchanged(ctx, at, out.TreeHash())
	if err == nil && u.Stopping() { // an interrupt may also have ended the program that feeds a stream
		err = depot.ErrInterrupted
	}
	if err != nil {
		return Stored{}, errors.Join(err, u.save(ctx, at))
	}
	if err := u.checkNoSurplus(ctx, at, out.Size); err != nil {
		return Stored{}, err
	}
	if err := u.checkNotPending(ctx, at, out.TreeHash()); err != nil {
		return Stored{}, err
	}
	id, err := u.complete(ctx, at, vault.Completion{Size: out.Size, TreeHash: out.TreeHash(), Parts: out.Parts})
	if err != nil {
		return Stored{}, err
	}
	return Stored{
		ArchiveID: id, Size: out.Size, TreeHash: at.TreeHash, Description: u.description,
		PartSize: at.PartSize, Parts: len(out.Parts), PartsResumed: out.Adopted,
		Sent: out.Sent, Retries: out.Retries, Elapsed: u.Now().Sub(u.started),
	}, nil
}

// checkNoSurplus abandons an upload that holds bytes beyond the end of the source, for example
// because another stream was fed before. A vault cannot remove a single part.
func (u *upload) checkNoSurplus(ctx context.Context, at *attempt, size int64) error {
	for _, p := range at.held {
		if p.Offset < size {
			continue
		}
		at.State = record.Aborted
		return errors.Join(fmt.Errorf("the unfinished upload %s has more bytes than %s (%s) and is abandoned; "+
			"the next run begins another one, and the old one stays in the vault until you abort it: %w",
			at.ID, u.source, humane.Bytes(size), depot.ErrGaveUp),
			u.Journal.DropParts(ctx, at.Key), u.save(ctx, at))
	}
	return nil
}

// send runs the engine for the attempt and adds its work to at. It records that at once if it
// fails; otherwise the next state of the upload records it.
func (u *upload) send(ctx context.Context, at *attempt) (transfer.Outcome, error) {
	pieces, err := u.pieces(at.plan)
	if err != nil {
		return transfer.Outcome{}, err
	}
	concurrency, err := u.inFlight(ctx, at.plan)
	if err != nil {
		return transfer.Outcome{}, err
	}
	out, err := transfer.Send(ctx, transfer.Options{
		Vault: u.Vault, ID: at.ID, Plan: at.plan, Source: pieces,
		Held: at.held, Known: at.known,
		Record: func(ctx context.Context, p vault.Part) error {
			return u.Journal.SavePart(ctx, at.Key, p)
		},
		Concurrency: concurrency, Pool: u.pool, Limiter: u.limiter, RetryFor: u.Patience,
		Drain: u.Drain, DrainTimeout: u.Grace, Progress: u.Progress,
	})
	if !u.limits().IsLimited() { // a limited transfer does not show the rate of the connection
		at.Sent += out.Sent
		at.Busy += out.Busy
	}
	if err == nil {
		return out, nil
	}
	err = u.explainPartSize(at, u.explainMissing(ctx, u.explainSource(err)))
	return out, errors.Join(err, u.save(ctx, at))
}

// inFlight returns how many parts may be in flight; 0 if the engine chooses.
func (u *upload) inFlight(ctx context.Context, plan transfer.Plan) (int, error) {
	stream := u.source.Stream != nil
	limit := u.limits().Most()
	most := depot.InFlight(u.Concurrency, limit, stream)
	switch {
	case u.Concurrency > 0:
		return most, nil
	case limit > 0:
		return plan.InFlight(most, float64(limit)), nil
	case stream:
		// The connection may have reached the expected rate by several parts at a time, so a few
		// are in flight in any case.
		const few = 4
		rate, err := u.expectedRate(ctx)
		return max(few, plan.InFlight(most, rate)), err
	}
	return most, nil
}

// explainSource adds the source's name to an error of reading it. It returns other errors
// unchanged.
func (u *upload) explainSource(err error) error {
	switch {
	case !transfer.IsSource(err):
		return err
	case errors.Is(err, source.ErrSourceChanged):
		return fmt.Errorf("%q: %w", u.source.Identity.Path, err)
	}
	return fmt.Errorf("%s %w: %w", u.source, source.ErrUnreadable, err)
}

func (u *upload) pieces(p transfer.Plan) (transfer.Source, error) {
	if u.source.Stream == nil {
		return transfer.FromReaderAt(u.source.At, p), nil
	}
	dir, err := u.spoolDir()
	return transfer.FromStream(u.source.Stream, p, u.Vault.Limits(), dir), err
}

// spoolDir returns the directory for waiting parts of a stream. It is not the directory for
// temporary files, which often is in memory.
func (u *upload) spoolDir() (string, error) {
	if u.SpoolDir != "" {
		return u.SpoolDir, nil
	}
	cache, err := home.Cache()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSpool, err)
	}
	dir := filepath.Join(cache, "firn", "spool")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("%w: %w", ErrSpool, err)
	}
	return dir, nil
}

// save records the attempt, even after the call was cancelled.
func (u *upload) save(ctx context.Context, at *attempt) error {
	return u.Journal.SaveUpload(context.WithoutCancel(ctx), &at.Upload)
}
