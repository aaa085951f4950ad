package catalog

import "firn/catalog/internal/backups"

// Backups is the record of backups: snapshots, packs and files.
type Backups = backups.Backups

// Backups returns the record of backups. It ends with the catalog.
func (c *Catalog) Backups() *Backups { return backups.New(c.db, c.now) }
