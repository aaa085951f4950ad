// Package dirvault keeps a vault in a directory of the local disk.
//
// Every archive is one plain file that any tool can read, beside a small JSON
// file, its truth file. No index has to agree with them, so none can be lost. Files that
// only save time, such as the count of the archives, are made anew if they are missing or
// wrong.
//
//	vault.json            when the vault was made, and its last inventory in numbers
//	inventory.json        that inventory, in the service's JSON form
//	scrub.json            the position of a scrub, and the damage that it found
//	count.json            how many archives there are, and how many bytes they have
//	changes-X             a journal of the archives that came or went since
//	jobtimes              an index of the jobs, by when they were made and expire
//	lock                  held by the one process that has the vault open
//	archives/ID           the bytes, read-only
//	archives/ID.json      the truth: id, description, size, tree hash, creation date
//	archives/ID.leaves    the SHA-256 of each MiB, 32 bytes each
//	uploads/ID/           an unfinished upload:
//	  upload.json           description and part size; its mtime is the last activity
//	  data                  the bytes, each part at its own offset
//	  parts                 a journal, one JSON line for each part received
//	  leaves                the SHA-256 of each MiB of data, in their order
//	jobs/ID.json          a job: the request, and when it ends and expires
//	jobs/ID.output        of an inventory job: the document that it gives
//	outputs/ID            the bytes of an archive that was deleted while a job gave them,
//	                      and beside them its leaves
//	notes/NAME            a document of the program that serves the vault
//	~anything             a temporary file, removed when the vault is opened, or
//	                      another time if it cannot be removed then
//
// Below internal, package layout names these files, durable writes them and files reaches
// them, in the vault or aside. Packages archives, leaves, count, uploads, jobs, inventories
// and scrub each keep those of one kind.
//
// # What survives
//
// Parts: data is flushed to the disk before the journal line, and that before
// the answer, so a part that was acknowledged is there after a power loss.
//
// Archives: the truth file is written first and means nothing while the bytes
// are absent; renaming uploads/ID/data to archives/ID is the moment at which the
// archive comes into being, whole. Deleting removes the bytes first. So a kill or
// a power loss at any instant leaves each archive whole or absent. Other files of an archive
// that is absent are removed when the vault is opened again.
//
// The archive's id is derived from the upload's, so completing an upload twice
// gives the same answer for ever, with no table to remember it.
//
// Leaves: with them the tree hash of a range is known without reading the range, and it is
// known which MiB of an archive are damaged. Uploads whose parts do not end where leaves end
// keep none, and archives of one leaf need none. Leaves are not used if their tree hash is not
// that in the truth. They are made anew from the bytes when reads are
// verified, and when the vault is scrubbed, if the bytes still have the tree hash.
//
// Jobs: the output of an inventory job is written first and means nothing while
// the job is absent. The output of a job for an archive is the archive. When that is
// deleted, jobs that have not ended fail. If one has ended, and its output expires, the
// bytes move to outputs until the last job for the archive has expired. A later call that
// opens the vault, lists its jobs or changes it removes them. A day after its
// output expired, a job is forgotten and both its files are removed.
//
// The inventory: vault.json has the SHA-256 of inventory.json. If the file has another,
// perhaps because the process was killed between the two writes, it is made
// anew from the truth files. Before an archive comes or goes vault.json is made to say
// that the inventory is out of date, so a kill cannot hide a change.
//
// The count: an archive that may come or go is named in a journal before it does. Later its
// file shows whether it did. So a kill at any instant leaves a count that is
// right, and only the files of those archives are searched for leftovers. Another program
// that adds or removes archives changes the directory's modification time. Then the whole
// directory is read, and counted.
//
// Damage: a request for one thing whose file is damaged fails. Lists go on without it,
// inventories with a bad entry, and both report it (see Options.OnDamage).
// A damaged file is never removed, and neither is a vault that holds one.
//
// # Scrubbing
//
// [Vault.Scrub] reads all archives again, in the order of their ids, and compares
// each MiB with its leaf. It holds no lock while it reads, so archives can be stored, read
// and deleted meanwhile. Its position and the damage that it found are in scrub.json, at
// most a minute old. A scrub that ended in the middle, also by a kill, goes on there.
// It reports damage and leaves the bytes as they are: nothing here can mend them.
//
// # Reading only
//
// A vault whose directory cannot be written, because of how its file system is mounted or
// who owns it, is read without one byte being written to it. Nothing is removed. Jobs, their
// outputs and inventories are kept outside of it until it is closed. A call that must change
// the vault fails with vault.ErrReadOnly. A process that only reads takes
// a shared lock, if there is a lock file that can be read, so several can read at once.
//
// # Trust
//
// The length and the alphabet of an id are checked before it becomes a file name, and
// all files are reached through an [os.Root]. The files of a vault are read with
// a limit and must have exactly the form in which this package writes them. A user who may
// write to the directory can change the vault: a [Root] therefore refuses a directory that
// others may write to.
package dirvault

import (
	"time"

	"firn/vault"
)

// Options are the options of a vault in a directory. With the zero value jobs are done at
// once and nothing expires.
type Options struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// RetrievalDelay is how long a job takes; nil means that every job is done
	// when it is made.
	RetrievalDelay func(vault.JobKind, vault.Tier) time.Duration
	// OutputLifetime is how long the output of a job stays; 0 means for ever.
	OutputLifetime time.Duration
	// UploadLifetime is how long an upload stays after the last request on it;
	// 0 means for ever.
	UploadLifetime time.Duration
	// InventoryEvery is how old the vault's inventory gets while archives come
	// and go. A call that needs it takes a new one if an archive has come or gone and
	// the last inventory is so old, or, before the first inventory, if the first change is
	// so old. Below 0 it is taken after every change, so that each call gets the archives
	// of that moment. 0 means a day.
	InventoryEvery time.Duration
	// ARN returns what the service would call the vault of a name, for its
	// inventories; nil means that they have no ARN.
	ARN func(name string) string
	// VerifyReads makes every byte of an archive be compared with the hash of its
	// MiB before OpenOutput hands it out; see [Vault.OpenOutput]. It is for those
	// who serve others: firn's engine compares what it reads itself.
	VerifyReads bool
	// ReadOnly makes the vault be read without a byte of it being written, although its
	// directory could be. One that cannot be written is always read so.
	ReadOnly bool
	// OnDamage is called, unless it is nil, each time that a list or an inventory goes on
	// without a damaged file or a vault that cannot be opened. It may be called from many
	// goroutines at once and must not call the vault or the Root.
	OnDamage func(error)
	// OnLeftover is called, unless it is nil, when a file that an interrupted process or an
	// earlier call left in a vault or in a Root cannot be removed now. The call that found
	// the file goes on, and the removal is tried again when the vault is opened the next
	// time. It may be called as OnDamage is.
	OnLeftover func(error)
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.RetrievalDelay == nil {
		o.RetrievalDelay = func(vault.JobKind, vault.Tier) time.Duration { return 0 }
	}
	if o.InventoryEvery == 0 {
		o.InventoryEvery = 24 * time.Hour
	}
	if o.OnDamage == nil {
		o.OnDamage = func(error) {}
	}
	if o.OnLeftover == nil {
		o.OnLeftover = func(error) {}
	}
	return o
}

// now is the time in the form of the service's dates: in UTC, to the millisecond.
func (o Options) now() time.Time {
	return o.Now().UTC().Truncate(time.Millisecond)
}
