package backups

import (
	"context"
	"database/sql"
	"errors"
	"iter"

	"firn/catalog/internal/table"
	"firn/record"
)

// isThere is the condition that the pack p of a content may be relied on.
const isThere = `p.state <> 'lost'`

// Content returns a content of a vault with this digest and size that lies in a pack that is
// not lost, or vault.ErrNotFound.
func (b *Backups) Content(ctx context.Context, vaultURL string, digest record.Digest, size int64) (record.Content, error) {
	for c, err := range table.List(ctx, b.db, "find a content", scanContent, `SELECT c.key, c.digest, c.size, c.pack_key, c.place FROM contents c
		WHERE substr(c.digest, 1, 8) = $1 AND c.digest = $2 AND c.size = $3 ORDER BY c.key DESC`, digest[:8], digest[:], size) {
		if err != nil {
			return record.Content{}, err
		}
		if there, err := b.isThere(ctx, vaultURL, &c); err != nil || there {
			return c, err
		}
	}
	return record.Content{}, b.db.Fail(ctx, sql.ErrNoRows, "find a content of %d bytes", size)
}

// Digests lists the first 8 bytes of the digests of all contents, in any order, from which a caller
// knows which contents the record has not.
func (b *Backups) Digests(ctx context.Context) iter.Seq2[[8]byte, error] {
	return table.List(ctx, b.db, "list the digests of contents", func(r table.Row) (prefix [8]byte, err error) {
		var column []byte
		err = r.Scan(&column)
		copy(prefix[:], column)
		return prefix, err
	}, `SELECT substr(digest, 1, 8) FROM contents INDEXED BY contents_by_digest`)
}

// HasLargeContent reports whether a vault may have a content of a size above 8 MiB.
func (b *Backups) HasLargeContent(ctx context.Context, size int64) (has bool, err error) {
	err = b.db.Reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM contents WHERE size = $1 AND size > 8388608)`, size).Scan(&has)
	if err != nil {
		return false, b.db.Fail(ctx, err, "look for contents of %d bytes", size)
	}
	return has, nil
}

// AddContents adds contents, and sets their keys. Their packs, and the parts of their segments,
// are on record.
func (b *Backups) AddContents(ctx context.Context, contents ...*record.Content) error {
	err := b.db.Together(ctx, func(ctx context.Context, tx *sql.Tx) error { return addContents(ctx, tx, contents) })
	if err != nil {
		return b.db.Fail(ctx, err, "save %d contents", len(contents))
	}
	return nil
}

// ContentByKey returns the content of a key, wherever it is, or vault.ErrNotFound.
func (b *Backups) ContentByKey(ctx context.Context, key int64) (record.Content, error) {
	c, err := scanContent(b.db.Reader.QueryRowContext(ctx,
		`SELECT c.key, c.digest, c.size, c.pack_key, c.place FROM contents c WHERE c.key = $1`, key))
	if err == nil && c.Pack == 0 {
		c.Segments, err = b.segments(ctx, key)
	}
	if err != nil {
		return record.Content{}, b.db.Fail(ctx, err, "find the content %d", key)
	}
	return c, nil
}

// isThere reads the segments of c, if it has some.
func (b *Backups) isThere(ctx context.Context, vaultURL string, c *record.Content) (there bool, err error) {
	const inVault = ` AND ($2 = '' OR p.vault = $2)`
	if c.Pack != 0 {
		err = b.db.Reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM packs p WHERE p.key = $1 AND `+isThere+inVault+`)`,
			c.Pack, vaultURL).Scan(&there)
	} else {
		if c.Segments, err = b.segments(ctx, c.Key); err == nil {
			err = b.db.Reader.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM content_segments s WHERE s.content_key = $1
				AND s.part_key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM contents c JOIN packs p ON p.key = c.pack_key
				WHERE c.key = s.part_key AND `+isThere+inVault+`))`, c.Key, vaultURL).Scan(&there)
		}
	}
	if err != nil {
		return false, b.db.Fail(ctx, err, "look where the content %d is", c.Key)
	}
	return there, nil
}

func (b *Backups) segments(ctx context.Context, key int64) ([]record.Segmented, error) {
	return table.All(table.Walk(ctx, b.db.Reader, func(r table.Row) (s record.Segmented, err error) {
		var part sql.NullInt64
		err = r.Scan(&s.Offset, &s.Size, &part)
		s.Part = part.Int64
		return s, err
	}, `SELECT place, size, part_key FROM content_segments WHERE content_key = $1 ORDER BY place`, key))
}

func scanContent(r table.Row) (c record.Content, err error) {
	var digest []byte
	var pack sql.NullInt64
	err = r.Scan(&c.Key, &digest, &c.Size, &pack, &c.Offset)
	if err == nil && copy(c.Digest[:], digest) != len(c.Digest) {
		err = errors.New("a digest has another length than a SHA-256")
	}
	c.Pack = pack.Int64
	return c, err
}

// addContents adds contents and their segments, and sets their keys.
func addContents(ctx context.Context, tx *sql.Tx, contents []*record.Content) error {
	if len(contents) == 0 {
		return nil
	}
	// The first row gets the next key, and the others the keys after it: nobody else writes.
	first := contents[0]
	err := tx.QueryRowContext(ctx, `INSERT INTO contents (digest, size, pack_key, place) VALUES ($1, $2, $3, $4) RETURNING key`,
		first.Digest[:], first.Size, orNull(first.Pack), first.Offset).Scan(&first.Key)
	if err != nil {
		return err
	}
	insert := table.Bulk{Tx: tx, Before: `INSERT INTO contents (key, digest, size, pack_key, place) VALUES `, Row: `(?, ?, ?, ?, ?)`}
	rest := contents[1:]
	err = insert.Run(len(rest), func(from, to int) error {
		var args []any
		for i, c := range rest[from:to] {
			c.Key = first.Key + 1 + int64(from+i)
			args = append(args, c.Key, c.Digest[:], c.Size, orNull(c.Pack), c.Offset)
		}
		return insert.Exec(ctx, to-from, args)
	})
	if err != nil {
		return err
	}
	for _, c := range contents {
		for _, s := range c.Segments {
			_, err := tx.ExecContext(ctx, `INSERT INTO content_segments (content_key, place, size, part_key) VALUES ($1, $2, $3, $4)`,
				c.Key, s.Offset, s.Size, orNull(s.Part))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// orNull is the key in a column that may be NULL.
func orNull(key int64) any {
	if key == 0 {
		return nil
	}
	return key
}
