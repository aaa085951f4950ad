package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"firn"
	"firn/catalog"
	"firn/vault"
	"firn/vaulturl"
)

// uploadSession is what the files of one firn upload share.
type uploadSession struct {
	*program
	options  uploadOptions
	vaultArg string // as typed
	vault    *vaulturl.Vault
	catalog  *catalog.Catalog
}

// uploadOne stores one source and prints its archive id.
func (s *uploadSession) uploadOne(ctx context.Context, path string) (err error) {
	if err := context.Cause(ctx); err != nil {
		return withHint(err, s.resumeHint(path))
	}
	source, err := openSource(path, s.stdin)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	if err := checkNotEmpty(path, source.Size(), s.vault.Limits()); err != nil {
		return err
	}
	if err := s.announce(ctx, path, source.Size()); err != nil {
		return err
	}
	s.setResume(path)
	stored, err := s.send(ctx, source, s.uploadOptions())
	if err != nil {
		return s.explain(err, path)
	}
	return s.tellStored(path, stored)
}

func openSource(path string, stdin io.Reader) (*firn.Source, error) {
	if path == "-" {
		return firn.Stream(stdin), nil
	}
	return firn.OpenFile(path)
}

// checkNotEmpty refuses an empty file where the vault keeps none, before anything
// is announced. An empty stream shows only when it is read.
func checkNotEmpty(path string, size int64, l vault.Limits) error {
	if size == 0 && l.MinArchiveSize > 0 {
		return fmt.Errorf("%q %w as an archive: it is empty, and this vault keeps no empty archives", path, firn.ErrUnreadable)
	}
	return nil
}

func (s *uploadSession) uploadOptions() firn.UploadOptions {
	o := s.options
	return firn.UploadOptions{
		Description: o.description, PartSize: int64(o.partSize), ExpectedSize: int64(o.expectedSize),
		Concurrency: o.concurrency, LimitRate: int64(o.limitRate), EstimateRate: float64(o.estimateRate),
		Again: o.again, RetryFor: o.retryFor, SpoolDir: o.spoolDir,
		Journal: s.catalog, VaultURL: s.vault.URL, Now: s.now,
	}
}

// send uploads, and shows how that goes. The end of ctx asks for a drain: parts
// in flight may finish, so the upload itself does not see it.
func (s *uploadSession) send(ctx context.Context, source *firn.Source, o firn.UploadOptions) (firn.Stored, error) {
	o.Drain = ctx.Done()
	if !s.quiet {
		o.Notice = func(sentence string) { s.ui.say("firn: %s", show(sentence)) }
		shown := startProgress(s.ui, s.now)
		defer shown.stop()
		o.Progress = shown.update
	}
	unwatch := context.AfterFunc(ctx, func() {
		s.ui.say("firn: stopping; parts in flight get 10 s to finish, another signal ends at once")
	})
	defer unwatch()
	return firn.Upload(context.WithoutCancel(ctx), s.vault, source, o)
}

// rate returns what the line is thought to carry, in bytes per second: what the
// user says, else what earlier uploads to the vault reached, but no more than
// the limit; 0 if nothing is known.
func (s *uploadSession) rate(ctx context.Context) (float64, error) {
	return estimateRate(ctx, s.options, s.catalog, s.vault.URL)
}

func estimateRate(ctx context.Context, o uploadOptions, c *catalog.Catalog, vaultURL string) (float64, error) {
	rate, limit := float64(o.estimateRate), float64(o.limitRate)
	if rate == 0 && c != nil {
		learned, err := c.Rate(ctx, vaultURL)
		if err != nil {
			return 0, err
		}
		rate = learned
	}
	if limit > 0 && (rate == 0 || limit < rate) {
		rate = limit
	}
	return rate, nil
}

// announce says what is about to be sent and, if a rate is known, how long that
// will take.
func (s *uploadSession) announce(ctx context.Context, path string, size int64) error {
	if s.quiet {
		return nil
	}
	rate, err := s.rate(ctx)
	if err != nil {
		return err
	}
	begin := s.now()
	what := "standard input"
	if size >= 0 {
		what = fmt.Sprintf("%q, %s", filepath.Base(path), sizeText(size))
	}
	s.ui.say("firn: uploading %s; started %s", show(what), timeText(begin))
	if size >= 0 && rate > 0 {
		d := timeToSend(size, rate)
		s.ui.say("firn: estimated duration %s at %s, until %s", durationText(d), rateText(rate), timeText(begin.Add(d)))
	}
	return nil
}
