// Package firn takes massive backups into cold storage and gets them back.
//
// Firn is old snow on its way to becoming glacier ice. This package is the front door of the
// library: [Open] opens a vault of any kind (an Amazon Glacier vault, a bucket in the cold
// classes of S3, a plain directory) and the catalog that keeps the record of it. The verbs
// work on both, and each has a package:
//
//   - upload brings a file or a stream into a vault;
//   - jobs starts jobs, which make archives readable, and waits for them;
//   - download brings archives back;
//   - reconcile brings the record in line with a vault's inventory;
//   - verify compares a local file with an archive;
//   - purge deletes the archives of a vault, and the vault.
//
// Most programs need upload and download:
//
//	d, err := firn.Open(ctx, "glacier://image-backups?region=us-west-2", firn.Options{Catalog: "catalog.db"})
//	...
//	defer d.Close()
//	stored, err := upload.File(ctx, d.Depot, "backup.tar", upload.Options{Description: "June"})
//	...
//	fmt.Println(stored.ArchiveID)
//	...
//	archive := record.Archive{ID: stored.ArchiveID, Size: stored.Size, TreeHash: stored.TreeHash}
//	_, err = download.File(ctx, d.Depot, archive, "back.tar", download.Options{})
//
// Every verb takes a depot.Depot, which is a vault, its record and the caller, and a struct
// of options, which is plain data. A call ends early when its context ends: requests in
// flight may finish for a few seconds, and the same call continues later.
//
// Package record says what the verbs need of a record, package catalog keeps one that lasts,
// and package source is the local side of an upload.
//
// Bytes are counted in int64 throughout; times are UTC. Errors wrap the classes of package
// vault and the Err values of the verb's package, of depot and of source.
package firn

import (
	"context"
	"errors"
	"time"

	"firn/catalog"
	"firn/depot"
	"firn/vault/vaulturl"
)

// Options says how to open a vault. The zero value keeps no record.
type Options struct {
	// Catalog is the path of the catalog's file, which is created if it is not there.
	// Empty: no record is kept, and nothing that broke off can be continued, unless the
	// vault tells enough. Inventories and purges need a catalog.
	Catalog string
	// Connections is how many requests will be in flight at once; 0 if few.
	Connections int
	// KeepDays is how long a restored copy of an object stays, in place of what the
	// URL says; 0: as it says.
	KeepDays int
	// OnDamage is told of each thing in a directory that is damaged and passed over, and
	// Notice, in a sentence, what a person should know. They may be nil.
	OnDamage func(error)
	Notice   func(string)
	// Now is the clock of the record. Default time.Now.
	Now func() time.Time
}

// Depot is an open vault with the record of it. The caller closes it.
type Depot struct {
	depot.Depot
	// Catalog is the Journal of the Depot; nil if the Options name none.
	Catalog *catalog.Catalog
	// At is the Vault of the Depot, with what only its URL says of it.
	At *vaulturl.Vault
}

// Open opens the vault that a URL names, and the catalog. Package vaulturl documents the
// URLs and the errors: vault.ErrInvalid for a URL that names no vault, vault.ErrNotFound for
// a directory that is none, vault.ErrLocked for one that another process has open. Whether a
// Glacier vault or a bucket exists shows at the first request. A CatalogError is about the
// catalog.
func Open(ctx context.Context, url string, o Options) (*Depot, error) {
	v, err := vaulturl.Open(ctx, url, vaulturl.Options{
		Connections: o.Connections, KeepDays: o.KeepDays, OnDamage: o.OnDamage, Notice: o.Notice,
	})
	if err != nil {
		return nil, err
	}
	d := &Depot{Depot: depot.Depot{Vault: v, Notice: o.Notice, Now: o.Now}, At: v}
	if o.Catalog == "" {
		return d, nil
	}
	if d.Catalog, err = catalog.Open(ctx, o.Catalog, catalog.Options{Now: o.Now}); err != nil {
		return nil, errors.Join(&CatalogError{err}, v.Close())
	}
	d.Journal = d.Catalog
	return d, nil
}

// CatalogError says that the catalog could not be opened, and not the vault.
type CatalogError struct{ Err error }

// Error is that of the catalog.
func (e *CatalogError) Error() string { return e.Err.Error() }

// Unwrap returns the error of package catalog.
func (e *CatalogError) Unwrap() error { return e.Err }

// Close closes the vault and the catalog.
func (d *Depot) Close() error {
	if d.Catalog == nil {
		return d.At.Close()
	}
	return errors.Join(d.Catalog.Close(), d.At.Close())
}
