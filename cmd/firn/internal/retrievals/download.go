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

const downloadLong = `Brings archives from a vault into files and prints their paths.

It is one act: a job that makes the archive readable is found, whoever asked for
it, or started; firn waits for it, fetches ranges several at a time, proves each
by its hash and the whole by the archive's tree hash, and only then gives the
file its name. Until then the bytes are in FILE.part.

It may be stopped at any moment, and killed. The same command continues: the job
is found again, and what was verified is not fetched again. A job takes hours (1
to 5 minutes by Expedited, 3 to 5 hours by Standard, 5 to 12 hours by Bulk), and
its output lives for about a day; if it expires before the end, the missing
ranges are asked for again, and only those.

ARCHIVE is an archive id, the beginning of one, or a name, path, description or
glob. Several archives, or a glob, need a directory as -o, in which each file gets
the last element of the archive's name; --names path keeps the directories of the
name, and --names id adds the beginning of the id. What a file system cannot hold
is replaced in names, and no name leads out of the directory. Two archives are
never given one name. With -o - the bytes go to standard output, each range after
it was proved; a failure after that is status 5 if the whole is not the archive.

A file that is there already is left alone if it has the very bytes, and else is
not replaced without --force. A new file gets the modification time that the file
had which was stored, if the catalog, the description or the bucket tells it.

What a job costs is shown before it is started, as an estimate, and --max-cost
refuses more. With several archives jobs are started as far ahead as the line can
download in 20 hours, at the rate that earlier downloads reached or --estimate-rate
says; as long as nothing is known, at 3 MiB/s. With --no-wait the rest is left for
later, too. One archive that is larger than that is asked for in pieces, as soon as
the rate is known.

` + cli.OnReadyHelp

const downloadExample = `  firn download image-backups june.tar
  firn download image-backups '2025-*.img' -o /srv/back/ --tier Bulk --max-cost 5
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
	limitRate    cli.RateFlag
	estimateRate cli.RateFlag
	retryFor     time.Duration
}

// NewDownload returns the command firn download.
func NewDownload(p *cli.Program) *cobra.Command {
	var o downloadOptions
	cmd := &cobra.Command{
		Use:     "download VAULT ARCHIVE...",
		Short:   "Bring archives back into files",
		Long:    downloadLong,
		Example: downloadExample,
		Args:    cli.Takes(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDownload(cmd.Context(), p, o, args[0], args[1:])
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", ".", "write to this `PATH`: a file, a directory, or - for standard output")
	f.Var(&o.names, "names", "how files in a directory are called: base, path or id (see above)")
	f.Var(&o.tier, "tier", "how fast a job is, and at what price: Expedited, Standard or Bulk (default: Standard)")
	p.AddKeepDays(f)
	f.Var(&o.rng, "range", "only these bytes, in whole MiB: from FROM up to, not including, TO")
	f.BoolVar(&o.force, "force", false, "replace files that are there")
	f.BoolVar(&o.dryRun, "dry-run", false, "print what would be downloaded where, its price and its duration; ask for nothing")
	f.BoolVar(&o.noTimes, "no-times", false, "leave files with the time at which they are written")
	f.Var(&o.maxCost, "max-cost", "start no job beyond this cost in all, by the estimate")
	f.IntVar(&o.concurrency, "concurrency", 0, "fetch `N` ranges at once (default: as many as pay, up to 32; to standard output, or with --limit-rate, 8)")
	f.Var(&o.limitRate, "limit-rate", "fetch no faster than this, all ranges together")
	f.Var(&o.estimateRate, "estimate-rate", "plan by this rate (default: learned from earlier downloads)")
	cli.AddDuration(f, &o.retryFor, "retry-for", 20*time.Hour, "give up after this `TIME` without any progress")
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
		return cli.UsageError("--concurrency must be at least 1, or 0 for as many as pay")
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
