package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"firn/catalog"
	"firn/depot"
	"firn/download"
	"firn/internal/humane"
	"firn/jobs"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

// retrieveSession is what the archives of one firn retrieve share.
type retrieveSession struct {
	*program
	options  retrieveOptions
	vaultArg string   // as typed
	refs     []string // as typed
	vault    *vaulturl.Vault
	catalog  *catalog.Catalog

	spending *spending
	rate     float64 // bytes per second; 0 if not known

	latest time.Time        // when the last of the jobs is expected to be done
	bytes  int64            // that the jobs make readable
	left   []record.Archive // that were not asked for
	seen   map[status]bool  // what was reported
}

// run asks for the archives and prints their jobs.
func (s *retrieveSession) run(ctx context.Context, archives []record.Archive) error {
	s.seen = make(map[status]bool)
	s.setResume("")
	o, err := s.retrieveOptions(archives)
	if err != nil {
		return err
	}
	d := s.depot(s.vault, s.catalog, s.options.retryFor)
	d.Approve = s.spending.approve
	for r, err := range jobs.RetrieveAll(ctx, d, archives, o) {
		switch {
		case errors.Is(err, jobs.ErrNotStarted):
			s.left = append(s.left, r.Archive)
			continue
		case err == nil:
			err = s.tell(r)
		case len(archives) == 1:
			return s.explain(err, r.Archive)
		default:
			err = fmt.Errorf("%q: %w", download.FileName(r.Archive), s.explain(err, r.Archive))
		}
		if err != nil {
			ended := s.report(err)
			s.seen[ended] = true
			if endsAll(ended) {
				break
			}
		}
	}
	return s.end()
}

func (s *retrieveSession) retrieveOptions(archives []record.Archive) (jobs.Options, error) {
	o := jobs.Options{
		Tier: vault.Tier(s.options.tier), Description: s.options.description, Topic: string(s.options.topic),
		Budget: s.budget(), NoWait: s.options.noWait,
	}
	if !s.options.rng.given {
		return o, nil
	}
	if len(archives) > 1 {
		return o, usageError("--range is of one archive, and there are %d", len(archives))
	}
	for _, a := range archives {
		var err error
		if o.Range, err = s.options.rng.of(a.Size); err != nil {
			return o, err
		}
	}
	return o, nil
}

// budget is how many bytes to make readable now; 0 if any number.
func (s *retrieveSession) budget() int64 {
	if s.options.all {
		return 0
	}
	return jobs.Window(s.rate, s.vault.Limits())
}

// retrievedObject is the job for an archive on standard output.
type retrievedObject struct {
	jobObject

	Found bool `json:"found"` // it was there before
}

// tell prints a job.
func (s *retrieveSession) tell(r jobs.Retrieved) error {
	size := r.Job.Range.Size
	if r.Job.Range.IsZero() {
		size = max(0, r.Archive.Size)
	}
	s.bytes += size
	if done := r.Job.Started.Add(jobs.TypicalTime(s.vault.Limits(), r.Job.Tier)); r.Job.Status != vault.Succeeded && done.After(s.latest) {
		s.latest = done
	}
	if s.json {
		return s.out.object(retrievedObject{newJobObject(r.Job, r.Archive), r.Found})
	}
	s.out.line("%s", show(string(r.Job.ID)))
	name := download.FileName(r.Archive)
	switch {
	case r.Job.Status == vault.Succeeded && r.Job.Expires.IsZero():
		s.notice(fmt.Sprintf("%q can be downloaded now", name))
	case r.Job.Status == vault.Succeeded:
		s.notice(fmt.Sprintf("%q can be downloaded now, until %s", name, humane.Time(r.Job.Expires)))
	case r.Found && r.Job.Started.IsZero():
		s.notice(fmt.Sprintf("%q was asked for before, by somebody else", name))
	case r.Found:
		s.notice(fmt.Sprintf("%q was asked for before, at %s", name, humane.Time(r.Job.Started)))
	}
	return nil
}

// downloading is the command that brings what was asked for.
func (s *retrieveSession) downloading() string {
	words, options := []string{"firn", "download", s.vaultArg}, []string(nil)
	if s.options.rng.given {
		options = []string{"--range", s.options.rng.String()}
	}
	if slices.ContainsFunc(s.refs, func(ref string) bool { return strings.HasPrefix(ref, "-") }) {
		return shellCommand(slices.Concat(words, options, []string{"--"}, s.refs)...)
	}
	return shellCommand(slices.Concat(words, s.refs, options)...)
}

// end says how to go on, and with what status.
func (s *retrieveSession) end() error {
	if !s.latest.IsZero() && !s.quiet {
		s.ui.say("firn: the last is usually done by %s; then, or now: %s", humane.Time(s.latest), s.downloading())
	}
	if len(s.left) == 0 || s.seen[statusInterrupted] {
		return worstOf(s.seen)
	}
	bytes, unknown := sumOf(s.left)
	again := s.now()
	if s.latest.After(again) {
		again = s.latest
	}
	again = again.Add(timeToSend(s.bytes, cmp.Or(s.rate, jobs.AssumedRate)))
	s.seen[s.report(withHint(
		fmt.Errorf("%s (%s) %w at %s", humane.Count(len(s.left), "archive"),
			sumText(bytes, unknown), jobs.ErrNotStarted, windowText(s.rate)),
		fmt.Sprintf("when the others are downloaded, about %s: %s", humane.Time(again), s.typed()),
		"to ask for all of them at once: "+s.typedWith("--all")))] = true
	return worstOf(s.seen)
}

// explain adds what to do next.
func (s *retrieveSession) explain(err error, a record.Archive) error {
	again := "continue with: " + s.typed()
	switch {
	case errors.Is(err, depot.ErrInterrupted), errors.Is(err, depot.ErrGaveUp):
		return withHint(err, again)
	case onceMended(err) != "":
		return withHint(err, onceMended(err)+again)
	case errors.Is(err, vault.ErrNotFound) && a.ID != "":
		return withHint(err, "what the catalog knows of the vault: "+shellCommand("firn", "list", s.vaultArg))
	}
	return s.explainVault(err, s.vaultArg)
}
