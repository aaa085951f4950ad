package catalog_test

import (
	"firn"
	"firn/catalog"
)

// The catalog is what the verbs ask for.
var (
	_ firn.Journal          = (*catalog.Catalog)(nil)
	_ firn.JobJournal       = (*catalog.Catalog)(nil)
	_ firn.DownloadJournal  = (*catalog.Catalog)(nil)
	_ firn.InventoryJournal = (*catalog.Catalog)(nil)
	_ firn.PurgeJournal     = (*catalog.Catalog)(nil)
	_ firn.MergeJournal     = (*catalog.Catalog)(nil)
)
