package table

import (
	"context"

	"firn/record"
)

// JobColumns are the columns of a job, without its key.
const JobColumns = `vault, job_id, kind, archive_id, range_offset, range_size, list_since, list_until,
	tier, token, description, status, message, started, completed, expires`

// SaveJob adds j and sets the key, or replaces the job of that key.
func SaveJob(ctx context.Context, q querier, key *int64, j record.Job) error {
	values := []any{
		j.Vault, j.ID, j.Kind, j.Archive, j.Range.Offset, j.Range.Size, Instant(j.List.Since), Instant(j.List.Until),
		j.Tier, j.Token, Raw(j.Description), j.Status, Raw(j.Message), Instant(j.Started), Instant(j.Completed), Instant(j.Expires),
	}
	query := `INSERT INTO jobs (` + JobColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING key`
	if *key != 0 {
		values = append(values, *key)
		query = `UPDATE jobs SET (` + JobColumns + `) =
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
			WHERE key = $17 RETURNING key`
	}
	return q.QueryRowContext(ctx, query, values...).Scan(key)
}

// ScanJob reads a row of key and JobColumns.
func ScanJob(r Row) (record.Job, error) {
	var j record.Job
	err := r.Scan(&j.Key, &j.Vault, &j.ID, &j.Kind, &j.Archive, &j.Range.Offset, &j.Range.Size,
		(*Instant)(&j.List.Since), (*Instant)(&j.List.Until), &j.Tier, &j.Token, (*Raw)(&j.Description), &j.Status,
		(*Raw)(&j.Message), (*Instant)(&j.Started), (*Instant)(&j.Completed), (*Instant)(&j.Expires))
	return j, err
}
