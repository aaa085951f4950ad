// Package firn takes massive backups into cold storage and gets them back.
//
// Firn is old snow on its way to becoming glacier ice. This package holds the
// library's verbs, which work on any kind of vault: an Amazon Glacier vault or
// a plain directory, opened with package vaulturl.
//
// Most programs need [UploadFile] and [DownloadFile]:
//
//	v, err := vaulturl.Open(ctx, "glacier://image-backups?region=us-west-2", vaulturl.Options{})
//	...
//	stored, err := firn.UploadFile(ctx, v, "backup.tar", firn.UploadOptions{Description: "June"})
//	...
//	fmt.Println(stored.ArchiveID)
//	...
//	archive := record.Archive{ID: stored.ArchiveID, Size: stored.Size, TreeHash: stored.TreeHash}
//	_, err = firn.DownloadFile(ctx, v, archive, "back.tar", firn.DownloadOptions{})
//
// An upload is multipart, concurrent, retried and verified: every part and the
// whole are proved by the hash of the bytes that were read. With a [Journal]
// (package catalog has one) an upload that was killed continues when the same
// call is made again, and one that was completed is not repeated. Without one it
// still continues, by what the vault itself tells about its unfinished uploads.
//
// A download waits for a job of the vault, which takes hours, and starts one only
// if there is none. The file gets its name when the tree hash of all its bytes is
// the archive's. With a [DownloadJournal] the same call continues after a kill, and
// fetches nothing again that was verified; an output that expires in the middle is
// asked for again, for the missing ranges only. [Retrieve] and [WaitForJobs] are
// its steps by themselves.
//
// What to keep safe: the archive id. A Glacier vault has no names, and tells its
// ids only in an inventory, about a day later. With a Journal the id is on disk
// before UploadFile returns it.
//
// Bytes are counted in int64 throughout; times are UTC. Errors wrap the classes
// of package vault and the Err values of this package.
package firn
