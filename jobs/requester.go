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

// Requester finds jobs at a vault, or starts them. It starts each job at most once, even if an
// answer is lost. The packages download and reconcile use it; other callers use [Retrieve].
type Requester struct {
	*depot.Run
	url     string     // canonical URL of the vault
	text    string     // start of the descriptions, before our token
	topic   string     // receives a message when a job has ended; may be empty
	longest int        // maximal bytes of a description
	tier    vault.Tier // from the options; empty: any tier is accepted
	noWait  bool

	Listed  *List                // the vault's list of jobs
	noticed map[vault.JobID]bool // jobs that noticeTopic has announced

	noticedUnread bool // noticeUnread has announced them
}

// NewRequester returns a Requester for one run on a depot.
func NewRequester(run depot.Run, o Options) *Requester {
	return &Requester{
		Run: &run, url: run.Vault.URL(), text: o.Description, topic: o.Topic, longest: run.Vault.Limits().MaxDescription,
		tier: o.Tier, noWait: o.NoWait, Listed: &List{},
	}
}

// Wanted describes a job to find or, if there is none, to start.
type Wanted struct {
	vault.JobRequest
	Bytes int64                // bytes that the job makes readable; -1 if not known
	Fits  func(vault.Job) bool // whether an existing job of this kind and archive is suitable
}

// ForRange finds or starts a job for a range of an archive. The zero Range is the whole
// archive.
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

// covers reports whether the output of a job contains the bytes of r, and is a node of the
// archive's tree. For any other range the vault has no hash to verify it with. The zero Range
// is the whole archive.
func covers(j vault.Job, r vault.Range, size int64) bool {
	if j.ArchiveSize > 0 { // the vault's size counts before the record's
		size = j.ArchiveSize
	}
	switch {
	case size < 0: // only the hash shows whether the output is the whole archive
		return r.IsZero() && j.Range.Offset == 0 && !j.TreeHash.IsZero() && j.TreeHash == j.ArchiveTreeHash
	case r.IsZero():
		r = vault.Range{Size: size}
	}
	return j.Range.Contains(r) && (size == 0 || treehash.Aligned(j.Range.Offset, j.Range.End()-1, size))
}

// Job returns a suitable job from the record or from the vault's list, or starts one. found is
// false for a job that it started. If the account's own limit refuses the job, Job waits and
// tries again.
func (a *Requester) Job(ctx context.Context, w Wanted) (job record.Job, found bool, err error) {
	if err := a.checkTopic(); err != nil {
		return record.Job{}, false, err
	}
	w.Topic = a.topic
	token := depot.NewToken()
	w.Description = strings.TrimSpace(a.text + " " + mark(token))
	if a.longest > 0 && len(w.Description) > a.longest {
		return record.Job{}, false, vault.Errorf(vault.ErrInvalid, "the description has %d characters, and that of a job has at most %d",
			len(a.text), a.longest-len(mark(token))-1)
	}
	intent := record.Job{
		Vault: a.url, Kind: w.Kind, Archive: w.Archive, Range: w.Range, List: w.List, Tier: w.Tier,
		Token: token, Description: w.Description,
	}
	approved := false
	var waited time.Duration
	for pause := firstLimited; ; pause = min(longLimited, 2*pause) {
		job, found, err := a.findOrStart(ctx, w, &intent, &approved)
		if !errors.Is(err, vault.ErrLimited) {
			return job, found, err
		}
		if waited += pause; waited > a.Patience {
			return record.Job{}, false, fmt.Errorf("%w: %w", depot.ErrGaveUp, err)
		}
		if err := a.waitForLimit(ctx, w, err, pause); err != nil {
			return record.Job{}, false, err
		}
	}
}

func mark(token string) string { return markBegins + token }

const markBegins = "firn:"

// HasMark reports whether a description contains a token: this or another firn started the job.
func HasMark(description string) bool {
	_, after, found := strings.Cut(description, markBegins)
	if !found || len(after) < depot.TokenLength {
		return false
	}
	_, err := hex.DecodeString(after[:depot.TokenLength])
	return err == nil
}

// findOrStart finds a job, or starts one if there is none. A lock keeps other processes from
// doing the same at the same time.
func (a *Requester) findOrStart(ctx context.Context, w Wanted, intent *record.Job, approved *bool) (job record.Job, found bool, err error) {
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
		a.noticeUnread()
		if err := a.Approve(w.JobRequest, w.Bytes); err != nil {
			return record.Job{}, false, err
		}
		*approved = true
	}
	err = a.start(ctx, w, intent)
	return *intent, false, err
}

// These constants bound how long another process may hold the lock.
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
	return nil, fmt.Errorf("another process is starting the job for %s: %w", jobSubject(record.Job{Kind: w.Kind, Archive: w.Archive}), err)
}
