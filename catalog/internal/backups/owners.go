package backups

import (
	"context"
	"database/sql"
	"sync"

	"firn/catalog/internal/table"
	"firn/record"
)

// owners holds the keys of owners that are on record. There are few, and every file has one.
type owners struct {
	mu   sync.Mutex
	keys map[record.Owner]int64
}

// owner returns the key of an owner, and adds the owner if it is not on record.
func (b *Backups) owner(ctx context.Context, o record.Owner) (key int64, err error) {
	b.owners.mu.Lock()
	defer b.owners.mu.Unlock()
	if key, ok := b.owners.keys[o]; ok {
		return key, nil
	}
	err = b.db.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		key, err = table.KeyOf(ctx, tx, `SELECT key FROM owners WHERE uid = $1 AND gid = $2 AND user_name = $3 AND group_name = $4`,
			`INSERT INTO owners (uid, gid, user_name, group_name) VALUES ($1, $2, $3, $4) RETURNING key`, o.UID, o.GID, o.User, o.Group)
		return err
	})
	if err == nil {
		b.owners.keys[o] = key
	}
	return key, err
}
