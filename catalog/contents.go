package catalog

import (
	"context"
	"iter"
	"time"

	"firn/record"
	"firn/vault"
)

// Contents counts what a catalog holds.
type Contents struct {
	Vaults      int64
	Inventories int64
	Archives    int64
	Bytes       int64 // of the archives that are not deleted
	Uploads     int64 // finished and unfinished
	Jobs        int64
	Downloads   int64 // finished and unfinished
}

// Items is how many things these are.
func (n Contents) Items() int64 {
	return n.Vaults + n.Inventories + n.Archives + n.Uploads + n.Jobs + n.Downloads
}

// item is one thing on record, with what belongs to it: a knownVault, a
// record.Inventory, a record.Archive, an uploadPiece, a record.Job or a
// downloadPiece.
type item any

// knownVault is a vault and when it last accepted to delete an archive.
type knownVault struct {
	url     string
	deleted time.Time
}

// uploadPiece is an upload with parts that the vault acknowledged: all of them, or as
// many as are held in memory at a time. The others come in further pieces.
type uploadPiece struct {
	record.Upload
	parts     []vault.Part
	continues bool // the piece before it, of the same upload
}

// downloadPiece is a download with bytes that were verified, in the same way.
type downloadPiece struct {
	record.Download
	segments  []record.Segment
	continues bool
}

// count adds an item to the contents.
func (n *Contents) count(i item) {
	switch i := i.(type) {
	case knownVault:
		n.Vaults++
	case record.Inventory:
		n.Inventories++
	case record.Archive:
		n.Archives++
		if i.State != record.Deleted {
			n.Bytes += max(i.Size, 0)
		}
	case uploadPiece:
		if !i.continues {
			n.Uploads++
		}
	case record.Job:
		n.Jobs++
	case downloadPiece:
		if !i.continues {
			n.Downloads++
		}
	}
}

// numbered is an item with the catalog's own key of it.
type numbered struct {
	key int64
	item
}

// shelf reads all items of one kind by key; order is empty or " DESC".
type shelf func(ctx context.Context, q queryer, order string) iter.Seq2[numbered, error]

// shelves are all there are, those before on which others build.
func shelves() []shelf {
	return shelvesWith(shelfOf(`SELECT `+archiveColumns+` FROM archives a ORDER BY a.key`, func(r row) (numbered, error) {
		a, err := scanKeyed(r)
		return numbered{a.key, a.Archive}, err
	}), asTheyAre)
}

func shelvesWith(archives shelf, columns columnsOf) []shelf {
	return []shelf{
		shelfOf(`SELECT key, url, deleted FROM vaults ORDER BY key`, scanKnownVault),
		shelfOf(`SELECT key, `+columns("inventories", inventoryColumns)+` FROM inventories ORDER BY key`, func(r row) (numbered, error) {
			i, err := scanInventory(r)
			return numbered{i.Key, i}, err
		}),
		archives,
		inPieces(shelfOf(`SELECT key, `+columns("uploads", uploadColumns)+` FROM uploads ORDER BY key`, func(r row) (numbered, error) {
			u, err := scanUpload(r)
			return numbered{u.Key, uploadPiece{Upload: u}}, err
		})),
		shelfOf(`SELECT key, `+columns("jobs", jobColumns)+` FROM jobs ORDER BY key`, func(r row) (numbered, error) {
			j, err := scanJob(r)
			return numbered{j.Key, j}, err
		}),
		inPieces(shelfOf(`SELECT key, `+columns("downloads", downloadColumns)+` FROM downloads ORDER BY key`, func(r row) (numbered, error) {
			d, err := scanDownload(r)
			return numbered{d.Key, downloadPiece{Download: d}}, err
		})),
	}
}

func scanKnownVault(r row) (n numbered, err error) {
	var v knownVault
	err = r.Scan(&n.key, &v.url, (*instant)(&v.deleted))
	n.item = v
	return n, err
}

func shelfOf(query string, scan func(row) (numbered, error)) shelf {
	return func(ctx context.Context, q queryer, order string) iter.Seq2[numbered, error] {
		return walk(ctx, q, scan, query+order)
	}
}

func all[T any](seq iter.Seq2[T, error]) (items []T, err error) {
	for item, err := range seq {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// contents lists everything on record, in an order in which it can be brought
// into another catalog.
func contents(ctx context.Context, q queryer) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		for _, s := range shelves() {
			for n, err := range s(ctx, q, "") {
				if !yield(n.item, err) || err != nil {
					return
				}
			}
		}
	}
}

// toldEach is after how many items it is told how far a long work has come.
const toldEach = 10_000
