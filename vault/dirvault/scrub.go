package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// ScrubOptions say how a scrub is done. The zero value reads as fast as it can and
// goes on with an earlier scrub.
type ScrubOptions struct {
	// Limiter limits the bytes that are read in a second, over all scrubs that share
	// it (see ScrubLimiter); nil means no limit. Each archive counts 32 KiB more than
	// it has, because a disk takes time to find it.
	Limiter *rate.Limiter
	// Anew begins at the first archive, unless there is an earlier scrub to go on
	// with that was begun so, too.
	Anew bool
	// Found is told of each damage as soon as it is known where it ends; nil means
	// nobody. It must not call the vault.
	Found func(Damage)
	// Counters count; nil means that nobody wants to know.
	Counters *ScrubCounters
}

// ScrubLimiter returns a limiter for one or more scrubs, or nil, for no limit, if
// bytesPerSecond is 0.
func ScrubLimiter(bytesPerSecond int64) *rate.Limiter {
	if bytesPerSecond == 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(bytesPerSecond), treehash.LeafSize)
}

// ScrubReport is what one scrub of a vault, from the first archive to the last and
// perhaps in several runs, has found.
type ScrubReport struct {
	Vault    string // the name of its directory
	Begun    time.Time
	Archives int64 // compared
	Bytes    int64 // of them
	Mended   int64 // archives whose leaves were lost, and made anew from good bytes
	Damages  []Damage
	LeftOut  int64 // damages beyond the first 1,000, which Damages lacks
}

// Scrub scrubs the vault in dir, which it opens for as long as that takes, or, if
// dir is none, each vault that is in it, in the order of their names. A vault that
// cannot be scrubbed keeps none from being scrubbed; the error tells of it.
// ErrNotFound also means that dir holds no vault.
func Scrub(ctx context.Context, dir string, o Options, s ScrubOptions) ([]ScrubReport, error) {
	dirs := []string{dir}
	if _, err := os.Lstat(filepath.Join(dir, layout.StateFile)); errors.Is(err, fs.ErrNotExist) {
		names, err := vaultsIn(dir)
		if err == nil && len(names) == 0 {
			err = fmt.Errorf("it is no vault and there is none in it: %w", vault.ErrNotFound)
		}
		if err != nil {
			return nil, fmt.Errorf("scrub directory %q: %w", dir, err)
		}
		dirs = nil
		for _, name := range slices.Sorted(slices.Values(names)) {
			dirs = append(dirs, filepath.Join(dir, name))
		}
	}
	var reports []ScrubReport
	var errs []error
	for _, dir := range dirs {
		v, err := Open(dir, o)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		report, err := v.Scrub(ctx, s)
		if !report.Begun.IsZero() {
			reports = append(reports, report)
		}
		errs = append(errs, err, v.Close())
		if ctx.Err() != nil {
			break
		}
	}
	return reports, errors.Join(errs...)
}

// Scrub reads every archive again and compares each MiB with its hash. It begins
// where an earlier one was ended in the middle, and ends promptly with ctx; the
// report is then that of what was read. Damage is no error. What makes it
// impossible to go on is, and that the vault was closed or deleted meanwhile.
func (v *Vault) Scrub(ctx context.Context, o ScrubOptions) (ScrubReport, error) {
	if err := v.scrubbing.Lock(ctx); err != nil {
		return ScrubReport{}, fmt.Errorf("scrub directory vault %q: %w", v.path, err)
	}
	defer v.scrubbing.Unlock()
	s := newScrub(v, o)
	err := s.run(ctx)
	if err != nil {
		err = fmt.Errorf("scrub directory vault %q: %w", v.path, err)
	}
	return s.report(), err
}

// scrub is one run of Vault.Scrub.
type scrub struct {
	v   *Vault
	o   ScrubOptions
	buf []byte

	doc     scrubDocument
	last    *Damage // not told yet: the next MiB may belong to it
	written time.Time
	failure error // of writing where the scrub is; it goes on in spite of that
}

func newScrub(v *Vault, o ScrubOptions) *scrub {
	if o.Found == nil {
		o.Found = func(Damage) {}
	}
	if o.Counters == nil {
		o.Counters = new(ScrubCounters)
	}
	return &scrub{v: v, o: o, buf: make([]byte, treehash.LeafSize)}
}

func (s *scrub) report() ScrubReport {
	d := &s.doc
	r := ScrubReport{
		Vault: s.name(), Begun: d.Begun, Archives: d.Archives, Bytes: d.Bytes, Mended: d.Mended,
		Damages: slices.Clone(d.Damages), LeftOut: d.LeftOut,
	}
	for i := range r.Damages {
		r.Damages[i].Vault = r.Vault
	}
	return r
}

func (s *scrub) name() string { return filepath.Base(s.v.path) }

func (s *scrub) run(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	err := s.eachArchive(ctx)
	s.tell()
	if err == nil {
		s.doc.Ended, s.doc.UnderWay = s.v.options.now(), false
		s.doc.After, s.doc.In, s.doc.Offset = "", "", 0
	}
	// Where it ended is worth writing down, however it ended.
	s.write(context.WithoutCancel(ctx))
	return errors.Join(err, s.failure)
}

// begin finds out where to begin. What an earlier scrub left is not worth
// stopping for if it is damaged.
func (s *scrub) begin(ctx context.Context) error {
	if err := s.wait(ctx, 0); err != nil {
		return err
	}
	err := s.v.readDocument(layout.ScrubFile, &s.doc)
	switch {
	case errors.Is(err, durable.ErrDamaged):
		s.v.options.OnDamage(fmt.Errorf("directory vault %q: %w", s.v.path, err))
		s.doc = scrubDocument{}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	s.written = s.v.options.Now()
	if s.doc.UnderWay && (s.doc.Asked || !s.o.Anew) && !s.v.neverWrote(layout.ScrubFile) {
		return nil
	}
	s.doc = scrubDocument{
		Version: durable.FormatVersion, Ended: s.doc.Ended, Begun: s.v.options.now(), UnderWay: true, Asked: s.o.Anew,
		Damages: []Damage{},
	}
	s.write(ctx)
	return nil
}

// scrubbedAtOnce is how many ids a scrub holds at a time: about 10 MB with what it
// takes to choose them.
const scrubbedAtOnce = 1 << 15

func (s *scrub) eachArchive(ctx context.Context) error {
	for {
		ids, err := s.v.archivesAfter(ctx, s.doc.After, scrubbedAtOnce)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.archive(ctx, id); err != nil {
				return err
			}
			s.tell()
			s.doc.After, s.doc.In, s.doc.Offset = id, "", 0
			s.writeNowAndThen(ctx)
		}
		if len(ids) < scrubbedAtOnce {
			return nil
		}
	}
}

// wait lets so many bytes be read, unless the scrub is to end.
func (s *scrub) wait(ctx context.Context, bytes int64) error {
	err := cancelled(ctx)
	if err == nil {
		err = s.v.access.Closed()
	}
	if err != nil || s.o.Limiter == nil {
		return err
	}
	if err := s.o.Limiter.WaitN(ctx, int(bytes)); err != nil {
		return errors.Join(cancelled(ctx), err)
	}
	return nil
}

// found takes what is wrong with an archive.
func (s *scrub) found(d Damage) {
	d.Vault = s.name()
	if s.last != nil && !d.joins(*s.last) {
		s.tell()
	}
	s.last = s.doc.add(d, s.last)
}

// tell tells of the damage that was found last, unless the archive is no more.
func (s *scrub) tell() {
	if s.last == nil {
		return
	}
	d := *s.last
	s.last = nil
	if there, err := durable.IsThere(s.v.dir, layout.ArchiveData(d.Archive)); err == nil && !there {
		s.doc.takeBack()
		return
	}
	s.o.Counters.damages.Add(1)
	s.o.Found(d)
}

// writtenEvery is how old the position gets that is written down, unless an MiB takes
// longer.
const writtenEvery = time.Minute

func (s *scrub) writeNowAndThen(ctx context.Context) {
	if s.v.options.Now().Sub(s.written) >= writtenEvery {
		s.write(ctx)
	}
}

func (s *scrub) write(ctx context.Context) {
	s.written = s.v.options.Now()
	if s.v.access.RLock(ctx) != nil {
		return // the vault is closed or deleted: whoever reads is told so
	}
	defer s.v.access.RUnlock()
	if err := s.v.writeDocument(layout.ScrubFile, &s.doc); err != nil {
		s.v.access.CloseIfNotFlushed(err)
		s.failure = err
	}
}
