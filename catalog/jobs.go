package catalog

import (
	"context"
	"iter"

	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// SaveJob saves j. If j.Key is 0, j is a new job, and SaveJob sets its key. Else it
// replaces the job of that key, or returns vault.ErrNotFound if there is none. If it fails,
// j is unchanged.
func (c *Catalog) SaveJob(ctx context.Context, j *record.Job) error {
	key := j.Key
	if err := table.SaveJob(ctx, c.db.Writer, &key, *j); err != nil {
		return c.db.Fail(ctx, err, "save a job at %q", j.Vault)
	}
	j.Key = key
	return nil
}

// Jobs lists the jobs at a vault, or at all vaults if vaultURL is empty, in the order in
// which they were first saved.
func (c *Catalog) Jobs(ctx context.Context, vaultURL string) iter.Seq2[record.Job, error] {
	return table.List(ctx, c.db, "list the jobs", table.ScanJob,
		`SELECT key, `+table.JobColumns+` FROM jobs WHERE `+inVault(vaultURL)+` ORDER BY key`, vaultURL)
}

// JobsFor lists the jobs on record for one archive of a vault, newest first, in any state.
// With an empty archive it lists those for the vault's inventories. It leaves out jobs that
// began when the id stood for another archive.
func (c *Catalog) JobsFor(ctx context.Context, vaultURL string, archive vault.ArchiveID) iter.Seq2[record.Job, error] {
	kind := vault.RetrieveArchive
	if archive == "" {
		kind = vault.RetrieveInventory
	}
	return table.List(ctx, c.db, "list the jobs for an archive", table.ScanJob, `SELECT key, `+table.JobColumns+` FROM jobs
		WHERE `+table.OfThisArchive+` AND kind = $3 ORDER BY key DESC`, vaultURL, archive, kind)
}
