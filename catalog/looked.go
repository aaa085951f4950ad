package catalog

import (
	"context"

	"firn/record"
	"firn/vault"
)

// MarkLooked writes down what a look at the vault itself has shown of an archive:
// that it is Missing, or Differing. What is not on record, or Deleting or Deleted,
// stays as it is.
func (c *Catalog) MarkLooked(ctx context.Context, vaultURL string, id vault.ArchiveID, state record.ArchiveState) error {
	err := c.mark(ctx, vaultURL, []vault.ArchiveID{id}, func(m marking) error {
		if !m.known {
			return nil
		}
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET state = $1 WHERE key = $2 AND state NOT IN ($3, $4)`,
			state, m.key, record.Deleting, record.Deleted)
		return err
	})
	if err != nil {
		return c.fail(ctx, err, "note that archive %q in %q is %s", id, vaultURL, state)
	}
	return nil
}
