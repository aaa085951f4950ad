// Package firn stores large backups in cold storage and retrieves them.
//
// Firn is old snow that becomes glacier ice. This package is the entry of the library. [Open]
// opens a vault of any kind (an Amazon Glacier vault, a bucket in the cold classes of S3, or a
// plain directory), and the catalog, which is firn's record of the vault on your disk. The
// verbs work on both, and each verb has a package:
//
//   - upload stores a file or a stream as an archive;
//   - jobs starts jobs, which make archives readable, and waits for them;
//   - download fetches archives into files or streams;
//   - restore brings files back from the packs of backups;
//   - reconcile updates the record from a vault's inventory;
//   - verify compares a local file with an archive;
//   - purge deletes the archives of a vault, and the vault;
//   - backup stores directories as packs, incrementally.
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
// In a Glacier vault, download.File waits for hours until a job has made the archive readable.
// With Options.NoWait it returns a jobs.NotReadyError instead, and the same call continues
// later. If only the id of an archive is known, set its Size to -1.
//
// An inventory lists the archives of a vault. The catalog then holds them:
//
//	report, err := reconcile.Inventory(ctx, d.Depot, reconcile.Options{})
//	...
//	for a, err := range d.Catalog.Archives(ctx, catalog.Filter{Vault: d.Vault.URL()}) {
//		...
//	}
//
// A vault must exist before it is opened. Package vaulturl creates a Glacier vault or a
// directory from the same URL; the owner of a bucket creates it with the tools of its service:
//
//	place, err := vaulturl.OpenPlace(ctx, url)
//	...
//	err = errors.Join(place.CreateVault(ctx, place.Name), place.Close())
//
// The URL "/srv/cold/image-backups" names a directory. The URL
// "glacier://image-backups?region=us-east-1&endpoint=http://127.0.0.1:8333" names a vault at
// another server that speaks the protocol of Amazon Glacier, such as the one that "firn serve"
// starts. Package vaulturl documents all URLs. Credentials come from the AWS configuration: the
// environment, or the files below ~/.aws.
//
// Every verb takes a depot.Depot (the vault, its record, and functions of the caller that
// receive progress and notices) and a struct of options, which is plain data. The zero value of
// the options works. A call ends early when its context ends: requests in flight may finish for
// a few seconds, and the same call continues later.
//
// Package record defines the types and interfaces of the record, package catalog keeps a record
// in a file, and package source is the local side of an upload.
//
// Sizes are in bytes (int64) and times are in UTC. Errors wrap the error classes of package
// vault, and the Err values of the verb's package, of depot and of source; use errors.Is.
package firn

import (
	"context"
	"errors"
	"time"

	"firn/catalog"
	"firn/depot"
	"firn/vault/vaulturl"
)

// Options says how to open a vault. The zero value opens it without a catalog.
type Options struct {
	// Catalog is the path of the catalog's file. Open creates the file if it does not exist. If
	// the path is empty, there is no record: an interrupted call can only be continued as far
	// as the vault's own lists allow, and inventories and purges are refused.
	Catalog string
	// Connections is the expected number of concurrent requests; 0 if there will be few.
	Connections int
	// KeepDays is the lifetime in days of a restored copy of an object in S3. It overrides the
	// option of the URL; 0 does not.
	KeepDays int
	// OnDamage is called for each damaged file in a directory vault that a call skips. Notice
	// is called with sentences that the user should read. Both may be nil.
	OnDamage func(error)
	Notice   func(string)
	// Now is the clock for the times on record. Default time.Now.
	Now func() time.Time
}

// Depot is an open vault with its record. The caller closes it. The verbs take the embedded
// depot.Depot, whose functions (Progress, Waiting, Approve and others) the caller may set.
type Depot struct {
	depot.Depot
	// Catalog is the Journal of the Depot. It lists the uploads, archives and jobs on record.
	// It is nil if the Options name no catalog.
	Catalog *catalog.Catalog
	// At is the Vault of the Depot, as package vaulturl opened it.
	At *vaulturl.Vault
}

// Open opens the vault that a URL names, and the catalog. Package vaulturl documents the URLs.
// The error wraps vault.ErrInvalid if the URL is invalid, vault.ErrNotFound if the directory is
// not a vault, and vault.ErrLocked if another process has the directory open. Open makes no
// request to a service: if a Glacier vault or a bucket does not exist, the first request fails.
// A CatalogError means that the catalog could not be opened.
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

// CatalogError means that the catalog, and not the vault, could not be opened.
type CatalogError struct{ Err error }

// Error returns the text of Err.
func (e *CatalogError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *CatalogError) Unwrap() error { return e.Err }

// Close closes the vault and the catalog.
func (d *Depot) Close() error {
	if d.Catalog == nil {
		return d.At.Close()
	}
	return errors.Join(d.Catalog.Close(), d.At.Close())
}
