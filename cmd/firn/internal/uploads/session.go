package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"time"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
	"firn/source"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulturl"
)

// uploadSession has the values that the files of one firn upload share.
type uploadSession struct {
	program  *cli.Program
	options  uploadOptions
	vaultArg string // as typed
	vault    *vaulturl.Vault
	catalog  *catalog.Catalog
	shown    *progress.Transfer
	spending *spending
	sealing  *sealing // nil: files are uploaded as they are
}

// uploadAll stores the sources and prints their archive ids in the order of the sources.
func (s *uploadSession) uploadAll(ctx context.Context, paths []string) error {
	rate, err := s.rate(ctx)
	if err != nil {
		return err
	}
	items := make([]upload.Item, len(paths))
	for i, path := range paths {
		items[i] = upload.Item{Path: path, Open: func() (*source.Source, error) { return s.open(ctx, path) }}
	}
	s.program.SetResume(paths[len(paths)-1])
	if len(items) > 1 {
		return s.uploadMany(ctx, items, rate)
	}
	return s.uploadOne(ctx, items, rate)
}

// uploadOne stores the only source and prints its archive id.
func (s *uploadSession) uploadOne(ctx context.Context, items []upload.Item, rate float64) (err error) {
	path := items[0].Path
	if s.sealing != nil { // before the file is encrypted
		due, err := s.due(ctx, items, rate)
		if err == nil {
			err = s.spending.check("it", due.cost.Requests.Plus(due.cost.Minimum))
		}
		if err != nil {
			return err
		}
	}
	approve := func(plan depot.UploadPlan) error {
		cost, err := s.spending.approve(plan)
		if err == nil {
			s.spending.show(cost)
		}
		return err
	}
	for _, out := range s.send(ctx, items, s.uploadOptions(), approve, func(plan depot.Progress) { s.announce(path, plan, rate) }) {
		if err = out.Err; err == nil {
			return errors.Join(s.tellStored(path, out.Stored, storedText), s.sealing.done(path))
		}
		err = cli.OfFile(s.explain(context.WithoutCancel(ctx), err, path), path)
	}
	return err
}

// open opens a source, or its encrypted form.
func (s *uploadSession) open(ctx context.Context, path string) (*source.Source, error) {
	if s.sealing != nil {
		return s.sealing.open(ctx, path, s.vaultArg)
	}
	return openSource(path, s.program.Stdin, s.vaultArg)
}

// openSource opens a source. For a directory, a pipe and the like the error has a hint how to
// upload it through standard input.
func openSource(path string, stdin io.Reader, vaultArg string) (*source.Source, error) {
	if path == "-" {
		return source.Stream(stdin), nil
	}
	s, err := source.Open(path)
	stream := term.ShellCommand("firn", "upload", vaultArg, "-", "--description", "TEXT")
	switch no, is := errors.AsType[*source.NotAFileError](err); {
	case is && no.Directory:
		err = cli.WithHint(err, "to pack it on the way: "+term.ShellCommand("tar", "c", path)+" | "+stream)
	case is:
		err = cli.WithHint(err, "to feed it through standard input: "+stream+" < "+term.ShellCommand(path))
	}
	return s, err
}

func (s *uploadSession) uploadOptions() upload.Options {
	o := s.options
	return upload.Options{
		Name: o.name, Description: o.description, PartSize: int64(o.partSize), ExpectedSize: int64(o.expectedSize),
		Concurrency: o.concurrency, Limits: o.limitRate.Up(), EstimateRate: o.estimateRate.PerSecond,
		Again: o.again, SpoolDir: o.spoolDir,
	}
}

// startProgress begins to show the progress of uploads from these sources. A file that cannot be
// read counts nothing, because it fails.
func startProgress(p *cli.Program, encrypt *sealing, sources []string) *progress.Transfer {
	whole := progress.Whole{Pieces: "part", Files: len(sources)}
	for _, path := range sources {
		whole.Size += max(0, encrypt.sizeOf(path))
	}
	return progress.Start(p, whole)
}

// send uploads the items and shows their progress. It calls approve before an item is sent, and
// announce once for each item, before its first byte, unless there is nothing to send.
func (s *uploadSession) send(
	ctx context.Context, items []upload.Item, o upload.Options, approve func(depot.UploadPlan) error, announce func(plan depot.Progress),
) iter.Seq2[upload.Item, upload.Outcome] {
	d := s.program.Depot(s.vault, s.catalog, s.options.retryFor)
	d.ApproveUpload = approve
	if len(items) > 1 {
		d.Notice = s.program.NoticesOfMany()
	}
	files := make([]*progress.File, len(items))
	for i, item := range items {
		files[i] = s.shown.File(filepath.Base(item.Path), s.sealing.sizeOf(item.Path))
		items[i].Ended = func(out upload.Outcome) { files[i].End(out.Err) }
	}
	if !s.program.Quiet {
		announced := make([]bool, len(items))
		d.Progress = func(p depot.Progress) {
			if !announced[p.Item] {
				announced[p.Item] = true
				announce(p)
			}
			files[p.Item].Update(p)
		}
	}
	return upload.All(ctx, d, items, o)
}

// streamText tells how a stream of unknown length is divided, and how long it may become.
func streamText(plan upload.Plan, l vault.Limits) string {
	return fmt.Sprintf("parts of %s, up to %s in all (--expected-size makes room for more)",
		humane.Bytes(plan.PartSize), humane.Bytes(plan.Reach(l)))
}

// rate returns the expected rate in bytes per second: --estimate-rate, or else the rate of
// earlier uploads to the vault, within --limit-rate, as a mean over the week. It is 0 if no rate is known.
func (s *uploadSession) rate(ctx context.Context) (float64, error) {
	return estimateRate(ctx, s.program, s.options, s.catalog, s.vault.URL())
}

func estimateRate(ctx context.Context, p *cli.Program, o uploadOptions, c *catalog.Catalog, vaultURL string) (float64, error) {
	rate := o.estimateRate.PerSecond
	if rate == 0 && c != nil {
		learned, err := c.Rate(ctx, vaultURL)
		if err != nil {
			return 0, err
		}
		rate = learned
	}
	return o.limitRate.Up().Average(rate), nil
}

// announce reports the size of an upload and, if a rate is known, its duration.
func (s *uploadSession) announce(path string, plan depot.Progress, rate float64) {
	begin := s.program.Now()
	what := sourceName(path)
	if plan.Size >= 0 {
		what += ", " + s.program.UI.Units.Bytes(plan.Size)
	}
	s.program.UI.Say("firn: uploading %s; started %s", term.Show(what), humane.Time(begin))
	if plan.Size < 0 && s.options.expectedSize == 0 {
		s.program.UI.Say("firn: %s", streamText(upload.Plan{PartSize: plan.PartSize}, s.vault.Limits()))
	}
	if plan.Size >= 0 && rate > 0 {
		s.program.Notice(durationText(term.TimeToSend(plan.Size-plan.Held, rate), rate, begin, s.program.UI.Units))
	}
}

// durationText returns an estimated duration.
func durationText(d time.Duration, rate float64, begin time.Time, units humane.Units) string {
	return fmt.Sprintf("estimated duration %s at %s, until %s", humane.Duration(d), units.Rate(rate), humane.Time(begin.Add(d)))
}
