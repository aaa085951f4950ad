// Package scrub reads all archives of a vault again and compares each MiB with its hash.
package scrub

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"firn/treehash"
	"firn/vault/dirvault/internal/archives"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/dirvault/internal/leaves"
	"firn/vault/dirvault/internal/rwlock"
)

// Options say how a scrub is done. The zero value reads as fast as it can and
// goes on with an earlier scrub.
type Options struct {
	// Limiter limits the bytes that are read in a second, over all scrubs that share
	// it (see NewLimiter); nil means no limit. Each archive counts 32 KiB more than
	// it has, because a disk takes time to find it.
	Limiter *rate.Limiter
	// Anew begins at the first archive, unless there is an earlier scrub to go on
	// with that was begun so, too.
	Anew bool
	// Found is called with each damage as soon as its end is known, unless it is nil. It
	// must not call the vault.
	Found func(Damage)
	// Counters count what is read and found, unless they are nil.
	Counters *Counters
}

// NewLimiter returns a limiter for one or more scrubs, or nil, for no limit, if
// bytesPerSecond is 0.
func NewLimiter(bytesPerSecond int64) *rate.Limiter {
	if bytesPerSecond == 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(bytesPerSecond), treehash.LeafSize)
}

// Report is what one scrub of a vault, from the first archive to the last and
// perhaps in several runs, has found.
type Report struct {
	Vault    string // the name of its directory
	Begun    time.Time
	Archives int64 // compared
	Bytes    int64 // of them
	Mended   int64 // archives whose leaves were lost, and made anew from good bytes
	Damages  []Damage
	LeftOut  int64 // damages beyond the first 1,000, which Damages lacks
}

// Vault has the parts of an open vault that a scrub needs.
type Vault struct {
	Name     string // of its directory
	Files    *files.Dir
	Archives *archives.Archives
	Leaves   *leaves.Store
	Access   *rwlock.Lock     // held beside others while the position is written
	Now      func() time.Time // the clock
	Damaged  func(error)      // called with the error about a damaged file of an earlier scrub
}

// Run reads every archive again and compares each MiB with its hash. It begins
// where an earlier scrub was ended in the middle, and ends promptly with ctx. Then the
// report is about the archives that were read. Damage is no error. It is an error if the
// scrub cannot go on, or if the vault was closed or deleted meanwhile. Only one scrub of a
// vault may run at a time.
func Run(ctx context.Context, v *Vault, o Options) (Report, error) {
	s := newScrub(v, o)
	err := s.run(ctx)
	return s.result(), err
}

// scrub is one Run.
type scrub struct {
	v   *Vault
	o   Options
	buf []byte

	doc     Document
	last    *Damage // not reported yet: the next MiB may belong to it
	written time.Time
	failure error // of writing the position; the scrub goes on in spite of that
}

func newScrub(v *Vault, o Options) *scrub {
	if o.Found == nil {
		o.Found = func(Damage) {}
	}
	if o.Counters == nil {
		o.Counters = new(Counters)
	}
	return &scrub{v: v, o: o, buf: make([]byte, treehash.LeafSize)}
}

func (s *scrub) result() Report {
	d := &s.doc
	r := Report{
		Vault: s.v.Name, Begun: d.Begun, Archives: d.Archives, Bytes: d.Bytes, Mended: d.Mended,
		Damages: slices.Clone(d.Damages), LeftOut: d.LeftOut,
	}
	for i := range r.Damages {
		r.Damages[i].Vault = r.Vault
	}
	return r
}

func (s *scrub) run(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	err := s.eachArchive(ctx)
	s.report()
	if err == nil {
		s.doc.Ended, s.doc.UnderWay = s.v.Now().UTC().Truncate(time.Millisecond), false
		s.doc.After, s.doc.In, s.doc.Offset = "", "", 0
	}
	// The position is written however the scrub ended.
	s.write(context.WithoutCancel(ctx))
	return errors.Join(err, s.failure)
}

// begin finds out where to begin. A damaged file of an earlier scrub is reported and
// replaced.
func (s *scrub) begin(ctx context.Context) error {
	if err := s.wait(ctx, 0); err != nil {
		return err
	}
	err := s.v.Files.ReadDocument(layout.ScrubFile, &s.doc)
	switch {
	case errors.Is(err, durable.ErrDamaged):
		s.v.Damaged(err)
		s.doc = Document{}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	s.written = s.v.Now()
	if s.doc.UnderWay && (s.doc.Asked || !s.o.Anew) && !s.v.Files.NeverWrote(layout.ScrubFile) {
		return nil
	}
	s.doc = Document{
		Version: durable.FormatVersion, Ended: s.doc.Ended, Begun: s.v.Now().UTC().Truncate(time.Millisecond), UnderWay: true, Asked: s.o.Anew,
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
		ids, err := s.v.Archives.After(ctx, s.doc.After, scrubbedAtOnce)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.archive(ctx, id); err != nil {
				return err
			}
			s.report()
			s.doc.After, s.doc.In, s.doc.Offset = id, "", 0
			s.writeIfOld(ctx)
		}
		if len(ids) < scrubbedAtOnce {
			return nil
		}
	}
}

// wait lets so many bytes be read, unless the scrub is to end.
func (s *scrub) wait(ctx context.Context, bytes int64) error {
	err := cancel.Err(ctx)
	if err == nil {
		err = s.v.Access.Closed()
	}
	if err != nil || s.o.Limiter == nil {
		return err
	}
	if err := s.o.Limiter.WaitN(ctx, int(bytes)); err != nil {
		return errors.Join(cancel.Err(ctx), err)
	}
	return nil
}

// found records damage.
func (s *scrub) found(d Damage) {
	d.Vault = s.v.Name
	if s.last != nil && !d.joins(*s.last) {
		s.report()
	}
	s.last = s.doc.add(d, s.last)
}

// report reports the damage that was found last, unless the archive was deleted.
func (s *scrub) report() {
	if s.last == nil {
		return
	}
	d := *s.last
	s.last = nil
	if there, err := durable.IsThere(s.v.Files.Root, layout.ArchiveData(d.Archive)); err == nil && !there {
		s.doc.takeBack()
		return
	}
	s.o.Counters.damages.Add(1)
	s.o.Found(d)
}

// writtenEvery is the time after which the position is written again, unless a MiB takes
// longer.
const writtenEvery = time.Minute

func (s *scrub) writeIfOld(ctx context.Context) {
	if s.v.Now().Sub(s.written) >= writtenEvery {
		s.write(ctx)
	}
}

func (s *scrub) write(ctx context.Context) {
	s.written = s.v.Now()
	if s.v.Access.RLock(ctx) != nil {
		return // the vault is closed or deleted: the next read returns why
	}
	defer s.v.Access.RUnlock()
	if err := s.v.Files.WriteDocument(layout.ScrubFile, &s.doc); err != nil {
		s.v.Access.CloseIfNotFlushed(err)
		s.failure = err
	}
}
