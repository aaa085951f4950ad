package firn

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"firn/internal/transfer"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// asking finds jobs at a vault, or starts them: each at most once, whatever
// becomes of the answers.
type asking struct {
	vault    vault.Retriever
	url      string
	journal  JobJournal
	text     string     // of descriptions, before our token
	topic    string     // that is told when a job has ended; may be empty
	longest  int        // bytes that a description may have
	tier     vault.Tier // that was asked for; empty: any will do
	approve  func(vault.JobRequest, int64) error
	noWait   bool
	retryFor time.Duration
	drain    <-chan struct{}
	notice   func(string)
	now      func() time.Time

	listed *JobList
	told   map[vault.JobID]bool // jobs of which tellTopic has told

	toldUnread bool // tellUnread has told
}

func (o *RetrieveOptions) asking(v vault.Vault) *asking {
	return &asking{
		vault: v, url: v.URL(), journal: o.Journal, text: o.Description, topic: o.Topic, longest: v.Limits().MaxDescription,
		tier: o.Tier, approve: o.Approve, noWait: o.NoWait, retryFor: o.RetryFor,
		drain: o.Drain, notice: o.Notice, now: o.Now, listed: &JobList{},
	}
}

// wanted is a job that is looked for or, if there is none, started.
type wanted struct {
	vault.JobRequest
	bytes int64                // that the job makes readable; -1 if not known
	fits  func(vault.Job) bool // whether a job of this kind and archive will do
}

// forRange asks for a range of an archive; the zero Range is all of it.
func (a *asking) forRange(ctx context.Context, archive record.Archive, r vault.Range) (job record.Job, found bool, err error) {
	w := wanted{
		JobRequest: vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive.ID, Range: r, Tier: cmp.Or(a.tier, vault.Standard)},
		bytes:      r.Size,
		fits:       func(j vault.Job) bool { return covers(j, r, archive.Size) },
	}
	if r.IsZero() {
		w.bytes = archive.Size
	}
	return a.job(ctx, w)
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

// job returns a job that will do, from the record, from the vault's list, or
// started now. While the account's policy refuses it, job waits.
func (a *asking) job(ctx context.Context, w wanted) (job record.Job, found bool, err error) {
	if err := a.checkTopic(); err != nil {
		return record.Job{}, false, err
	}
	w.Topic = a.topic
	token := newToken()
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
		if waited += pause; waited > a.retryFor {
			return record.Job{}, false, fmt.Errorf("%w: %w", ErrGaveUp, err)
		}
		if err := a.limited(ctx, w, err, pause); err != nil {
			return record.Job{}, false, err
		}
	}
}

// mark is what a token looks like in a description.
func mark(token string) string { return markBegins + token }

const markBegins = "firn:"

// hasMark reports whether a description has a token in it, ours or that of firn
// elsewhere: firn has asked for the job.
func hasMark(description string) bool {
	_, after, found := strings.Cut(description, markBegins)
	if !found || len(after) < tokenLength {
		return false
	}
	_, err := hex.DecodeString(after[:tokenLength])
	return err == nil
}

// once looks for a job and starts one if there is none, while no other process
// does the same.
func (a *asking) once(ctx context.Context, w wanted, intent *record.Job, approved *bool) (job record.Job, found bool, err error) {
	unlock, err := a.lock(ctx, w)
	if err != nil {
		return record.Job{}, false, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	job, found, err = a.find(ctx, w)
	if found || err != nil {
		return job, found, err
	}
	if a.stopping() {
		return record.Job{}, false, ErrInterrupted
	}
	if !*approved {
		a.tellUnread()
		if err := a.approve(w.JobRequest, w.bytes); err != nil {
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

func (a *asking) lock(ctx context.Context, w wanted) (unlock func() error, err error) {
	ticker := time.NewTicker(lockEvery)
	defer ticker.Stop()
	for range lockTries {
		unlock, err = a.journal.LockVault(ctx, a.url, "job "+string(w.Archive))
		if !errors.Is(err, vault.ErrLocked) {
			return unlock, err
		}
		select {
		case <-ticker.C:
		case <-a.drain:
			return nil, ErrInterrupted
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return nil, fmt.Errorf("another process is asking for %s: %w", jobSubject(record.Job{Kind: w.Kind, Archive: w.Archive}), err)
}

func (a *asking) retry() transfer.Retry { return patientRetry(a.retryFor, a.drain, a.notice) }

func (a *asking) stopping() bool {
	select {
	case <-a.drain:
		return true
	default:
		return false
	}
}
