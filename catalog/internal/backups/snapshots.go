package backups

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

const snapshotColumns = `s.key, s.id, s.vault, s.host, s.tags, s.state, s.started, s.ended, s.files, s.bytes, s.added, s.skipped, s.end_pack_key,
	(SELECT json_group_array(hex(root)) FROM (SELECT root FROM snapshot_trees st JOIN trees t ON t.key = st.tree_key
		WHERE st.snapshot_key = s.key ORDER BY root))`

// Begin begins a snapshot, or continues the one that was not complete. A snapshot is continued
// if it has the same vault, host and roots and no later snapshot has one of its trees. Otherwise
// the new snapshot takes over what unfinished ones have changed in its trees: nobody else would
// tell it in a pack. Begin sets the key, the state and, of a snapshot that it continues, the other
// fields; it reports whether the snapshot has changes already. s.ID is that of a new snapshot.
func (b *Backups) Begin(ctx context.Context, s *record.Snapshot) (continues bool, err error) {
	saved := *s
	saved.Roots = slices.Compact(slices.Sorted(slices.Values(s.Roots)))
	err = b.db.Transact(ctx, func(tx *sql.Tx) error {
		trees, err := treesOf(ctx, tx, saved)
		if err != nil {
			return err
		}
		last, err := lastOf(ctx, tx, trees)
		if err != nil {
			return err
		}
		if last != nil && last.State == record.Running && slices.Equal(last.Roots, saved.Roots) {
			saved, continues = *last, true
			return nil
		}
		saved.State, saved.Started = record.Running, b.time()
		unfinished, err := unfinishedOf(ctx, tx, trees)
		if err != nil {
			return err
		}
		continues = len(unfinished) > 0
		if err := insertSnapshot(ctx, tx, &saved, trees); err != nil {
			return err
		}
		return takeOver(ctx, tx, saved.Key, unfinished)
	})
	if err != nil {
		return false, b.db.Fail(ctx, err, "begin a snapshot of %q", saved.Roots)
	}
	*s = saved
	return continues, nil
}

// treesOf returns the keys of the trees of a snapshot. It adds trees that are not on record, and
// the directories at their roots.
func treesOf(ctx context.Context, tx *sql.Tx, s record.Snapshot) (keys []int64, err error) {
	if len(s.Roots) == 0 {
		return nil, fmt.Errorf("a snapshot without directories: %w", vault.ErrInvalid)
	}
	for _, root := range s.Roots {
		key, err := table.KeyOf(ctx, tx, `SELECT key FROM trees WHERE vault = $1 AND host = $2 AND root = $3`,
			`INSERT INTO trees (vault, host, root) VALUES ($1, $2, $3) RETURNING key`, s.Vault, s.Host, table.Raw(root))
		if err != nil {
			return nil, err
		}
		_, err = table.KeyOf(ctx, tx, `SELECT key FROM directories WHERE tree_key = $1 AND parent_key = 0 AND name = $2`,
			`INSERT INTO directories (tree_key, parent_key, name) VALUES ($1, 0, $2) RETURNING key`, key, table.Raw(root))
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// lastOf returns the newest snapshot that has one of the trees, or nil.
func lastOf(ctx context.Context, tx *sql.Tx, trees []int64) (last *record.Snapshot, err error) {
	for _, tree := range trees {
		s, err := scanSnapshot(tx.QueryRowContext(ctx, `SELECT `+snapshotColumns+` FROM snapshots s
			WHERE s.key = (SELECT max(snapshot_key) FROM snapshot_trees WHERE tree_key = $1)`, tree))
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return nil, err
		case last == nil || s.Key > last.Key:
			last = &s
		}
	}
	return last, nil
}

// unfinishedOf returns the newest snapshot of each tree, if it is running, by the key of the tree.
func unfinishedOf(ctx context.Context, tx *sql.Tx, trees []int64) (map[int64]int64, error) {
	unfinished := map[int64]int64{}
	for _, tree := range trees {
		last, err := lastOf(ctx, tx, []int64{tree})
		if err != nil {
			return nil, err
		}
		if last != nil && last.State == record.Running {
			unfinished[tree] = last.Key
		}
	}
	return unfinished, nil
}

// takeOver moves what unfinished snapshots have changed in trees to another snapshot.
func takeOver(ctx context.Context, tx *sql.Tx, snapshot int64, unfinished map[int64]int64) error {
	for tree, from := range unfinished {
		_, err := tx.ExecContext(ctx, `UPDATE versions SET since = iif(since = $2, $1, since), until = iif(until = $2, $1, until)
			WHERE (since = $2 OR until = $2) AND directory_key IN (SELECT key FROM directories WHERE tree_key = $3)`, snapshot, from, tree)
		if err != nil {
			return err
		}
	}
	return nil
}

func insertSnapshot(ctx context.Context, tx *sql.Tx, s *record.Snapshot, trees []int64) error {
	tags, err := json.Marshal(append([]string{}, s.Tags...))
	if err != nil {
		return err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO snapshots (vault, id, host, tags, state, started)
		VALUES ($1, $2, $3, $4, $5, $6) RETURNING key`,
		s.Vault, s.ID, s.Host, string(tags), s.State, table.Instant(s.Started)).Scan(&s.Key)
	for _, tree := range trees {
		if err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO snapshot_trees (snapshot_key, tree_key) VALUES ($1, $2)`, s.Key, tree)
		}
	}
	return err
}

func scanSnapshot(r table.Row) (s record.Snapshot, err error) {
	var tags, roots string
	var endPack sql.NullInt64
	err = r.Scan(&s.Key, &s.ID, &s.Vault, &s.Host, &tags, &s.State, (*table.Instant)(&s.Started), (*table.Instant)(&s.Ended),
		&s.Files, &s.Bytes, &s.Added, &s.Skipped, &endPack, &roots)
	s.EndPack = endPack.Int64
	if err == nil {
		err = json.Unmarshal([]byte(tags), &s.Tags)
	}
	if err != nil {
		return s, err
	}
	s.Roots, err = unhexed(roots)
	return s, err
}

// Save saves the counts, the tags and the state of a snapshot, and sets Ended if it is complete
// and has no end. A snapshot that was forgotten meanwhile stays forgotten.
func (b *Backups) Save(ctx context.Context, s *record.Snapshot) error {
	saved := *s
	if saved.State == record.Complete && saved.Ended.IsZero() {
		saved.Ended = b.time()
	}
	err := b.db.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		tags, err := json.Marshal(append([]string{}, s.Tags...))
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `UPDATE snapshots SET
			(tags, state, ended, files, bytes, added, skipped, end_pack_key) = ($1, iif(state = 'forgotten', state, $2), $3, $4, $5, $6, $7, $8)
			WHERE key = $9 RETURNING state`, string(tags), saved.State, table.Instant(saved.Ended),
			saved.Files, saved.Bytes, saved.Added, saved.Skipped, orNull(saved.EndPack), saved.Key).Scan(&saved.State)
	})
	if err != nil {
		return b.db.Fail(ctx, err, "save the snapshot %s", s.ID)
	}
	*s = saved
	return nil
}

// Snapshots lists the snapshots in a vault, or in all vaults if vaultURL is empty, that are not
// forgotten, oldest first.
func (b *Backups) Snapshots(ctx context.Context, vaultURL string) iter.Seq2[record.Snapshot, error] {
	return table.List(ctx, b.db, "list the snapshots", scanSnapshot, `SELECT `+snapshotColumns+` FROM snapshots s
		WHERE s.state <> 'forgotten' AND ($1 = '' OR s.vault = $1) ORDER BY s.key`, vaultURL)
}

// Parent returns the id of the snapshot before s with the same vault, host and roots, whatever
// its state, or an empty text if s is the first.
func (b *Backups) Parent(ctx context.Context, s record.Snapshot) (id string, err error) {
	const trees = `(SELECT group_concat(tree_key) FROM (SELECT tree_key FROM snapshot_trees WHERE snapshot_key = %s ORDER BY tree_key))`
	err = b.db.Reader.QueryRowContext(ctx, `SELECT id FROM snapshots s WHERE vault = $1 AND host = $2 AND key < $3
		AND `+fmt.Sprintf(trees, "s.key")+` = `+fmt.Sprintf(trees, "$3")+` ORDER BY key DESC LIMIT 1`, s.Vault, s.Host, s.Key).Scan(&id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", b.db.Fail(ctx, err, "find the snapshot before %s", s.ID)
	}
	return id, nil
}

// Untold lists the complete snapshots in a vault, oldest first, whose end no pack has, or only
// one that was lost.
func (b *Backups) Untold(ctx context.Context, vaultURL string) iter.Seq2[record.Snapshot, error] {
	return table.List(ctx, b.db, "list the snapshots that no pack has", scanSnapshot, `SELECT `+snapshotColumns+` FROM snapshots s
		WHERE s.state = 'complete' AND s.vault = $1 AND NOT EXISTS (SELECT 1 FROM packs p WHERE p.key = s.end_pack_key AND `+isThere+`)
		ORDER BY s.key`, vaultURL)
}

// Forget marks snapshots as forgotten, and removes the versions of files that no other snapshot
// has. Contents and packs stay. A running snapshot can be forgotten once a later one has one of its
// trees, because no backup continues it then; else the error wraps vault.ErrNotFound.
func (b *Backups) Forget(ctx context.Context, keys ...int64) error {
	err := b.db.Transact(ctx, func(tx *sql.Tx) error {
		for _, key := range keys {
			err := tx.QueryRowContext(ctx, `UPDATE snapshots SET state = 'forgotten' WHERE key = $1 AND (state <> 'running' OR EXISTS (
				SELECT 1 FROM snapshot_trees t JOIN snapshot_trees later USING (tree_key) WHERE t.snapshot_key = $1 AND later.snapshot_key > $1))
				RETURNING key`, key).Scan(new(int64))
			if err != nil {
				return err
			}
		}
		// A version is needed by a snapshot of its tree between since and until, and by the
		// next backup if it is current. One that ended in a running snapshot says to that backup
		// what is gone.
		_, err := tx.ExecContext(ctx, `DELETE FROM versions WHERE until IS NOT NULL
			AND until NOT IN (SELECT key FROM snapshots WHERE state = 'running') AND NOT EXISTS (
			SELECT 1 FROM snapshot_trees st JOIN snapshots s ON s.key = st.snapshot_key
			WHERE st.tree_key = (SELECT tree_key FROM directories d WHERE d.key = directory_key)
			AND st.snapshot_key >= since AND st.snapshot_key < until AND s.state <> 'forgotten')`)
		return err
	})
	if err != nil {
		return b.db.Fail(ctx, err, "forget snapshots")
	}
	return nil
}
