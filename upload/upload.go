// Package upload brings a file or a stream into a vault, as one archive.
//
// An upload is multipart, concurrent, retried and verified: every part and the whole are
// proved by the hash of the bytes that were read. With a record (package catalog keeps one)
// an upload that was killed continues when the same call is made again, and one that was
// completed is not repeated. Without a record it still continues, by what the vault itself
// tells about its unfinished uploads.
//
// What to keep safe: the archive id. A Glacier vault has no names, and tells its ids only in
// an inventory, about a day later. With a record the id is on disk before [File] returns it.
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

// Stored tells about an archive that is in its vault.
type Stored struct {
	ArchiveID      vault.ArchiveID
	Size           int64 // bytes
	TreeHash       treehash.Hash
	Description    string
	PartSize       int64 // bytes; 0 if AlreadyPresent and the record does not tell
	Parts          int
	PartsResumed   int // of these, sent by an earlier run
	Sent           int64
	Retries        int
	Elapsed        time.Duration // of this run
	AlreadyPresent bool          // nothing was sent: an earlier upload had stored it
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

// From stores the source as one archive of the vault and returns when the
// vault has confirmed the tree hash of all its bytes.
//
// Calling it again after any failure continues: parts that the vault holds and
// the local bytes prove are not sent again. If the same source was stored before
// under the same description, or an inventory lists its bytes under its name, nothing
// is sent and AlreadyPresent is set, unless Again asks for another copy. An upload is
// never aborted here.
//
// A vault.UnprovedError means that the archive is stored, on record as unproved, and
// that the vault tells something else of it than was sent; calling it again looks at
// it again and sends nothing. An UnfinishedError means that all is sent, and that
// another archive has the name.
func From(ctx context.Context, d depot.Depot, source *source.Source, o Options) (Stored, error) {
	description, err := describe(source, o.Description, d.Vault.Limits())
	if err != nil {
		return Stored{}, err
	}
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	u := &upload{
		Options: o, Run: run, VaultURL: d.Vault.URL(), source: source, name: cmp.Or(o.Name, source.Name), description: description,
		limiter: transfer.NewLimiter(o.LimitRate),
		begin:   run.Now(),
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

// checkNotEmpty refuses an empty source where an archive must have a byte,
// before anything is created. It waits for the first byte of a stream.
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
		return fmt.Errorf("%s %w as an archive: it is empty, and this vault keeps no empty archives; "+
			"pack it together with other files", u.source, source.ErrUnreadable)
	}
	return nil
}

// upload is one call of Upload.
type upload struct {
	Options
	depot.Run
	VaultURL string // of the vault, which is its name on record

	source      *source.Source
	name        string // of the archive, at a vault that keeps names
	description string
	limiter     *rate.Limiter
	begin       time.Time
	unlocks     []func() error          // of the locks held, called at the end
	strangers   map[vault.UploadID]bool // unfinished before ours was asked for, and not ours
	pending     []pending               // earlier ones whose end is unknown
	whole       treehash.Hash           // of the source, once it was read for that
	last        record.Upload           // the newest of this source and description on record
}

// attempts bounds how often one call begins anew because the upload had expired
// under it.
const attempts = 3

func (u *upload) run(ctx context.Context) (Stored, error) {
	last, err := u.Journal.FindUpload(ctx, u.VaultURL, u.source.Identity.Path, u.description)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return Stored{}, err
	}
	if stored, done, err := u.settle(ctx, &last); done || err != nil {
		return stored, err
	}
	if stored, done, err := u.proveAgain(ctx); done || err != nil {
		return stored, err
	}
	if stored, found, err := u.alreadyPresent(ctx, last); found || err != nil {
		return stored, err
	}
	if stored, done, err := u.settleUnknown(ctx, &last); done || err != nil {
		return stored, err
	}
	for range attempts {
		at, err := u.open(ctx, last)
		if err != nil {
			return Stored{}, err
		}
		stored, err := u.bring(ctx, at)
		if !errors.Is(err, errUploadGone) {
			return stored, err
		}
		if err := u.expire(ctx, at); err != nil {
			return Stored{}, err
		}
		if u.source.Stream != nil {
			return Stored{}, fmt.Errorf("the unfinished upload is gone from the vault and the stream is partly read; feed it again: %w", depot.ErrGaveUp)
		}
		last = at.Upload
	}
	return Stored{}, fmt.Errorf("the vault dropped %d uploads of this file one after the other: %w", attempts, depot.ErrGaveUp)
}

// attempt is an open upload: its record, its plan, and what is there of it.
type attempt struct {
	record.Upload
	plan  transfer.Plan
	held  map[int64]vault.Part    // what the vault says it has, by offset
	known map[int64]treehash.Hash // hashes of local bytes that need no reading, by offset
}

// bring sends what the vault lacks and completes the upload.
func (u *upload) bring(ctx context.Context, at *attempt) (Stored, error) {
	out, err := u.send(ctx, at)
	if err != nil {
		return Stored{}, err
	}
	if err := u.checkUnchanged(ctx, at, out.TreeHash()); err != nil {
		return Stored{}, err
	}
	if u.Stopping() { // the end of a stream may be that of an interrupted program
		return Stored{}, depot.ErrInterrupted
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
		Sent: out.Sent, Retries: out.Retries, Elapsed: u.Now().Sub(u.begin),
	}, nil
}

// checkNoSurplus gives an upload up that holds bytes beyond the end of the
// source, as when another stream was fed before: a vault removes no single part.
func (u *upload) checkNoSurplus(ctx context.Context, at *attempt, size int64) error {
	for _, p := range at.held {
		if p.Offset < size {
			continue
		}
		at.State = record.Aborted
		return errors.Join(fmt.Errorf("the unfinished upload %s holds more than %s has (%s) and is given up; "+
			"the next run begins another one, and the old one stays at the vault until it is removed: %w",
			at.ID, u.source, humane.Bytes(size), depot.ErrGaveUp),
			u.Journal.DropParts(ctx, at.Key), u.save(ctx, at))
	}
	return nil
}

// send runs the engine over the attempt and adds up what it did, whatever its end.
func (u *upload) send(ctx context.Context, at *attempt) (transfer.Outcome, error) {
	pieces, err := u.pieces(at.plan)
	if err != nil {
		return transfer.Outcome{}, err
	}
	concurrency := depot.InFlight(u.Concurrency, u.LimitRate, u.source.Stream != nil)
	out, err := transfer.Send(ctx, transfer.Options{
		Vault: u.Vault, ID: at.ID, Plan: at.plan, Source: pieces,
		Held: at.held, Known: at.known,
		Record: func(ctx context.Context, p vault.Part) error {
			return u.Journal.SavePart(ctx, at.Key, p)
		},
		Concurrency: at.plan.InFlight(concurrency, float64(u.LimitRate)), Limiter: u.limiter, RetryFor: u.Patience,
		Drain: u.Drain, DrainTimeout: u.Grace, Progress: u.Progress,
	})
	if u.LimitRate == 0 { // else it would teach nothing about the line
		at.Sent += out.Sent
		at.Busy += out.Busy
	}
	err = u.explainPartSize(at, u.explainMissing(ctx, u.explainSource(err)))
	return out, errors.Join(err, u.save(ctx, at))
}

// explainSource names the source whose bytes could not be read or are not what
// they were. Other errors come back as they are.
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

// spoolDir is where parts of a stream wait: not where temporary files go, which
// often is memory.
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

// save records the attempt even if the call was cancelled meanwhile.
func (u *upload) save(ctx context.Context, at *attempt) error {
	return u.Journal.SaveUpload(context.WithoutCancel(ctx), &at.Upload)
}
