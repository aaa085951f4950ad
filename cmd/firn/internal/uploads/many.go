package uploads

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/description"
	"firn/internal/humane"
	"firn/internal/price"
	"firn/record"
	"firn/source"
	"firn/upload"
	"firn/vault"
)

// uploadMany stores several files and prints their archive ids in the order of the files. An
// error of the vault, which the other files would have too, ends it and is reported once.
func (s *uploadSession) uploadMany(ctx context.Context, items []upload.Item, rate float64) error {
	due, err := s.due(ctx, items, rate)
	if err != nil {
		return err
	}
	if err := s.spending.check(fmt.Sprintf("%s (%s)", term.Many(due.files, "file"), due.units.Bytes(due.bytes)), due.cost.Requests.Plus(due.cost.Minimum)); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	seen := make(map[cli.Status]bool)
	sum := progress.Sum{Noun: "file", Verb: "stored", Of: len(items)}
	begin := s.program.Now()
	var once sync.Once
	approve := func(plan depot.UploadPlan) error {
		once.Do(func() { s.announceAll(due, rate) })
		_, err := s.spending.approve(plan)
		return err
	}
	ended := false // by an error of the vault
	for item, out := range s.send(ctx, items, s.uploadOptions(), approve, func(depot.Progress) {}) {
		err := out.Err
		switch {
		case err == nil:
			count(&sum, out.Stored)
			err = errors.Join(s.tellStored(item.Path, out.Stored, manyText), s.sealing.done(item.Path))
		case ended && (cli.IsOfVault(err) || errors.Is(err, vault.ErrNotFound)):
			continue
		case cli.EndsAll(ctx, s.vault, err):
			ended = true
			stop() // those under way may still end well
			err = s.explain(context.WithoutCancel(ctx), err, item.Path)
		default:
			sum.Fail(item.Path)
			err = cli.OfFile(cli.Named(s.explain(context.WithoutCancel(ctx), err, item.Path), item.Path), item.Path)
		}
		seen[s.program.Report(err)] = true
	}
	elapsed := s.program.Now().Sub(begin)
	sum.Busy = elapsed
	text := sum.Text(elapsed, s.program.UI.Units)
	sum.Show(s.program, text)
	return cli.WorstOf(seen, text)
}

// count adds a stored file to the sum.
func count(sum *progress.Sum, stored upload.Stored) {
	if stored.AlreadyPresent {
		sum.There++
		return
	}
	sum.Done++
	sum.Bytes += stored.Size
	sum.Moved += stored.Sent
}

// manyText returns what people read about one of several files: a line, or nothing if it was
// there before, which the sum tells.
func manyText(path string, stored upload.Stored, units humane.Units) []string {
	if stored.AlreadyPresent {
		return nil
	}
	return []string{fmt.Sprintf("stored %s, %s", sourceName(path), units.Bytes(stored.Size))}
}

// due is the sum of the files that are not stored yet, as far as the record shows.
type due struct {
	files int
	bytes int64
	cost  price.Estimate
	units humane.Units
}

// due sums up files. It leaves out those that cannot be uploaded, which fail soon.
func (s *uploadSession) due(ctx context.Context, items []upload.Item, rate float64) (due, error) {
	d := due{units: s.program.UI.Units}
	limits, o := s.vault.Limits(), s.uploadOptions()
	o.EstimateRate = rate
	for _, item := range items {
		if sizeOf(item.Path) < 0 {
			continue
		}
		file, err := source.Open(item.Path)
		if err != nil {
			continue
		}
		id := file.Identity
		if err := file.Close(); err != nil {
			return d, err
		}
		size := s.sealing.identityOf(id).Size
		plan, err := upload.NewPlan(limits, size, o)
		if err != nil || checkNotEmpty(item.Path, size, limits) != nil {
			continue
		}
		stored, err := s.isStored(ctx, id)
		if err != nil {
			return d, err
		}
		if !stored {
			d.files++
			d.bytes += size
			d.cost = d.cost.Plus(s.spending.table.Upload(plan.Requests(), size))
		}
	}
	return d, nil
}

// isStored reports whether the record shows that a file was stored and has not changed since.
func (s *uploadSession) isStored(ctx context.Context, id record.Source) (bool, error) {
	if s.options.again {
		return false, nil
	}
	if s.sealing != nil {
		_, stored, err := s.sealing.find(ctx, id)
		return stored, err
	}
	last, err := s.catalog.FindUpload(ctx, s.vault.URL(), id.Path, description.FromName(filepath.Base(id.Path)))
	if errors.Is(err, vault.ErrNotFound) {
		return false, nil
	}
	return err == nil && last.State == record.Completed && source.LooksUnchanged(last.Source, id), err
}

// announceAll reports the number and the size of the files, their cost and, if a rate is known,
// the duration.
func (s *uploadSession) announceAll(d due, rate float64) {
	begin := s.program.Now()
	s.program.Notice(fmt.Sprintf("uploading %s, %s; started %s", term.Many(d.files, "file"), d.units.Bytes(d.bytes), humane.Time(begin)))
	s.spending.show(d.cost)
	if rate > 0 {
		s.program.Notice(durationText(term.TimeToSend(d.bytes, rate), rate, begin, d.units))
	}
}
