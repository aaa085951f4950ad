package catalog

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"firn/record"
	"firn/vault"
)

// merging brings archives of one vault together with those on record.
type merging struct {
	tx          *sql.Tx
	now         time.Time
	count       *record.Merged
	vaultKey    int64
	last        int64 // key of the last archive that was on record
	known       map[vault.ArchiveID]*keyed
	fresh       []keyed
	changed     map[int64]record.Archive
	inventories map[time.Time]any // key by date, nil if there is none
}

func (m *merging) merge(ctx context.Context, archives []record.Archive) (err error) {
	if m.vaultKey, err = vaultKey(ctx, m.tx, archives[0].Vault); err != nil {
		return err
	}
	if err := m.tx.QueryRowContext(ctx, `SELECT coalesce(max(key), 0) FROM archives`).Scan(&m.last); err != nil {
		return err
	}
	if err := lookUp(ctx, m.tx, m.vaultKey, archives, m.known); err != nil {
		return err
	}
	m.fresh, m.changed = make([]keyed, 0, len(archives)), map[int64]record.Archive{}
	for _, a := range archives {
		if err := m.findInventory(ctx, a); err != nil {
			return err
		}
		m.one(a)
	}
	if err := insertArchives(ctx, m.tx, m.vaultKey, m.fresh, m.seen); err != nil {
		return err
	}
	for key, a := range m.changed {
		if err := m.update(ctx, key, a); err != nil {
			return err
		}
	}
	_, err = sortIn(ctx, m.tx)
	return err
}

// one merges one archive with what is known of it.
func (m *merging) one(a record.Archive) {
	a = m.complete(a)
	k := m.known[a.ID]
	if k == nil {
		m.fresh = append(m.fresh, keyed{m.last + int64(len(m.fresh)) + 1, a})
		m.known[a.ID] = &m.fresh[len(m.fresh)-1]
		m.count.Added++
		return
	}
	is, agrees := m.merged(k.Archive, a)
	switch {
	case !agrees:
		m.count.Differing++
	case is == k.Archive:
		m.count.Known++
	default:
		m.count.Completed++
	}
	if is == k.Archive {
		return
	}
	k.Archive = is
	if k.key <= m.last {
		m.changed[k.key] = is
	}
}

// complete fills in what is never lacking of an archive on record: when it was deleted
// at the latest, and what it was before.
func (m *merging) complete(a record.Archive) record.Archive {
	if !a.IsGone() {
		a.Before, a.Deleted = hidden(a.State, a.Before == record.Unproved), time.Time{}
		return a
	}
	if a.Deleted.IsZero() {
		a.Deleted = m.now
	}
	if a.Before == "" {
		a.Before = record.Stored
		if !a.Seen.IsZero() {
			a.Before = record.Confirmed
		}
	}
	return a
}

// merged is what two records know of one archive, and whether they agree on what
// it holds.
func (m *merging) merged(was, told record.Archive) (is record.Archive, agrees bool) {
	switch {
	case was.IsGone() && !told.IsGone() && judged(was, told) == another:
		told.Since = m.now // of what was done here with the id nothing was done with this one
		return told, true
	case told.IsGone() && !was.IsGone() && judged(told, was) == another:
		return was, true
	}
	is = was
	state, before, deleted := mergedState(was, told) // of what each of them knows by itself
	agrees = agree(was, told)
	isThere := state == record.Stored || state == record.Unproved || state == record.Confirmed
	if isThere && !agrees && told.Seen.After(was.Seen) { // what is on record is not what is there now
		state, before = record.Differing, hidden(record.Differing, isUnproved(was))
	}
	if told.Size < 0 || !agrees {
		told.Size = was.Size
	}
	if told.TreeHash.IsZero() || !agrees {
		told.TreeHash = was.TreeHash
	}
	fill(&is, told)
	if agrees && is.ETag == "" && told.ETag != "" {
		is.ETag, is.Dated = told.ETag, told.Dated
	}
	is.State, is.Before, is.Deleted = state, before, deleted
	if told.Seen.After(was.Seen) {
		is.Seen = told.Seen
	}
	return is, agrees
}

// agree reports whether two records may tell of the same bytes. Where only one knows
// the tree hash, the other has seen a list, and differs as that would.
func agree(was, told record.Archive) bool {
	if !was.TreeHash.IsZero() && !told.TreeHash.IsZero() && was.TreeHash != told.TreeHash {
		return false
	}
	return was.Size < 0 || told.Size < 0 || !differs(was, told)
}

// mergedState is the state that two records tell of one archive, and if it is gone
// what it was before and when that was.
func mergedState(was, told record.Archive) (state, before record.ArchiveState, deleted time.Time) {
	gone, there := was, told
	if !was.IsGone() {
		gone, there = told, was
	}
	switch {
	case was.State == record.Deleting && told.State == record.Deleted:
		return told.State, was.Before, told.Deleted
	case was.IsGone() && told.IsGone():
		return was.State, was.Before, was.Deleted
	case gone.IsGone() && judged(gone, there) == listedStill && was.IsGone():
		return was.State, was.Before, was.Deleted
	case gone.IsGone() && judged(gone, there) == listedStill:
		if isUnproved(was) {
			return told.State, record.Unproved, told.Deleted
		}
		return told.State, was.State, told.Deleted
	case gone.IsGone():
		state = there.State
	case was.State == record.Unproved && hasProved(told):
		state = told.State
	case told.State == record.Unproved && hasProved(was), !told.Seen.After(was.Seen):
		state = was.State
	default:
		state = told.State
	}
	isUnproved := isUnproved(was) && !hasProved(told) || isUnproved(told) && !hasProved(was)
	if isUnproved && (state == record.Stored || state == record.Confirmed) {
		state = record.Unproved
	}
	return state, hidden(state, isUnproved), time.Time{}
}

// judged says by a record that has an archive whether it is gone, as another
// record says; see filing.deletion.
func judged(gone, there record.Archive) deletion {
	switch {
	case there.Seen.Before(gone.Deleted) && there.Created.Before(gone.Deleted):
		return listedStill
	case isAnother(gone, there):
		return another
	case there.Seen.After(gone.Deleted.Add(settleAfter)):
		return returned
	}
	return listedStill
}

// hasProved reports whether a record has seen an archive proved, and not only listed.
func hasProved(a record.Archive) bool {
	return (a.State == record.Stored || a.State == record.Confirmed) && isProven(a)
}

// findInventory notes which inventory on record it was that listed an archive.
func (m *merging) findInventory(ctx context.Context, a record.Archive) error {
	date := a.Seen.UTC()
	if _, ok := m.inventories[date]; ok || a.Seen.IsZero() {
		return nil
	}
	var key int64
	err := m.tx.QueryRowContext(ctx, `SELECT key FROM inventories WHERE vault = $1 AND date = $2
		ORDER BY key DESC LIMIT 1`, a.Vault, instant(date)).Scan(&key)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		m.inventories[date] = nil
	case err != nil:
		return err
	default:
		m.inventories[date] = key
	}
	return nil
}

func (m *merging) seen(a record.Archive) any { return m.inventories[a.Seen.UTC()] }

func (m *merging) update(ctx context.Context, key int64, a record.Archive) error {
	if err := updateArchive(ctx, m.tx, key, a); err != nil {
		return err
	}
	if m.seen(a) == nil {
		return nil
	}
	_, err := m.tx.ExecContext(ctx, `UPDATE archives SET inventory_key = $1 WHERE key = $2`, m.seen(a), key)
	return err
}
