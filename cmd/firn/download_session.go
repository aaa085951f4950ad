package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"

	"firn/catalog"
	"firn/depot"
	"firn/download"
	"firn/jobs"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

// downloadSession is what the archives of one firn download share.
type downloadSession struct {
	*program
	options  downloadOptions
	vaultArg string // as typed
	vault    *vaulturl.Vault
	catalog  *catalog.Catalog
	bell     jobs.Bell

	rate     float64   // bytes per second; 0 if not known
	asked    int64     // bytes of archives that were asked for and not fetched yet
	listed   jobs.List // that all of them share
	spending *spending
	output   *os.Root        // the directory that files go into; nil if there is none
	madeRoom map[string]bool // directories below it that are there, durably
	hook     *readyHook
	shown    *progress
}

func (s *downloadSession) run(ctx context.Context, archives []record.Archive) (err error) {
	items, err := s.options.places(archives)
	if err != nil {
		return err
	}
	if err := s.openOutput(items); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.closeOutput()) }()
	if s.spending, err = s.newSpending(s.vault, s.options.maxCost); err != nil {
		return err
	}
	if s.rate, err = s.knownDownloadRate(ctx, s.catalog, s.vault.URL(), s.options.estimateRate, s.options.limitRate); err != nil {
		return err
	}
	s.hook = s.newReadyHook(s.options.waitOptions, func(id vault.ArchiveID) string {
		i := slices.IndexFunc(items, func(i item) bool { return i.ID == id })
		return download.FileName(items[i].Archive)
	})
	s.setResume("")
	s.shown = startProgress(s.ui, s.now, "segment")
	defer s.shown.stop()
	unwatch := context.AfterFunc(ctx, func() {
		s.ui.say("firn: stopping; ranges in flight get 10 s to finish, another signal ends at once")
	})
	defer unwatch()
	if len(items) > 1 {
		return s.hook.end(s.many(ctx, items))
	}
	return s.hook.end(s.one(ctx, items[0], s.options.noWait))
}

// knownDownloadRate is what the line is thought to carry, in bytes per second; 0
// if nothing is known.
func (p *program) knownDownloadRate(ctx context.Context, c *catalog.Catalog, vaultURL string, estimate, limit rateFlag) (rate float64, err error) {
	rate = float64(estimate)
	if rate == 0 {
		rate, err = c.DownloadRate(ctx, vaultURL)
	}
	return depot.LineRate(rate, float64(limit)), err
}

// one downloads an archive and tells of it.
func (s *downloadSession) one(ctx context.Context, i item, noWait bool) error {
	if err := context.Cause(ctx); err != nil {
		return s.explain(err, i)
	}
	o, err := s.downloadOptions(ctx, i)
	if err != nil {
		return err
	}
	o.NoWait = noWait
	var got download.Result
	if i.path == "-" {
		if err := s.checkStream(); err != nil {
			return err
		}
		got, err = download.To(context.WithoutCancel(ctx), s.vault, i.Archive, s.out, o)
	} else {
		if err := s.makeRoom(i); err != nil {
			return err
		}
		got, err = download.File(context.WithoutCancel(ctx), s.vault, i.Archive, cmp.Or(i.name, i.path), o)
	}
	if err != nil {
		return s.explain(err, i)
	}
	return s.tell(i, got)
}

// checkStream refuses a standard output that bytes from outside must not reach.
func (s *downloadSession) checkStream() error {
	switch {
	case s.json:
		return usageError("-o - and --json both want standard output")
	case s.out.width() > 0:
		return withHint(usageError("standard output is a terminal, which the bytes of an archive could confuse"), "redirect it, or give -o FILE")
	}
	return nil
}

func (s *downloadSession) downloadOptions(ctx context.Context, i item) (download.Options, error) {
	wanted, err := s.options.rng.of(i.Size)
	if err != nil {
		return download.Options{}, err
	}
	o := download.Options{
		Range: wanted, Tier: vault.Tier(s.options.tier), Topic: string(s.options.topic), Approve: s.spending.approve,
		Bell: s.bell, Ready: func(job record.Job) { s.hook.run(ctx, job) }, Below: s.output, Force: s.options.force, NoTimes: s.options.noTimes,
		Listed: &s.listed, Reserved: s.asked,
		Concurrency: s.options.concurrency, LimitRate: int64(s.options.limitRate), EstimateRate: s.rate,
		RetryFor: s.options.retryFor, Journal: s.catalog, Drain: ctx.Done(), Now: s.now,
	}
	if !s.quiet {
		o.Notice, o.Progress, o.Waiting = s.notice, s.shown.update, s.shown.wait
	}
	return o, nil
}
