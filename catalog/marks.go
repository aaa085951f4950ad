package catalog

import (
	"context"

	"firn/catalog/internal/compare"
	"firn/record"
	"firn/vault"
)

// MarkLooked saves that firn looked for an archive at the vault and found that it is
// Missing or Differing. An archive that is not on record, or is Deleting or Deleted, stays
// as it is. If the archive was Unproved, MarkLooked removes the parts that could have
// proved it: its bytes are not there.
func (c *Catalog) MarkLooked(ctx context.Context, vaultURL string, id vault.ArchiveID, state record.ArchiveState) error {
	err := c.mark(ctx, vaultURL, []vault.ArchiveID{id}, func(m marking) error {
		if m.IsGone() {
			return nil
		}
		unproved := compare.IsUnproved(m.Archive)
		if unproved {
			if err := dropProof(ctx, m.tx, vaultURL, id); err != nil {
				return err
			}
		}
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET state = $1, state_before = $2 WHERE key = $3`,
			state, compare.Hidden(state, unproved), m.Key)
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note that archive %q in %q is %s", id, vaultURL, state)
	}
	return nil
}
