package catalog

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"time"

	"firn/catalog/internal/contents"
	"firn/catalog/internal/exchange"
	"firn/catalog/internal/merge"
	"firn/record"
	"firn/vault"
)

// Export writes everything on record to w in lines of JSON, which docs/catalog.md
// describes. It is the state after one commit, though other processes go on writing. No
// more than about 8 MiB of it is held in memory.
//
// Progress is called now and then with what was written so far.
func (c *Catalog) Export(ctx context.Context, w io.Writer, progress func(Contents)) (Contents, error) {
	var n Contents
	err := c.db.Snapshot(ctx, func(tx *sql.Tx) error {
		return exchange.Write(w, c.now().UTC().Round(0), contents.All(ctx, tx), func(i contents.Item) {
			n.Count(i)
			if n.Items()%contents.ReportEach == 0 {
				progress(n)
			}
		})
	})
	if err != nil {
		return n, c.db.Fail(ctx, err, "export it")
	}
	return n, nil
}

// IsExport reports whether a file was written by Export, by its first bytes; 64
// are enough.
func IsExport(first []byte) bool { return exchange.IsExport(first) }

// Import merges what Export wrote into this catalog. What both have on record is there
// once, with everything that either knows of it: see MergeArchives for archives. Of an
// upload that both have, the later state counts. Import removes nothing, so it may be
// repeated. An empty catalog is like the exported one after it.
//
// A line may be of any length, but no text in it may have more than 1 GiB. Import saves
// some thousand items at a time, and calls progress with how many it has read. An error at a
// line wraps vault.ErrInvalid and names the line; what stands before it was imported.
func (c *Catalog) Import(ctx context.Context, r io.Reader, progress func(Contents)) (record.Merged, error) {
	m := merge.New(c.db, c.now, progress)
	err := exchange.Read(r, func(made time.Time) { m.Made = made }, func(i contents.Item) error { return m.Add(ctx, i) })
	if err == nil || errors.Is(err, vault.ErrInvalid) { // else the database, or the caller, failed
		err = errors.Join(err, m.Finish(ctx), merge.AddUploaded(ctx, c.db, func(contents.Item) { m.Merged.Added++ }))
	}
	if err != nil {
		return m.Merged, c.db.Fail(ctx, err, "import into it")
	}
	return m.Merged, nil
}

// MergeArchives merges archives of another record into this one, all or none. It adds
// archives that are not on record, and fills in missing fields of the others; a size or
// tree hash that is on record stays, and Differing counts the archives for which the two
// records disagree. An archive that is Deleting or Deleted on either record stays so,
// unless the other record knows by a later inventory that the archive is there, or that
// another archive has its id. Otherwise the state of the record with the newer inventory
// counts; without any inventory, ours.
func (c *Catalog) MergeArchives(ctx context.Context, archives []record.Archive) (record.Merged, error) {
	var n record.Merged
	err := c.db.Transact(ctx, func(tx *sql.Tx) error {
		n = record.Merged{}
		return merge.Archives(ctx, tx, archives, &n, c.now())
	})
	if err != nil {
		return record.Merged{}, c.db.Fail(ctx, err, "save archives of another record")
	}
	return n, nil
}
