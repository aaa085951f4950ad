// Package dirvault keeps a vault in a directory of the local disk.
//
// Every archive is one plain file that any tool can read, beside a small JSON
// file that is the truth about it. Nothing else has to be kept in step: there
// is no index to lose. What saves time, such as the count of the archives, is made anew
// where it is missing or wrong.
//
//	vault.json            when the vault was made, and its last inventory in numbers
//	inventory.json        that inventory, in the service's JSON form
//	scrub.json            how far a scrub has come, and what it found
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
//	  leaves                the SHA-256 of each MiB of data, each at its place
//	jobs/ID.json          a job: what was asked for, when it ends and expires
//	jobs/ID.output        of an inventory job: the document that it gives
//	outputs/ID            the bytes of an archive that was deleted while a job gave them,
//	                      and beside them its leaves
//	notes/NAME            a document of whoever serves the vault
//	~anything             on its way in or out, removed when the vault is opened, or
//	                      another time if it cannot be removed then
//
// # What survives
//
// Parts: data is flushed to the disk before the journal line, and that before
// the answer, so a part that was acknowledged is there after a power loss.
//
// Archives: the truth file is written first and means nothing while the bytes
// are absent; renaming uploads/ID/data to archives/ID is the moment at which the
// archive comes into being, whole. Deleting removes the bytes first. So a kill or
// a power loss at any instant leaves each archive whole or absent, and what is
// left over is removed when the vault is opened again.
//
// The archive's id is derived from the upload's, so completing an upload twice
// gives the same answer for ever, with no table to remember it.
//
// Leaves: they save reading a range for its tree hash, and tell which MiB of an
// archive are damaged. Uploads whose parts do not end where leaves do keep none,
// and archives of one leaf need none. Leaves that do not add up to the tree hash in
// the truth are not trusted. They are made anew from the bytes when reads are
// verified, and when the vault is scrubbed, if the bytes still have the tree hash.
//
// Jobs: the output of an inventory job is written first and means nothing while
// the job is absent. The output of a job for an archive is the archive. When that is
// deleted, jobs that have not ended fail. If one has, and its output is to expire, the
// bytes move to outputs until the last job for the archive has expired; they are removed
// when the vault is opened, asked for its jobs or changed after that. A day after its
// output expired, a job is forgotten and both files go.
//
// The inventory: vault.json tells the SHA-256 of inventory.json. A file that does
// not have it, perhaps because the process was killed between the two, is made
// anew from the truth. Before an archive comes or goes vault.json is made to say
// that the inventory is out of date, so a kill cannot hide a change.
//
// The count: an archive that may come or go is named in a journal before it does, and
// whether it is there tells whether it did. So a kill at any instant leaves a count that is
// right, and what a kill has left is looked for among those archives alone. Whoever else
// puts archives there, or takes them away, changes the directory's modification time:
// then all of it is looked at, and counted.
//
// Damage: whoever asks for something whose file is damaged is told so. Lists go on
// without it and inventories with a bad entry, and say so (see Options.OnDamage).
// It is never removed, and neither is a vault that holds it.
//
// # Scrubbing
//
// [Vault.Scrub] reads all archives again, in the order of their ids, and compares
// each MiB with its leaf. It holds nothing while it reads, so that archives come,
// are read and go beside it. Where it is and what it found is in scrub.json, at
// most a minute old: a scrub that ended in the middle, by a kill too, goes on there.
// What it finds it tells, and leaves as it is: nothing here can mend bytes.
//
// # Reading only
//
// A vault whose directory cannot be written, because of how its file system is mounted or
// whose it is, is read without one byte being written to it: nothing is removed, jobs and
// what they give are kept outside of it until it is closed, and inventories are taken
// without being left there. Whatever must change the vault is vault.ErrReadOnly. It takes
// a shared lock if there is a lock file that can be read, so that several can read at once.
//
// # Trust
//
// An id is looked at (length and alphabet) before it becomes a file name, and
// all files are reached through an [os.Root]. The files of a vault are read with
// a limit and must be exactly what this package writes. Whoever may write to the
// directory owns the vault: a [Root] therefore refuses a directory that others
// may write to.
package dirvault

import (
	"time"

	"firn/vault"
)

// Options are what a vault in a directory can be told. The zero value is a vault
// whose jobs are done at once and that forgets nothing.
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
	// and go. A new one is taken when somebody asks, if anything has changed and
	// the last one is so old; the first, when the first change is. Below 0: when
	// anything has changed or there is none yet, so that whoever asks is told
	// what is there now. 0 means a day.
	InventoryEvery time.Duration
	// ARN returns what the service would call the vault of a name, for its
	// inventories; nil means that they do not tell.
	ARN func(name string) string
	// VerifyReads makes every byte of an archive be compared with the hash of its
	// MiB before OpenOutput hands it out; see [Vault.OpenOutput]. It is for those
	// who serve others: firn's engine compares what it reads itself.
	VerifyReads bool
	// ReadOnly makes the vault be read without a byte of it being written, although its
	// directory could be. One that cannot be written is always read so.
	ReadOnly bool
	// OnDamage is told of every damaged file, and every vault that cannot be
	// opened, that a listing or an inventory goes on in spite of, each time that one
	// does; nil means nobody. It may be called from many goroutines at once and
	// must not call the vault or the Root that it hears of.
	OnDamage func(error)
	// OnLeftover is told of what an interrupted process, or an earlier act, left in a
	// vault or in a Root and cannot be removed now. It keeps nobody from anything, and
	// its removal is tried again when the vault is opened the next time. nil means that
	// nobody is told. It may be called as OnDamage is.
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

// now is the time as it is written down: in UTC, to the millisecond, which is
// what the dates of the service carry.
func (o Options) now() time.Time {
	return o.Now().UTC().Truncate(time.Millisecond)
}
