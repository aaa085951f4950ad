package contents

import (
	"context"
	"iter"

	"firn/catalog/internal/table"
)

// Numbered is an item with the catalog's own key of it.
type Numbered struct {
	Key int64
	Item
}

// Section reads all items of one type, sorted by key; order is empty or " DESC".
type Section func(ctx context.Context, q table.Queryer, order string) iter.Seq2[Numbered, error]

// sections returns all sections. Each comes after those that its items refer to.
func sections() []Section {
	return SectionsWith(SectionOf(`SELECT `+table.ArchiveColumns+` FROM archives a ORDER BY a.key`, func(r table.Row) (Numbered, error) {
		a, err := table.ScanKeyed(r)
		return Numbered{a.Key, a.Archive}, err
	}), asTheyAre)
}

// SectionsWith returns all sections, with this one for the archives. Columns returns the
// expressions by which the others are read.
func SectionsWith(archives Section, columns ColumnsOf) []Section {
	return []Section{
		SectionOf(`SELECT key, url, deleted FROM vaults ORDER BY key`, scanVault),
		SectionOf(`SELECT key, `+columns("inventories", table.InventoryColumns)+` FROM inventories ORDER BY key`, func(r table.Row) (Numbered, error) {
			i, err := table.ScanInventory(r)
			return Numbered{i.Key, i}, err
		}),
		archives,
		inPieces(SectionOf(`SELECT key, `+columns("uploads", table.UploadColumns)+` FROM uploads ORDER BY key`, func(r table.Row) (Numbered, error) {
			u, err := table.ScanUpload(r)
			return Numbered{u.Key, Upload{Upload: u}}, err
		})),
		SectionOf(`SELECT key, `+columns("jobs", table.JobColumns)+` FROM jobs ORDER BY key`, func(r table.Row) (Numbered, error) {
			j, err := table.ScanJob(r)
			return Numbered{j.Key, j}, err
		}),
		inPieces(SectionOf(`SELECT key, `+columns("downloads", table.DownloadColumns)+` FROM downloads ORDER BY key`, func(r table.Row) (Numbered, error) {
			d, err := table.ScanDownload(r)
			return Numbered{d.Key, Download{Download: d}}, err
		})),
	}
}

// ColumnsOf returns the expressions by which columns of a table are read from a file.
type ColumnsOf func(table, columns string) string

// asTheyAre is ColumnsOf for a file of the present schema.
func asTheyAre(_, columns string) string { return columns }

func scanVault(r table.Row) (n Numbered, err error) {
	var v Vault
	err = r.Scan(&n.Key, &v.URL, (*table.Instant)(&v.Deleted))
	n.Item = v
	return n, err
}

// SectionOf is the section of the items that scan makes from the rows of a query.
func SectionOf(query string, scan func(table.Row) (Numbered, error)) Section {
	return func(ctx context.Context, q table.Queryer, order string) iter.Seq2[Numbered, error] {
		return table.Walk(ctx, q, scan, query+order)
	}
}

// All streams everything on record, in an order in which it can be added to another
// catalog.
func All(ctx context.Context, q table.Queryer) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for _, s := range sections() {
			for n, err := range s(ctx, q, "") {
				if !yield(n.Item, err) || err != nil {
					return
				}
			}
		}
	}
}
