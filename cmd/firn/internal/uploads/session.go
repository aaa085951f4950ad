package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"

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
	spending *spending // nil: costs are neither shown nor limited
}

// uploadAll stores the sources and prints their archive ids in the order of the sources.
func (s *uploadSession) uploadAll(ctx context.Context, paths []string) error {
	rate, err := s.rate(ctx)
	if err != nil {
		return err
	}
	items := make([]upload.Item, len(paths))
	for i, path := range paths {
		items[i] = upload.Item{Path: path, Open: func() (*source.Source, error) { return openSource(path, s.program.Stdin, s.vaultArg) }}
	}
	s.program.SetResume(paths[len(paths)-1])
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	seen := make(map[cli.Status]bool)
	ended := false // by an error that the other files would have, too
	for item, out := range s.send(ctx, items, s.uploadOptions(), func(plan depot.Progress) { s.announce(paths[plan.Item], plan, rate) }) {
		switch {
		case out.Err == nil:
			err = s.tellStored(item.Path, out.Stored)
		case ended && cli.StatusOf(out.Err).EndsAll():
			continue
		default:
			err = s.explain(context.WithoutCancel(ctx), out.Err, item.Path)
		}
		if len(paths) == 1 {
			return err
		}
		status := s.program.Report(err)
		seen[status] = true
		if status.EndsAll() {
			ended = true
			stop() // those under way may still end well
		}
	}
	return cli.WorstOf(seen)
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

// startProgress begins to show the progress of uploads from these sources.
func startProgress(p *cli.Program, sources []string) *progress.Transfer {
	whole := progress.Whole{Pieces: "part", Files: len(sources)}
	for _, path := range sources {
		if size := sizeOf(path); size < 0 || whole.Size < 0 {
			whole.Size = -1
		} else {
			whole.Size += size
		}
	}
	return progress.Start(p, whole)
}

// send uploads the items and shows their progress. It calls announce once for each item, before
// its first byte, unless there is nothing to send.
func (s *uploadSession) send(
	ctx context.Context, items []upload.Item, o upload.Options, announce func(plan depot.Progress),
) iter.Seq2[upload.Item, upload.Outcome] {
	return func(yield func(upload.Item, upload.Outcome) bool) {
		d := s.program.Depot(s.vault, s.catalog, s.options.retryFor)
		if s.spending != nil {
			d.ApproveUpload = s.spending.approve
		}
		files := make([]*progress.File, len(items))
		for i, item := range items {
			files[i] = s.shown.File(filepath.Base(item.Path), sizeOf(item.Path))
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
		index := 0
		for item, out := range upload.All(ctx, d, items, o) {
			files[index].End(out.Err)
			index++
			if !yield(item, out) {
				return
			}
		}
	}
}

// streamText tells how a stream of unknown length is divided, and how long it may become.
func streamText(plan upload.Plan, l vault.Limits) string {
	return fmt.Sprintf("parts of %s, up to %s in all (--expected-size makes room for more)",
		humane.Bytes(plan.PartSize), humane.Bytes(plan.Reach(l)))
}

// rate returns the expected rate in bytes per second: --estimate-rate, or else the rate of
// earlier uploads to the vault, but at most --limit-rate at present. It is 0 if no rate is known.
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
	return depot.BoundedRate(rate, float64(o.limitRate.Up().At(p.Now()))), nil
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
		d := term.TimeToSend(plan.Size-plan.Held, rate)
		s.program.UI.Say("firn: estimated duration %s at %s, until %s", humane.Duration(d), s.program.UI.Units.Rate(rate), humane.Time(begin.Add(d)))
	}
}
