// Package firn takes massive backups into cold storage and gets them back.
//
// Firn is old snow on its way to becoming glacier ice. This package is a page of
// documentation. The library's verbs work on any kind of vault (an Amazon Glacier vault, a
// bucket in the cold classes of S3, a plain directory), opened with package vaulturl, and
// each has a package:
//
//   - upload brings a file or a stream into a vault;
//   - jobs asks for jobs, which make archives readable, and waits for them;
//   - download brings archives back;
//   - reconcile brings the record in line with a vault's inventory;
//   - verify compares a local file with an archive;
//   - purge deletes the archives of a vault, and the vault.
//
// Most programs need upload and download:
//
//	v, err := vaulturl.Open(ctx, "glacier://image-backups?region=us-west-2", vaulturl.Options{})
//	...
//	stored, err := upload.File(ctx, v, "backup.tar", upload.Options{Description: "June"})
//	...
//	fmt.Println(stored.ArchiveID)
//	...
//	archive := record.Archive{ID: stored.ArchiveID, Size: stored.Size, TreeHash: stored.TreeHash}
//	_, err = download.File(ctx, v, archive, "back.tar", download.Options{})
//
// Package record says what the verbs need of a record, and package catalog keeps one that
// lasts. Package depot has what the verbs share, package source the local side of an upload.
//
// Bytes are counted in int64 throughout; times are UTC. Errors wrap the classes of package
// vault and the Err values of the verb's package, of depot and of source.
package firn
