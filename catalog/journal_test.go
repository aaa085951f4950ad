package catalog_test

import (
	"firn/catalog"
	"firn/record"
)

// The catalog is what the verbs ask for.
var (
	_ record.Journal          = (*catalog.Catalog)(nil)
	_ record.JobJournal       = (*catalog.Catalog)(nil)
	_ record.DownloadJournal  = (*catalog.Catalog)(nil)
	_ record.InventoryJournal = (*catalog.Catalog)(nil)
	_ record.PurgeJournal     = (*catalog.Catalog)(nil)
	_ record.MergeJournal     = (*catalog.Catalog)(nil)
)
