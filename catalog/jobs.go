package catalog

import (
	"context"
	"iter"

	"firn/record"
)

const jobColumns = `vault, job_id, kind, archive_id, range_offset, range_size,
	tier, token, status, started, completed, expires`

// SaveJob writes j down: as a new job, whose key it sets, if j.Key is 0, else
// over the job of that key, or vault.ErrNotFound. If it fails, j is as it was.
func (c *Catalog) SaveJob(ctx context.Context, j *record.Job) error {
	values := []any{
		j.Vault, j.ID, j.Kind, j.Archive, j.Range.Offset, j.Range.Size,
		j.Tier, j.Token, j.Status, instant(j.Started), instant(j.Completed), instant(j.Expires),
	}
	query := `INSERT INTO jobs (` + jobColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING key`
	if j.Key != 0 {
		values = append(values, j.Key)
		query = `UPDATE jobs SET (` + jobColumns + `) =
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			WHERE key = $13 RETURNING key`
	}
	key := j.Key
	if err := c.writer.QueryRowContext(ctx, query, values...).Scan(&key); err != nil {
		return c.fail(ctx, err, "save a job at %q", j.Vault)
	}
	j.Key = key
	return nil
}

// Jobs lists the jobs at a vault, in the order in which they were saved first.
// At all vaults if vaultURL is empty.
func (c *Catalog) Jobs(ctx context.Context, vaultURL string) iter.Seq2[record.Job, error] {
	return list(ctx, c, "list the jobs", scanJob,
		`SELECT key, `+jobColumns+` FROM jobs WHERE `+inVault(vaultURL)+` ORDER BY key`, vaultURL)
}

func scanJob(r row) (record.Job, error) {
	var j record.Job
	err := r.Scan(&j.Key, &j.Vault, &j.ID, &j.Kind, &j.Archive, &j.Range.Offset, &j.Range.Size,
		&j.Tier, &j.Token, &j.Status, (*instant)(&j.Started), (*instant)(&j.Completed), (*instant)(&j.Expires))
	return j, err
}
