package backup

import (
	"context"
	"time"

	"firn/pack"
	"firn/record"
)

// tellEarlier writes the snapshots that no pack has.
func (w *writer) tellEarlier(ctx context.Context, f *packFile) error {
	for s, err := range w.book.Untold(ctx, w.report.Snapshot.Vault) {
		if err != nil {
			return err
		}
		if w.told[s.Key] || s.Key == w.report.Snapshot.Key {
			continue
		}
		line, err := w.lineOf(ctx, s, s.Ended)
		if err != nil {
			return err
		}
		for p, err := range w.book.Packs(ctx, s.Key) {
			if err != nil {
				return err
			}
			line.Sequence = int64(p.Sequence) + 1
		}
		if err := f.Snapshot(line); err != nil {
			return err
		}
		s.EndPack = f.saved.Key
		f.told = append(f.told, s)
	}
	return nil
}

// lineOf returns the line of a snapshot in a pack.
func (w *writer) lineOf(ctx context.Context, s record.Snapshot, ended time.Time) (pack.Snapshot, error) {
	parent, err := w.book.Parent(ctx, s)
	return pack.Snapshot{
		ID: s.ID, Parent: parent, Host: s.Host, Roots: s.Roots, Tags: s.Tags, Started: s.Started, Ended: ended, Sequence: 1, Skipped: s.Skipped,
	}, err
}

// line returns the line of the snapshot that is running.
func (w *writer) line(ended time.Time) pack.Snapshot {
	line := w.first
	line.Sequence, line.Ended = int64(w.sequence), ended
	line.Skipped = w.skipped()
	return line
}
