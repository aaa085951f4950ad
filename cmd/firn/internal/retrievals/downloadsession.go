package retrievals

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/depot"
	"firn/download"
	"firn/jobs"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

// downloadSession has the values that the archives of one firn download share.
type downloadSession struct {
	program  *cli.Program
	options  downloadOptions
	vaultArg string // as typed
	vault    *vaulturl.Vault
	catalog  *catalog.Catalog
	bell     depot.Bell

	rate     float64 // bytes per second; 0 if unknown
	spending *spending
	output   *download.Directory // the directory of -o; nil if -o is none
	hook     *cli.ReadyHook
	shown    *progress.Transfer
	queued   []item // by the index of a transfer
	items    []item
	toldTier map[vault.JobID]bool
}

func (s *downloadSession) run(ctx context.Context, archives []record.Archive) (err error) {
	items, err := s.options.places(archives)
	if err != nil {
		return err
	}
	s.items, s.toldTier = items, make(map[vault.JobID]bool)
	if items[0].name != "" {
		if s.output, err = download.OpenDirectory(s.options.output); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.output.Close()) }()
	}
	if s.spending, err = newSpending(s.program, s.vault, s.options.maxCost); err != nil {
		return err
	}
	s.spending.isMany = len(items) > 1
	if s.rate, err = download.ExpectedRate(ctx, s.program.Depot(s.vault, s.catalog, 0), s.downloadOptions()); err != nil {
		return err
	}
	s.hook = s.program.NewReadyHook(s.options.WaitOptions, func(id vault.ArchiveID) string {
		i := slices.IndexFunc(items, func(i item) bool { return i.ID == id })
		return download.FileName(items[i].Archive)
	})
	s.program.SetResume("")
	s.startProgress(items)
	defer s.shown.Stop()
	if len(items) > 1 {
		return s.hook.End(s.many(ctx, items))
	}
	return s.hook.End(s.one(ctx, items[0]))
}

// startProgress begins to show the progress of the archives.
func (s *downloadSession) startProgress(items []item) {
	sizes := make([]int64, len(items))
	whole := progress.Whole{Pieces: "segment", Files: len(items)}
	for n, i := range items {
		wanted, _ := s.options.rng.of(i.Size) // a bad range is reported when the archive is downloaded
		if sizes[n] = cmp.Or(wanted.Size, i.Size); sizes[n] < 0 || whole.Size < 0 {
			whole.Size = -1
		} else {
			whole.Size += sizes[n]
		}
	}
	s.shown = progress.Start(s.program, whole)
	for n, i := range items {
		items[n].shown = s.shown.File(download.FileName(i.Archive), sizes[n])
	}
	s.queued = items
}

// one downloads an archive and prints the result.
func (s *downloadSession) one(ctx context.Context, i item) error {
	wanted, err := s.options.rng.of(i.Size)
	if err != nil {
		return err
	}
	o := s.downloadOptions()
	o.Range = wanted
	var got download.Result
	switch d := s.downloadDepot(ctx); {
	case i.path == "-":
		if err := s.checkStream(); err != nil {
			return err
		}
		got, err = download.To(ctx, d, i.Archive, s.program.Out, o)
	case i.name != "":
		got, err = s.output.File(ctx, d, i.Archive, i.name, o)
	default:
		got, err = download.File(ctx, d, i.Archive, i.path, o)
	}
	if err != nil {
		return cli.OfArchive(s.explain(err, i), i.ID)
	}
	return s.tell(i, got, downloadedText(i, got, s.program.UI.Units))
}

// many downloads archives. It reports each error at once, but an error of the vault, which the
// other archives would have too, ends it.
func (s *downloadSession) many(ctx context.Context, items []item) error {
	sum := progress.Sum{Noun: "archive", Verb: "downloaded", Of: len(items)}
	begin := s.program.Now()
	seen := make(map[cli.Status]bool)
	fail := func(i item, err error) {
		i.shown.End(err)
		status := s.program.Report(cli.OfArchive(cli.Named(s.explain(err, i), i.path), i.ID))
		seen[status] = true
		if status != cli.StatusNotReady {
			sum.Fail(i.path)
		}
	}
	byName := make(map[string]item)
	var queue []download.Item
	s.queued = nil
	for _, i := range items {
		wanted, err := s.options.rng.of(i.Size)
		if err != nil {
			fail(i, err)
			continue
		}
		byName[i.name] = i
		queue = append(queue, download.Item{Archive: i.Archive, Name: i.name, Range: wanted})
		s.queued = append(s.queued, i)
	}
	var left []record.Archive
	for next, got := range s.output.All(ctx, s.downloadDepot(ctx), queue, s.downloadOptions()) {
		i, err := byName[next.Name], got.Err
		if errors.Is(err, jobs.ErrNotStarted) {
			left = append(left, i.Archive)
			continue
		}
		if err == nil {
			i.shown.End(nil)
			count(&sum, got.Result)
			seen[s.program.Report(s.tell(i, got.Result, nil))] = true
			continue
		}
		if i.name == "" || cli.EndsAll(ctx, s.vault, err) {
			seen[s.program.Report(s.explain(err, item{}))] = true
			break
		}
		fail(i, err)
	}
	if len(left) > 0 {
		seen[s.program.Report(s.notBegun(left))] = true
	}
	text := sum.Text(s.program.Now().Sub(begin), s.program.UI.Units)
	sum.Show(s.program, text)
	return cli.WorstOf(seen, text)
}

// count adds a downloaded archive to the sum.
func count(sum *progress.Sum, got download.Result) {
	if got.AlreadyPresent {
		sum.There++
		return
	}
	sum.Done++
	sum.Bytes += got.Range.Size
	sum.Moved += got.Received
	sum.Busy += got.Busy
}

// notBegun returns the error for archives whose jobs have to wait for the others. Its status is
// 75, not that of jobs.ErrNotStarted, because the command has to be run again later.
func (s *downloadSession) notBegun(left []record.Archive) error {
	return cli.WithHint(cli.InClass(errors.New(notStarted(left, s.rate, s.program.UI.Units).Error()), vault.ErrNotReady),
		"when the others are here, continue with: "+s.program.Typed())
}

// checkStream refuses to write an archive to a terminal or among JSON.
func (s *downloadSession) checkStream() error {
	switch {
	case s.program.JSON:
		return cli.UsageError("-o - and --json cannot share standard output")
	case s.program.Out.IsTerminal():
		return cli.WithHint(cli.UsageError("standard output is a terminal, and the bytes of an archive could garble it"), "redirect it, or give -o FILE")
	}
	return nil
}

func (s *downloadSession) downloadOptions() download.Options {
	return download.Options{
		Tier: vault.Tier(s.options.tier), Topic: string(s.options.topic), NoWait: s.options.NoWait,
		Force: s.options.force, NoTimes: s.options.noTimes, Concurrency: s.options.concurrency,
		Limits: s.options.limitRate.Down(), EstimateRate: s.options.estimateRate.PerSecond,
	}
}

func (s *downloadSession) downloadDepot(ctx context.Context) depot.Depot {
	d := s.program.Depot(s.vault, s.catalog, s.options.retryFor)
	d.Approve, d.Bell, d.Ready = s.spending.approve, s.bell, func(job record.Job) {
		s.tellTier(job)
		s.hook.Run(ctx, job)
	}
	d.Progress = func(now depot.Progress) { s.queued[now.Item].shown.Update(now) }
	if len(s.items) > 1 {
		d.Notice = s.program.NoticesOfMany()
	}
	d.Waiting = func(w depot.Waiting) {
		for _, job := range w.Jobs {
			s.tellTier(job)
		}
		s.shown.Wait(w)
	}
	return d
}

// tellTier says once if a job is used that was started by another tier than the user named.
func (s *downloadSession) tellTier(job record.Job) {
	if s.toldTier[job.ID] {
		return
	}
	s.toldTier[job.ID] = true
	for _, i := range s.items {
		if i.ID != job.Archive {
			continue
		}
		bytes := job.Range.Size
		if job.Range.IsZero() {
			bytes = i.Size
		}
		s.spending.tellUnusedTier(download.FileName(i.Archive), job, s.options.tier, bytes)
	}
}
