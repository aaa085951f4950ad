package merge

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"firn/catalog/internal/table"
	"firn/internal/vaultname"
	"firn/record"
	"firn/vault"
)

// RenameVaults is migration 5: it gives each vault its canonical URL. An earlier firn took
// two spellings of one URL for two vaults; their records are merged. Nothing is
// lost and nothing is there twice.
func RenameVaults(ctx context.Context, tx *sql.Tx, now time.Time) error {
	rows, err := tx.QueryContext(ctx, `SELECT url FROM vaults UNION SELECT vault FROM uploads
		UNION SELECT vault FROM jobs UNION SELECT vault FROM downloads UNION SELECT vault FROM inventories ORDER BY 1`)
	if err != nil {
		return err
	}
	names, err := table.Collect(rows, func(r table.Row) (name string, err error) {
		err = r.Scan(&name)
		return name, err
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		if is := vaultname.Canonical(name); is != name {
			if err := renameVault(ctx, tx, name, is, now); err != nil {
				return fmt.Errorf("rename the vault %q to %q: %w", name, is, err)
			}
		}
	}
	return nil
}

func renameVault(ctx context.Context, tx *sql.Tx, was, is string, now time.Time) error {
	for _, table := range []string{"uploads", "jobs", "downloads", "inventories"} {
		if _, err := tx.ExecContext(ctx, `UPDATE `+table+` SET vault = $1 WHERE vault = $2`, is, was); err != nil {
			return err
		}
	}
	if err := dropSame(ctx, tx, is); err != nil {
		return err
	}
	var both int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM vaults WHERE url IN ($1, $2)`, was, is).Scan(&both); err != nil {
		return err
	}
	if both < 2 {
		_, err := tx.ExecContext(ctx, `UPDATE vaults SET url = $1 WHERE url = $2`, is, was)
		return err
	}
	return uniteArchives(ctx, tx, was, is, now)
}

// dropSame removes duplicates of uploads, jobs and inventories that were recorded under two
// names of one vault. It keeps the upload that is finished, else the one that the vault was
// asked to complete, else the one that was saved later; the job that has a token; and the
// inventory that was read.
func dropSame(ctx context.Context, tx *sql.Tx, url string) error {
	const kept = `CREATE TEMP TABLE same AS SELECT key, kept FROM (SELECT key, first_value(key) OVER (PARTITION BY `
	for _, query := range []string{
		kept + `upload_id, path, description ORDER BY CASE state WHEN 'completed' THEN 1 WHEN 'unknown' THEN 2
			WHEN 'completing' THEN 3 ELSE 4 END, updated DESC, key DESC)
			AS kept FROM uploads WHERE vault = $1 AND upload_id <> '') WHERE key <> kept`,
		`DELETE FROM parts WHERE upload_key IN (SELECT key FROM same)`,
		`DELETE FROM uploads WHERE key IN (SELECT key FROM same)`,
		`DROP TABLE same`,
		kept + `job_id ORDER BY token <> '' DESC, key DESC)
			AS kept FROM jobs WHERE vault = $1 AND job_id <> '') WHERE key <> kept`,
		`DELETE FROM jobs WHERE key IN (SELECT key FROM same)`,
		`DROP TABLE same`,
		kept + `source, list_since, list_until, list_limit, list_marker, list_csv ORDER BY state = 'read' DESC, key DESC)
			AS kept FROM inventories WHERE vault = $1) WHERE key <> kept`,
		`UPDATE archives SET inventory_key = (SELECT kept FROM same WHERE key = inventory_key)
			WHERE inventory_key IN (SELECT key FROM same)`,
		`DELETE FROM rejects WHERE inventory_key IN (SELECT key FROM same)`,
		`DELETE FROM inventories WHERE key IN (SELECT key FROM same)`,
		`DROP TABLE same`,
	} {
		if _, err := tx.ExecContext(ctx, query, url); err != nil {
			return err
		}
	}
	return nil
}

// uniteAtOnce is how many archives known under both names are in memory at a time.
const uniteAtOnce = 1000

// uniteArchives moves the archives of the vault named was to the vault named is.
func uniteArchives(ctx context.Context, tx *sql.Tx, was, is string, now time.Time) error {
	if _, err := table.SortIn(ctx, tx); err != nil {
		return err
	}
	from, err := table.VaultKey(ctx, tx, was)
	if err != nil {
		return err
	}
	to, err := table.VaultKey(ctx, tx, is)
	if err != nil {
		return err
	}
	for {
		known, err := takeKnown(ctx, tx, from, to, is)
		if err != nil {
			return err
		}
		if len(known) == 0 {
			break
		}
		if err := Archives(ctx, tx, known, new(record.Merged), now); err != nil {
			return err
		}
		for _, a := range known {
			if err := nameByUpload(ctx, tx, to, is, a.ID); err != nil {
				return err
			}
		}
	}
	for _, query := range []string{
		`UPDATE archives SET vault_key = $1 WHERE key IN (SELECT archive_key FROM ids WHERE vault_key = $2)`,
		`UPDATE ids SET vault_key = $1 WHERE vault_key = $2`,
		`UPDATE creations SET vault_key = $1 WHERE vault_key = $2`,
		`UPDATE labels SET vault_key = $1 WHERE vault_key = $2`,
		`UPDATE vaults SET deleted = max(deleted, (SELECT deleted FROM vaults WHERE key = $2)) WHERE key = $1`,
		`DELETE FROM vaults WHERE key = $2 AND key <> $1`,
	} {
		if _, err := tx.ExecContext(ctx, query, to, from); err != nil {
			return err
		}
	}
	return nil
}

// takeKnown removes some archives of the vault from that are also on record in the vault
// to, and returns them as archives of the latter.
func takeKnown(ctx context.Context, tx *sql.Tx, from, to int64, url string) ([]record.Archive, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+table.ArchiveColumns+` FROM archives a WHERE a.key IN (
		SELECT f.archive_key FROM ids f JOIN ids t ON t.archive_id = f.archive_id AND t.vault_key = $1
		WHERE f.vault_key = $2 LIMIT $3)`, to, from, uniteAtOnce)
	if err != nil {
		return nil, err
	}
	known, err := table.Collect(rows, table.ScanKeyed)
	if err != nil {
		return nil, err
	}
	archives := make([]record.Archive, 0, len(known))
	for _, a := range known {
		if err := table.ExecAll(ctx, tx, a.Key,
			`DELETE FROM creations WHERE (vault_key, created, archive_key) IN
				(SELECT vault_key, created, key FROM archives WHERE key = $1)`,
			`DELETE FROM labels WHERE (vault_key, slashed, label, archive_key) IN
				(SELECT vault_key, slashed, label, archive_key FROM labels_of WHERE archive_key = $1)`,
			`DELETE FROM ids WHERE (vault_key, archive_id) IN (SELECT vault_key, archive_id FROM archives WHERE key = $1)`,
			`DELETE FROM archives WHERE key = $1`); err != nil {
			return nil, err
		}
		a.Vault = url
		archives = append(archives, a.Archive)
	}
	return archives, nil
}

// nameByUpload gives an archive the name of the file that was uploaded. An inventory, which
// made one of its two records, does not know that name.
func nameByUpload(ctx context.Context, tx *sql.Tx, vaultKey int64, url string, id vault.ArchiveID) error {
	a, err := table.Recorded(ctx, tx, vaultKey, id)
	if err != nil {
		return err
	}
	var name string
	err = tx.QueryRowContext(ctx, `SELECT path FROM uploads WHERE vault = $1 AND archive_id = $2 AND archive_id <> ''
		ORDER BY key DESC LIMIT 1`, url, id).Scan((*table.Raw)(&name))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil || name == a.Name:
		return err
	}
	a.Name = name
	return table.UpdateArchive(ctx, tx, a.Key, a.Archive)
}
