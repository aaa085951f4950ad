package restore

import (
	"time"

	"firn/download"
	"firn/internal/seal"
)

// Selection says which files of which snapshots are restored. The zero value selects all files
// of the newest snapshot of each directory.
type Selection struct {
	// Patterns select files. A pattern with a slash is compared with the whole path, one
	// without with its last element; `/` or `./` at the beginning is ignored. `*`, `?`, `[...]`,
	// `{...}` and, for any number of directories, `**` have the meaning of package doublestar.
	// A directory that matches is selected with all that is in it. No patterns select
	// everything.
	Patterns []string
	// Snapshot is the id of a snapshot, or at least its first four characters.
	Snapshot string
	// At selects, for each directory, the newest snapshot that was begun at this time or
	// before. The zero time, like Snapshot, does not limit.
	At time.Time
	// Host selects snapshots of this host. It may be empty if the vault has only one.
	Host string
	// Tags selects snapshots that have all of these.
	Tags []string
}

// Options says how files are restored. WorkDir is required, and Dir is too, except for
// Plan.Stream.
type Options struct {
	// Dir is the directory below which files get their whole paths. It is created if it does
	// not exist. A file that is there with the size, the time and the content on record stays,
	// also if other attributes differ. A directory below it that exists keeps its attributes, unless it is selected
	// itself. One that the record does not have, above the directories of a backup, is made for
	// the user alone.
	Dir string
	// WorkDir is a directory for downloaded ranges and temporary lists. It is created if it
	// does not exist, must not have other files, and is removed when everything is restored. It
	// belongs to one restore: the same call continues with what is in it.
	WorkDir string
	// Identities open encrypted packs. They are secret keys, and no form of Options in JSON has
	// them.
	Identities seal.Identities `json:"-"`
	// Gap is how many bytes a request to the vault is worth: ranges with a smaller gap
	// between them are retrieved together, if that saves a request. Default: 1 MiB.
	Gap int64
	// Force replaces existing files that differ, but never a directory.
	Force bool
	// Owners sets the owner and the group of files by their numbers, which needs the permission
	// to do so.
	Owners bool
	// Devices restores devices, which needs the permission to do so.
	Devices bool
	// SetUID restores the bits setuid and setgid, the sticky bit of files, and the extended
	// attributes `security.*` and `trusted.*`, which can give rights to programs. A file gets
	// setuid and setgid only if it has the owner and the group on record.
	SetUID bool
	// Download says how ranges are retrieved and downloaded. Range, Force and NoTimes are not
	// used. With NoWait, Run restores what is readable and returns a jobs.NotReadyError.
	Download download.Options
}
