package backup

import (
	"firn/depot"
	"firn/internal/walk"
	"firn/upload"
)

// DefaultPackSize is the size in bytes at which a pack is complete if the caller names none.
const DefaultPackSize = 256 << 20

// Options says how to back up. The zero value works, and does not encrypt.
type Options struct {
	// Host is the name of the machine in the snapshot. Snapshots of a directory follow one
	// another if they have the same host. Default: the name of this machine.
	Host string
	// Tags are words that the snapshot gets.
	Tags []string
	// Recipients are the public keys that packs are encrypted to: age1..., age1pq1..., ssh-ed25519
	// or ssh-rsa. Each of their identities opens the packs. None: packs are not encrypted.
	Recipients []string
	// PackSize is the size in bytes at which a pack is complete. A file that is larger gets a
	// pack of its own. Default: DefaultPackSize, or less if the vault takes no such archives.
	PackSize int64
	// SpoolDir is the directory for packs that the vault has not confirmed: up to three, of
	// PackSize or of the largest file. It is not backed up itself. Only a call with the same directory continues an
	// interrupted one without reading the files of these packs again. Default: firn/packs in the
	// user's cache directory.
	SpoolDir string
	// Level is a level of compression of the zstd command, from 1 to 22. Default 1.
	Level int
	// Checksum reads all files, and compares their content instead of their times.
	Checksum bool

	// Exclude has patterns as in an ignore file of each directory. They precede the files
	// .firnignore, which have the rules of git's .gitignore.
	Exclude []string
	// Include has patterns of the same form. If there are any, only files that they match are
	// stored, what is in directories that they match, and the directories above.
	Include []string
	// MaxSize is the size in bytes of the largest regular file that is stored. Default: any size.
	MaxSize int64
	// OneFileSystem leaves out what is on other file systems than the directory.
	OneFileSystem bool
	// Without has paths of files and directories that are left out, such as that of a vault. The
	// spool and the files of the record are always left out. Windows ignores it.
	Without []string
	// ExcludeCaches leaves out the content of directories that have a valid CACHEDIR.TAG.
	ExcludeCaches bool

	// Concurrency, PartSize, LimitRate and Limits are those of the uploads; see upload.Options.
	Concurrency int
	PartSize    int64
	LimitRate   int64
	Limits      depot.Timetable
}

// walk returns the options of a walk.
func (o *Options) walk() walk.Options {
	return walk.Options{
		Exclude: o.Exclude, Include: o.Include, MaxSize: o.MaxSize, Without: o.Without,
		OneFileSystem: o.OneFileSystem, ExcludeCaches: o.ExcludeCaches,
	}
}

// upload returns the options of the upload of a pack.
func (o *Options) upload(id string) upload.Options {
	return upload.Options{
		Name: "packs/" + id, Description: "firn pack 1 " + id,
		Concurrency: o.Concurrency, PartSize: o.PartSize, LimitRate: o.LimitRate, Limits: o.Limits,
	}
}
