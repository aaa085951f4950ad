package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"

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

// uploadOne stores one source and prints its archive id.
func (s *uploadSession) uploadOne(ctx context.Context, path string) (err error) {
	if err := context.Cause(ctx); err != nil {
		return cli.WithHint(err, s.program.ResumeHint(path))
	}
	source, err := openSource(path, s.program.Stdin, s.vaultArg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	s.program.SetResume(path)
	rate, err := s.rate(ctx)
	if err != nil {
		return err
	}
	stored, err := s.send(ctx, filepath.Base(path), source, s.uploadOptions(), func(plan depot.Progress) { s.announce(path, plan, rate) })
	if err != nil {
		return s.explain(context.WithoutCancel(ctx), err, path)
	}
	return s.tellStored(path, stored)
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
		err = cli.WithHint(err, "pack it on the way: "+term.ShellCommand("tar", "c", path)+" | "+stream)
	case is:
		err = cli.WithHint(err, "feed it through standard input: "+stream+" < "+term.ShellCommand(path))
	}
	return s, err
}

func (s *uploadSession) uploadOptions() upload.Options {
	o := s.options
	return upload.Options{
		Name: o.name, Description: o.description, PartSize: int64(o.partSize), ExpectedSize: int64(o.expectedSize),
		Concurrency: o.concurrency, LimitRate: int64(o.limitRate.PerSecond), EstimateRate: o.estimateRate.PerSecond,
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

// send uploads a source and shows the progress. It calls announce once, before the first byte,
// unless there is nothing to send.
func (s *uploadSession) send(
	ctx context.Context, name string, source *source.Source, o upload.Options, announce func(plan depot.Progress),
) (stored upload.Stored, err error) {
	d := s.program.Depot(s.vault, s.catalog, s.options.retryFor)
	if s.spending != nil {
		d.ApproveUpload = s.spending.approve
	}
	if !s.program.Quiet {
		file := s.shown.File(name, source.Size())
		defer func() { file.End(err) }()
		var once sync.Once
		d.Progress = func(p depot.Progress) {
			once.Do(func() { announce(p) })
			file.Update(p)
		}
	}
	return upload.From(ctx, d, source, o)
}

// streamText tells how a stream of unknown length is divided, and how long it may become.
func streamText(plan upload.Plan, l vault.Limits) string {
	return fmt.Sprintf("parts of %s, up to %s in all (--expected-size makes room for more)",
		humane.Bytes(plan.PartSize), humane.Bytes(plan.Reach(l)))
}

// rate returns the expected rate in bytes per second: --estimate-rate, or else the rate of
// earlier uploads to the vault, but at most --limit-rate. It is 0 if no rate is known.
func (s *uploadSession) rate(ctx context.Context) (float64, error) {
	return estimateRate(ctx, s.options, s.catalog, s.vault.URL())
}

func estimateRate(ctx context.Context, o uploadOptions, c *catalog.Catalog, vaultURL string) (float64, error) {
	rate := o.estimateRate.PerSecond
	if rate == 0 && c != nil {
		learned, err := c.Rate(ctx, vaultURL)
		if err != nil {
			return 0, err
		}
		rate = learned
	}
	return depot.BoundedRate(rate, o.limitRate.PerSecond), nil
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
