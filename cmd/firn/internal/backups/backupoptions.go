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
	"firn/vault/vaulturl"
)

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
	f.Var(&o.packSize, "pack-size", "complete a pack at `SIZE` (default: 256MiB)")
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

// backup returns the options of the library for a backup to a vault. A vault that is a directory is
// left out: it would be stored in itself.
func (o *backupOptions) backup(now time.Time, vaultURL string, keys []string) backup.Options {
	var without []string
	if ref, err := vaulturl.Parse(vaultURL); err == nil && ref.Kind == vaulturl.Directory {
		without = []string{ref.Path}
	}
	tags := slices.Clone(o.tags)
	if o.notBefore.given() {
		tags = append(tags, keep.NotBeforeTag(o.notBefore.at(now)))
	}
	return backup.Options{
		Host: o.host, Tags: tags, Recipients: keys, PackSize: int64(o.packSize), SpoolDir: o.spoolDir, Level: o.level, Checksum: o.checksum,
		Exclude: o.exclude.ListFlag, Include: o.include.ListFlag, MaxSize: int64(o.maxSize), OneFileSystem: o.oneFileSystem,
		ExcludeCaches: o.excludeCaches, Without: without, Concurrency: o.concurrency, PartSize: int64(o.partSize), Limits: o.limitRate.Up(),
	}
}
