// Package backup stores directories in a vault, as packs: archives that hold many files and end
// with their index.
//
//	report, err := backup.Run(ctx, d, d.Catalog.Backups(), []string{"/home", "/etc"}, backup.Options{
//		Recipients: []string{"age1pq1..."},
//	})
//
// Here d is the depot that Open of the root package firn returns.
//
// A backup is a snapshot of the directories. The first one stores all files, and each later one
// only what changed: a file is unchanged if its size, times and inode are those on record. A
// content that the vault has already, in whatever file, is not stored again. If nothing changed,
// nothing is stored.
//
// firn writes a pack into a spool, encrypts it while it is written, and uploads it while the
// next one is written. Its file in the spool is removed when the vault has confirmed it. At
// each moment the record and the spool together say what the vault has. So a backup may be
// killed, run into a full disk or lose its connection: the same call continues, sends no
// acknowledged part again, and stores nothing twice. Until then its snapshot is partial: a
// restore can use what is stored of it.
//
// A file that cannot be read, or that changes while it is read, does not end the backup. It is
// listed in the report. An unreadable file keeps its last version in the snapshot.
package backup
