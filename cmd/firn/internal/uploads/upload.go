// Package uploads has the commands that store archives or show and remove unfinished uploads,
// and firn hash.
package uploads

import (
	"cmp"
	"context"
	"math/bits"
	"time"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/depot"
	"firn/internal/humane"
	"firn/vault/vaulturl"
)

const uploadLong = `Stores files in a vault, each as one archive, and prints their archive ids.

A file goes up in parts, several at a time, each proved by its hash. Memory
depends neither on the size of the file nor on that of the parts.

Running the same command again is always safe. An upload that was killed, or
lost its network or credentials, continues and sends only what the vault does
not hold, even when the catalog was lost meanwhile. After success the archive id
is printed again and nothing is sent; --again stores a second copy.

With - as the only FILE, standard input is stored. Each part waits in
--spool-dir until the vault has acknowledged it. Such an upload continues if the
same bytes are fed again.

Several files go one after the other. When one fails, that is reported and the
others go on, unless they would fail alike (interrupted, credentials, damaged
catalog). The exit status is the worst of all: the first of them in the order
130, 8, 6, 5, 4, 7, 1, 3.

What an upload costs is shown before it begins, as an estimate, and --max-cost
refuses more.

SIZE is written as 16M or 16MiB (powers of two), 64MB (powers of ten), or in
bytes. RATE is written as 5M or 5MiB/s (powers of two), 5MB/s (powers of ten)
or 40Mbps (10^6 bits); rates are shown in the units in which it is written.`

const uploadExample = `  firn upload image-backups june.tar --description "June, all disks"
  firn upload image-backups june.tar --dry-run --estimate-rate 11.33Mbps
  firn upload /mnt/cold/image-backups *.img --limit-rate 20MB/s
  tar c /home | firn upload image-backups - --description "home, June"`

// uploadOptions are the options of firn upload.
type uploadOptions struct {
	name         string
	description  string
	partSize     cli.SizeFlag
	expectedSize cli.SizeFlag
	concurrency  int
	limitRate    cli.RateFlag
	estimateRate cli.RateFlag
	again        bool
	dryRun       bool
	maxCost      cli.DollarsFlag
	spoolDir     string
	retryFor     time.Duration
}

// NewUpload returns the command firn upload.
func NewUpload(p *cli.Program) *cobra.Command {
	var o uploadOptions
	cmd := &cobra.Command{
		Use:     "upload VAULT FILE...",
		Short:   "Store files in a vault",
		Long:    uploadLong,
		Example: uploadExample,
		Args:    cli.Takes(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runUpload(cmd.Context(), p, o, args[0], args[1:])
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.name, "name", "", "the `NAME` of the archive in a bucket, its key (default: the file's name)")
	f.StringVar(&o.description, "description", "", "keep this `TEXT` with the archive: printable ASCII (default: the file's name)")
	f.Var(&o.partSize, "part-size", "the size of a part: 1 MiB times a power of two (default: 16MiB or what fits)")
	f.Var(&o.expectedSize, "expected-size", "about how much standard input will bring, to choose the part size")
	f.IntVar(&o.concurrency, "concurrency", 0, "send `N` parts at once (default: as many as pay, up to 32; of standard input, or with --limit-rate, up to 8)")
	f.Var(&o.limitRate, "limit-rate", "send no faster than this, all parts together")
	f.Var(&o.estimateRate, "estimate-rate", "estimate the duration by this rate (default: learned from earlier uploads)")
	f.BoolVar(&o.again, "again", false, "store another copy of what is stored already")
	f.BoolVar(&o.dryRun, "dry-run", false, "print the plan, its price and its duration; change nothing anywhere")
	f.Var(&o.maxCost, "max-cost", "send nothing beyond this cost in all: requests, and storage that is billed in any case")
	f.StringVar(&o.spoolDir, "spool-dir", "", "keep parts of standard input in this `DIR` (default: firn/spool in the cache home)")
	cli.AddDuration(f, &o.retryFor, "retry-for", 20*time.Hour, "give up after this `TIME` without any progress")
	p.AddPrices(f)
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusPartial, cli.StatusIncomplete, cli.StatusChecksum,
		cli.StatusDenied, cli.StatusLocked, cli.StatusDamaged, cli.StatusRefused, cli.StatusInterrupted)
}

// check refuses options that contradict each other or the sources.
func (o uploadOptions) check(sources []string) error {
	for _, source := range sources {
		switch {
		case source != "-":
		case len(sources) > 1:
			return cli.UsageError("- stands for standard input and must be the only FILE")
		case o.description == "":
			return cli.UsageError("standard input has no name of its own: describe it with --description TEXT")
		}
	}
	switch {
	case o.name != "" && len(sources) > 1:
		return cli.UsageError("--name names one archive, and there are %d files: upload them one by one", len(sources))
	case o.description != "" && len(sources) > 1:
		return cli.UsageError("--description describes one archive, and there are %d files: upload them one by one", len(sources))
	case o.concurrency < 0:
		return cli.UsageError("--concurrency must be at least 1, or 0 for as many as pay")
	case o.partSize != 0 && (o.partSize < 1<<20 || bits.OnesCount64(uint64(o.partSize)) != 1):
		return cli.UsageError("a part size of %s is not 1 MiB times a power of two", humane.Bytes(int64(o.partSize)))
	case o.retryFor <= 0:
		return cli.UsageError("--retry-for must be more than 0s")
	}
	return nil
}

func runUpload(ctx context.Context, p *cli.Program, o uploadOptions, vaultArg string, sources []string) (err error) {
	if err := o.check(sources); err != nil {
		return err
	}
	if o.dryRun { // a dry run must not create a catalog
		return planUploads(ctx, p, o, vaultArg, sources)
	}
	return p.WithVault(ctx, vaultArg, cmp.Or(o.concurrency, depot.MaxConcurrency), func(c *catalog.Catalog, v *vaulturl.Vault) error {
		s := &uploadSession{program: p, options: o, vaultArg: vaultArg, vault: v, catalog: c}
		table, err := p.Prices(v.URL(), v.Class)
		if err != nil {
			return err
		}
		s.spending = &spending{program: p, table: table, limit: o.maxCost}
		if err := s.meetVault(ctx); err != nil {
			return p.ExplainWait(p.ExplainVault(err, vaultArg))
		}
		s.shown = startProgress(p, sources)
		defer s.shown.Stop()
		return p.Each(sources, func(source string) error { return s.uploadOne(ctx, source) })
	})
}
