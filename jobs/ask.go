package jobs

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"firn/depot"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// Requester finds jobs at a vault, or starts them: each at most once, whatever
// becomes of the answers.
type Requester struct {
	*depot.Run
	url     string     // of the vault
	text    string     // of descriptions, before our token
	topic   string     // that gets a message when a job has ended; may be empty
	longest int        // bytes that a description may have
	tier    vault.Tier // of the options; empty: any will do
	noWait  bool

	Listed *List
	told   map[vault.JobID]bool // jobs that tellTopic has spoken of

	toldUnread bool // tellUnread has spoken
}

// NewRequester returns a Requester of jobs, for one run on a depot.
func NewRequester(run depot.Run, o Options) *Requester {
	return &Requester{
		Run: &run, url: run.Vault.URL(), text: o.Description, topic: o.Topic, longest: run.Vault.Limits().MaxDescription,
		tier: o.Tier, noWait: o.NoWait, Listed: &List{},
	}
}

// Wanted is a job that is looked for or, if there is none, started.
type Wanted struct {
	vault.JobRequest
	Bytes int64                // that the job makes readable; -1 if not known
	Fits  func(vault.Job) bool // whether a job of this kind and archive will do
}

// ForRange asks for a range of an archive; the zero Range is all of it.
func (a *Requester) ForRange(ctx context.Context, archive record.Archive, r vault.Range) (job record.Job, found bool, err error) {
	w := Wanted{
		JobRequest: vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive.ID, Range: r, Tier: cmp.Or(a.tier, vault.Standard)},
		Bytes:      r.Size,
		Fits:       func(j vault.Job) bool { return covers(j, r, archive.Size) },
	}
	if r.IsZero() {
		w.Bytes = archive.Size
	}
	return a.Job(ctx, w)
}

// covers reports whether the output of a job has the bytes of r, the zero Range
// being all of the archive, and is a node of the archive's tree: of another one
// the vault proves nothing.
func covers(j vault.Job, r vault.Range, size int64) bool {
	if j.ArchiveSize > 0 { // of which the vault knows more than the record
		size = j.ArchiveSize
	}
	switch {
	case size < 0: // nothing is known, so a hash must tell that it is the whole
		return r.IsZero() && j.Range.Offset == 0 && !j.TreeHash.IsZero() && j.TreeHash == j.ArchiveTreeHash
	case r.IsZero():
		r = vault.Range{Size: size}
	}
	return j.Range.Contains(r) && (size == 0 || treehash.Aligned(j.Range.Offset, j.Range.End()-1, size))
}

// Job returns a job that will do, from the record, from the vault's list, or
// started now. While the account's policy refuses it, job waits.
func (a *Requester) Job(ctx context.Context, w Wanted) (job record.Job, found bool, err error) {
	if err := a.checkTopic(); err != nil {
		return record.Job{}, false, err
	}
	w.Topic = a.topic
	token := depot.NewToken()
	w.Description = strings.TrimSpace(a.text + " " + mark(token))
	if a.longest > 0 && len(w.Description) > a.longest {
		return record.Job{}, false, fmt.Errorf("a description of %d characters, where a job has room for %d: %w",
			len(a.text), a.longest-len(mark(token))-1, vault.ErrInvalid)
	}
	intent := record.Job{
		Vault: a.url, Kind: w.Kind, Archive: w.Archive, Range: w.Range, List: w.List, Tier: w.Tier,
		Token: token, Description: w.Description,
	}
	approved := false
	var waited time.Duration
	for pause := firstLimited; ; pause = min(longLimited, 2*pause) {
		job, found, err := a.once(ctx, w, &intent, &approved)
		if !errors.Is(err, vault.ErrLimited) {
			return job, found, err
		}
		if waited += pause; waited > a.Patience {
			return record.Job{}, false, fmt.Errorf("%w: %w", depot.ErrGaveUp, err)
		}
		if err := a.limited(ctx, w, err, pause); err != nil {
			return record.Job{}, false, err
		}
	}
}

// mark is what a token looks like in a description.
func mark(token string) string { return markBegins + token }

const markBegins = "firn:"

// HasMark reports whether a description has a token in it, ours or that of firn
// elsewhere: firn has asked for the job.
func HasMark(description string) bool {
	_, after, found := strings.Cut(description, markBegins)
	if !found || len(after) < depot.TokenLength {
		return false
	}
	_, err := hex.DecodeString(after[:depot.TokenLength])
	return err == nil
}

// once looks for a job and starts one if there is none, while no other process
// does the same.
func (a *Requester) once(ctx context.Context, w Wanted, intent *record.Job, approved *bool) (job record.Job, found bool, err error) {
	unlock, err := a.lock(ctx, w)
	if err != nil {
		return record.Job{}, false, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	job, found, err = a.find(ctx, w)
	if found || err != nil {
		return job, found, err
	}
	if a.Stopping() {
		return record.Job{}, false, depot.ErrInterrupted
	}
	if !*approved {
		a.tellUnread()
		if err := a.Approve(w.JobRequest, w.Bytes); err != nil {
			return record.Job{}, false, err
		}
		*approved = true
	}
	err = a.start(ctx, w, intent)
	return *intent, false, err
}

// How long another process may take that is asking for the same.
const (
	lockEvery = 200 * time.Millisecond
	lockTries = 150
)

func (a *Requester) lock(ctx context.Context, w Wanted) (unlock func() error, err error) {
	ticker := time.NewTicker(lockEvery)
	defer ticker.Stop()
	for range lockTries {
		unlock, err = a.Journal.LockVault(ctx, a.url, "job "+string(w.Archive))
		if !errors.Is(err, vault.ErrLocked) {
			return unlock, err
		}
		select {
		case <-ticker.C:
		case <-a.Drain:
			return nil, depot.ErrInterrupted
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return nil, fmt.Errorf("another process is asking for %s: %w", jobSubject(record.Job{Kind: w.Kind, Archive: w.Archive}), err)
}
