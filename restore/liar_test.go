package restore_test

import (
	"context"
	"iter"

	"firn/record"
	"firn/restore"
)

// liar is a record that changes what it returns, as one that an enemy has made.
type liar struct {
	record.RestoreJournal
	found    func(*record.Found)
	content  func(*record.Content)
	pack     func(*record.Pack)
	snapshot func(*record.Snapshot)
	more     []record.Found // files that are added to those of a snapshot
	whole    record.Content // a content that is added, unless its key is 0
}

func (l *liar) Snapshots(ctx context.Context, vaultURL string) iter.Seq2[record.Snapshot, error] {
	return func(yield func(record.Snapshot, error) bool) {
		for s, err := range l.RestoreJournal.Snapshots(ctx, vaultURL) {
			if l.snapshot != nil {
				l.snapshot(&s)
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

func (l *liar) Files(ctx context.Context, s record.Snapshot, enter func(string) bool) iter.Seq2[record.Found, error] {
	return func(yield func(record.Found, error) bool) {
		for f, err := range l.RestoreJournal.Files(ctx, s, enter) {
			if l.found != nil {
				l.found(&f)
			}
			if !yield(f, err) {
				return
			}
		}
		for _, f := range l.more {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func (l *liar) ContentByKey(ctx context.Context, key int64) (record.Content, error) {
	if l.whole.Key == key && key != 0 {
		return l.whole, nil
	}
	c, err := l.RestoreJournal.ContentByKey(ctx, key)
	if l.content != nil && err == nil {
		l.content(&c)
	}
	return c, err
}

func (l *liar) Pack(ctx context.Context, key int64) (record.Pack, error) {
	p, err := l.RestoreJournal.Pack(ctx, key)
	if l.pack != nil && err == nil {
		l.pack(&p)
	}
	return p, err
}

// tryBook restores from another record.
func (r *rig) tryBook(book record.RestoreJournal, s restore.Selection) (restore.Report, error) {
	r.t.Helper()
	plan, err := restore.NewPlan(r.t.Context(), r.depot(), book, s, r.options)
	if err != nil {
		return restore.Report{}, err
	}
	defer closed(r.t, plan)
	return plan.Run(r.t.Context())
}
