package backups

import (
	"math/bits"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"firn/backup"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/keyring"
	"firn/internal/humane"
	"firn/internal/keep"
)

const backupLong = `Back up directories to a vault, and print the id of the snapshot.

firn packs files into a few large archives, called packs, and stores only what
is new: a file is unchanged if its size, times and inode are those of the last
backup, and a content that the vault has is not stored again. Packs are written
into --spool-dir, sent, and removed when the vault has confirmed them.

Running the same command again is always safe. After an interruption it
continues, sends no acknowledged part again, and stores nothing twice.

A file that cannot be read, or that changes while it is read, does not end the
backup: firn lists it and ends with status 3. It then has its last version in
the snapshot, or what was read of it.

With --recipient, packs are encrypted. The first encrypted backup of a vault
asks whether you keep the secret key elsewhere; --key-elsewhere answers.

RULE is a line as in .gitignore, and so are the lines of files called
.firnignore in the directories. --exclude and --include may be given several
times.

The commands of --before and --after run in a shell, with FIRN_VAULT and, one on
a line, FIRN_DIRECTORIES in their environment. If --before fails, there is no
backup. --after always runs, with FIRN_STATUS, the exit status so far. A dry run
runs neither.

` + keyring.RecipientHelp

const backupExample = `  firn backup cold-home /home --recipient key.txt.pub
  firn backup cold-home /home /etc --exclude '*.tmp' --exclude-caches --dry-run
  firn backup ./cold ~/photos --tag holidays --not-before 2y`

// backupOptions are the options of firn backup.
type backupOptions struct {
	recipients    keyring.Recipients
	keyElsewhere  bool
	yes           bool
	host          string
	tags          cli.ListFlag
	notBefore     dateFlag
	exclude       rulesFlag
	include       rulesFlag
	excludeCaches bool
	oneFileSystem bool
	maxSize       cli.SizeFlag
	checksum      bool
	packSize      cli.SizeFlag
	spoolDir      string
	level         int
	before, after string
	dryRun        bool
	maxCost       cli.DollarsFlag
	partSize      cli.SizeFlag
	concurrency   int
	limitRate     cli.LimitFlag
	retryFor      time.Duration
}

// NewBackup returns the command firn backup.
func NewBackup(p *cli.Program) *cobra.Command {
	var o backupOptions
	cmd := &cobra.Command{
		Use:     "backup VAULT DIR...",
		Short:   "Back up directories",
		Long:    backupLong,
		Example: backupExample,
		Args:    cli.Takes(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return runBackup(cmd.Context(), p, o, args[0], args[1:])
		},
	}
	o.add(cmd)
	p.AddPrices(cmd.Flags())
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusPartial, cli.StatusIncomplete, cli.StatusChecksum,
		cli.StatusDenied, cli.StatusLocked, cli.StatusDamaged, cli.StatusRefused, cli.StatusInterrupted)
}

func (o *backupOptions) add(cmd *cobra.Command) {
	f := cmd.Flags()
	o.recipients.Add(f)
	f.BoolVar(&o.keyElsewhere, "key-elsewhere", false, "the secret key is kept elsewhere, too; do not ask")
	f.BoolVar(&o.yes, "yes", false, "do not ask whether to store unencrypted packs beside encrypted ones")
	f.StringVar(&o.host, "host", "", "use `NAME` as the host of the snapshot (default: the name of this machine)")
	f.Var(&o.tags, "tag", "give the snapshot this `TAG`")
	f.Var(&o.notBefore, "not-before", "protect the snapshot from firn snapshot forget until `DATE`, or for a span such as 1y")
	f.Var(&o.exclude, "exclude", "leave out what matches `RULE`")
	f.Var(&o.include, "include", "store only what matches `RULE`")
	f.BoolVar(&o.excludeCaches, "exclude-caches", false, "leave out the content of directories with a CACHEDIR.TAG")
	f.BoolVarP(&o.oneFileSystem, "one-file-system", "x", false, "leave out what is on other file systems than DIR")
	f.Var(&o.maxSize, "max-size", "leave out files larger than `SIZE`")
	f.BoolVar(&o.checksum, "checksum", false, "read all files, and compare their content instead of their times")
	f.Var(&o.packSize, "pack-size", "complete a pack at `SIZE` (default: 1GiB)")
	f.StringVar(&o.spoolDir, "spool-dir", "", "keep packs in `DIR` until the vault has them (default: firn/packs in the cache home)")
	f.IntVar(&o.level, "level", 0, "compress with zstd's level `N`, from 1 to 22 (default: 1)")
	f.StringVar(&o.before, "before", "", "run `COMMAND` in a shell before the backup")
	f.StringVar(&o.after, "after", "", "run `COMMAND` in a shell after the backup, also if it failed")
	cli.AddDryRun(f, &o.dryRun)
	f.Var(&o.maxCost, "max-cost", "send no more packs when the estimated cost exceeds `USD`")
	f.Var(&o.partSize, "part-size", "send packs in parts of `SIZE`: 1 MiB times a power of two")
	f.IntVar(&o.concurrency, "concurrency", 0, "send `N` parts at once (default: automatic, up to 32)")
	f.Var(&o.limitRate, "limit-rate", "send at most at `RATE` in all, or by a timetable")
	cli.AddDuration(f, &o.retryFor, "retry-for", 20*time.Hour, "give up after `TIME` without progress")
}

// check refuses options that contradict each other or make no sense.
func (o *backupOptions) check() error {
	for _, tag := range o.tags {
		if err := keep.CheckTag(tag); err != nil {
			return cli.UsageError("--tag: %w", err)
		}
	}
	switch {
	case o.concurrency < 0:
		return cli.UsageError("--concurrency must be at least 1, or 0 for automatic")
	case o.partSize != 0 && (o.partSize < 1<<20 || bits.OnesCount64(uint64(o.partSize)) != 1):
		return cli.UsageError("a part size of %s is not 1 MiB times a power of two", humane.Bytes(int64(o.partSize)))
	case o.packSize != 0 && o.packSize < leastPack:
		return cli.UsageError("--pack-size must be at least %s: each pack costs requests, and storage of its own", humane.Bytes(leastPack))
	case o.level < 0 || o.level > 22:
		return cli.UsageError("--level must be from 1 to 22")
	case o.retryFor <= 0:
		return cli.UsageError("--retry-for must be more than 0s")
	}
	return nil
}

// leastPack is the smallest size of packs. A service bills 32 to 40 KB for each archive.
const leastPack = 1 << 20

// backup returns the options of the library.
func (o *backupOptions) backup(now time.Time, keys []string) backup.Options {
	tags := slices.Clone(o.tags)
	if o.notBefore.given() {
		tags = append(tags, keep.NotBeforeTag(o.notBefore.at(now)))
	}
	return backup.Options{
		Host: o.host, Tags: tags, Recipients: keys, PackSize: int64(o.packSize), SpoolDir: o.spoolDir, Level: o.level, Checksum: o.checksum,
		Exclude: o.exclude.ListFlag, Include: o.include.ListFlag, MaxSize: int64(o.maxSize), OneFileSystem: o.oneFileSystem,
		ExcludeCaches: o.excludeCaches, Concurrency: o.concurrency, PartSize: int64(o.partSize), Limits: o.limitRate.Up(),
	}
}
