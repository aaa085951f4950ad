package retrievals

import (
	"cmp"
	"context"
	"time"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/resolve"
	"firn/depot"
	"firn/vault/vaulturl"
)

const downloadLong = `Download archives into files and print the paths of the files.

For each archive, firn finds or starts the job that makes it readable, waits for
the job, and downloads several ranges at a time into FILE.part. It verifies each
range and the whole archive by the tree hash, and then renames the file. A job
takes hours: 1 to 5 minutes with Expedited, 3 to 5 hours with Standard, 5 to 12
hours with Bulk.

The command can be interrupted at any time. The same command continues: it finds
the job again and does not download verified ranges twice. The output of a job
expires after about a day; firn retrieves again only the ranges that are missing
then.

With several archives or a glob, -o must be a directory. --names base names each
file by the last element of the archive's name, --names path keeps the
directories of the name, and --names id adds the beginning of the id. Characters
that the file system does not allow are replaced, no name leads out of the
directory, and no two archives get the same name. With -o - the bytes go to
standard output, each range after it was verified.

If the file exists with the same content, firn leaves it alone; if the content
differs, firn replaces it only with --force. A new file gets the modification
time of the uploaded file, if the catalog, the description or the bucket has it.

firn shows the estimated cost of a job before it starts the job. --max-cost sets
a limit. For several archives, and for pieces of a large one, firn starts jobs
ahead only as far as it can download in 20 hours, at --estimate-rate or the rate
of earlier downloads (3 MiB/s if there were none).

` + cli.OnReadyHelp

const downloadExample = `  firn download image-backups june.tar
  firn download image-backups '2025-*.img' -o /srv/back/ --max-cost 5
  firn download image-backups '2025-*.img' -o /srv/back/ --dry-run
  firn download image-backups june.tar -o - | tar x
  firn download image-backups june.tar --range 1GiB-2GiB -o piece --no-wait`

// downloadOptions are the options of firn download.
type downloadOptions struct {
	cli.WaitOptions
	output       string
	names        namesFlag
	tier         cli.TierFlag
	rng          rangeFlag
	force        bool
	dryRun       bool
	noTimes      bool
	maxCost      cli.DollarsFlag
	topic        cli.TopicFlag
	concurrency  int
	limitRate    cli.LimitFlag
	estimateRate cli.RateFlag
	retryFor     time.Duration
}

// NewDownload returns the command firn download.
func NewDownload(p *cli.Program) *cobra.Command {
	var o downloadOptions
	cmd := &cobra.Command{
		Use:     "download VAULT ARCHIVE...",
		Aliases: []string{"get"},
		Short:   "Download archives",
		Long:    downloadLong,
		Example: downloadExample,
		Args:    cli.Takes(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDownload(cmd.Context(), p, o, args[0], args[1:])
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", ".", "write to `PATH`: a file, a directory or - (standard output)")
	f.Var(&o.names, "names", "name files in a directory by `HOW`: base, path or id")
	f.Var(&o.tier, "tier", "use this `TIER`: Expedited, Standard or Bulk (default: Standard)")
	p.AddKeepDays(f)
	f.Var(&o.rng, "range", "download only these bytes, in whole MiB, excluding TO")
	f.BoolVar(&o.force, "force", false, "replace existing files")
	cli.AddDryRun(f, &o.dryRun)
	f.BoolVar(&o.noTimes, "no-times", false, "do not restore modification times")
	f.Var(&o.maxCost, "max-cost", "start no job if the estimated cost exceeds `USD` in all")
	f.IntVar(&o.concurrency, "concurrency", 0, "download `N` ranges at once (default: automatic, up to 32; 8 to standard output or with --limit-rate)")
	f.Var(&o.limitRate, "limit-rate", "download at most at `RATE` in all, or by a timetable")
	f.Var(&o.estimateRate, "estimate-rate", "plan with `RATE` (default: rate of earlier downloads)")
	cli.AddDuration(f, &o.retryFor, "retry-for", 20*time.Hour, "give up after `TIME` without progress")
	o.Add(f)
	cli.AddTopic(f, &o.topic)
	p.AddPrices(f)
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusIncomplete, cli.StatusChecksum, cli.StatusDenied,
		cli.StatusLocked, cli.StatusDamaged, cli.StatusRefused, cli.StatusNotReady, cli.StatusInterrupted)
}

// check refuses options that contradict each other.
func (o downloadOptions) check() error {
	switch {
	case o.output == "":
		return cli.UsageError("-o needs a path")
	case o.concurrency < 0:
		return cli.UsageError("--concurrency must be at least 1, or 0 for automatic")
	case o.retryFor <= 0:
		return cli.UsageError("--retry-for must be more than 0s")
	}
	return nil
}

func runDownload(ctx context.Context, p *cli.Program, o downloadOptions, vaultArg string, refs []string) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := o.topic.Check(vaultArg); err != nil {
		return err
	}
	if o.dryRun {
		return planDownload(ctx, p, o, vaultArg, refs)
	}
	return o.WithBell(ctx, func(bell depot.Bell) error {
		return p.WithVault(ctx, vaultArg, cmp.Or(o.concurrency, depot.MaxConcurrency), func(c *catalog.Catalog, v *vaulturl.Vault) error {
			archives, err := resolve.All(ctx, p, c, v.URL(), refs)
			if err != nil {
				return err
			}
			s := &downloadSession{
				program: p, options: o, vaultArg: vaultArg, vault: v, catalog: c, bell: bell,
			}
			return s.run(ctx, archives)
		})
	})
}
