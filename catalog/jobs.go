package catalog

import (
	"context"
	"iter"

	"firn/record"
	"firn/vault"
)

const jobColumns = `vault, job_id, kind, archive_id, range_offset, range_size, list_since, list_until,
	tier, token, description, status, message, started, completed, expires`

// SaveJob writes j down: as a new job, whose key it sets, if j.Key is 0, else
// over the job of that key, or vault.ErrNotFound. If it fails, j is as it was.
func (c *Catalog) SaveJob(ctx context.Context, j *record.Job) error {
	key := j.Key
	if err := saveJob(ctx, c.db.Writer, &key, *j); err != nil {
		return c.db.Fail(ctx, err, "save a job at %q", j.Vault)
	}
	j.Key = key
	return nil
}

func saveJob(ctx context.Context, q querier, key *int64, j record.Job) error {
	values := []any{
		j.Vault, j.ID, j.Kind, j.Archive, j.Range.Offset, j.Range.Size, instant(j.List.Since), instant(j.List.Until),
		j.Tier, j.Token, raw(j.Description), j.Status, raw(j.Message), instant(j.Started), instant(j.Completed), instant(j.Expires),
	}
	query := `INSERT INTO jobs (` + jobColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING key`
	if *key != 0 {
		values = append(values, *key)
		query = `UPDATE jobs SET (` + jobColumns + `) =
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
			WHERE key = $17 RETURNING key`
	}
	return q.QueryRowContext(ctx, query, values...).Scan(key)
}

// Jobs lists the jobs at a vault, in the order in which they were saved first.
// At all vaults if vaultURL is empty.
func (c *Catalog) Jobs(ctx context.Context, vaultURL string) iter.Seq2[record.Job, error] {
	return list(ctx, c, "list the jobs", scanJob,
		`SELECT key, `+jobColumns+` FROM jobs WHERE `+inVault(vaultURL)+` ORDER BY key`, vaultURL)
}

// JobsFor lists the jobs on record for one archive of a vault, newest first, in
// whatever state; with an empty archive those for the vault's inventories. What was
// asked for when the id stood for another archive is left out.
func (c *Catalog) JobsFor(ctx context.Context, vaultURL string, archive vault.ArchiveID) iter.Seq2[record.Job, error] {
	kind := vault.RetrieveArchive
	if archive == "" {
		kind = vault.RetrieveInventory
	}
	return list(ctx, c, "list the jobs for an archive", scanJob, `SELECT key, `+jobColumns+` FROM jobs
		WHERE `+ofThisArchive+` AND kind = $3 ORDER BY key DESC`, vaultURL, archive, kind)
}

func scanJob(r row) (record.Job, error) {
	var j record.Job
	err := r.Scan(&j.Key, &j.Vault, &j.ID, &j.Kind, &j.Archive, &j.Range.Offset, &j.Range.Size,
		(*instant)(&j.List.Since), (*instant)(&j.List.Until), &j.Tier, &j.Token, (*raw)(&j.Description), &j.Status,
		(*raw)(&j.Message), (*instant)(&j.Started), (*instant)(&j.Completed), (*instant)(&j.Expires))
	return j, err
}
