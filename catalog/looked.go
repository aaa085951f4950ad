package catalog

import (
	"context"

	"firn/record"
	"firn/vault"
)

// MarkLooked writes down what a look at the vault itself has shown of an archive:
// that it is Missing, or Differing. What is not on record, or Deleting or Deleted,
// stays as it is. Of one that is Unproved the parts that could have proved it are
// forgotten: nothing is there to be proved by them.
func (c *Catalog) MarkLooked(ctx context.Context, vaultURL string, id vault.ArchiveID, state record.ArchiveState) error {
	err := c.mark(ctx, vaultURL, []vault.ArchiveID{id}, func(m marking) error {
		if m.IsGone() {
			return nil
		}
		unproved := isUnproved(m.Archive)
		if unproved {
			if err := dropProof(ctx, m.tx, vaultURL, id); err != nil {
				return err
			}
		}
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET state = $1, state_before = $2 WHERE key = $3`,
			state, hidden(state, unproved), m.key)
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note that archive %q in %q is %s", id, vaultURL, state)
	}
	return nil
}
