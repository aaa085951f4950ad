package backups

import (
	"cmp"
	"context"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/keyring"
	"firn/depot"
	"firn/download"
	"firn/restore"
	"firn/vault"
	"firn/vault/vaulturl"
)

const restoreLong = `Restore files from the snapshots of a vault into a directory.

Without PATTERN, everything is restored. A PATTERN with a slash is compared with
the whole path, and one without with the name; a directory that matches comes
with its content. * matches anything but a slash, ** also slashes, ? one
character. Quote a PATTERN for the shell. Files get their whole paths below DIR.

The newest snapshot of each directory is used, or with --at the newest one of
that time, or one by its id. firn retrieves only the ranges of the packs that
the files are in, waits for the jobs, decrypts, and compares each file with its
SHA-256 before the file gets its name. A bucket in a cold class restores whole
packs, which are then read in ranges. --dry-run shows bytes, price and hours.

The command can be interrupted at any time. The same command continues: files
that are there stay, and no range is downloaded twice.

Existing files are replaced only with --force. Nothing is written outside of
DIR. Devices, and the bits setuid, setgid and sticky, are left out unless you
ask for them. What cannot be restored is listed, and firn ends with status 3.

` + cli.OnReadyHelp

const restoreExample = `  firn restore cold-home /home/anna/thesis --to back --identity key.txt
  firn restore cold-home '*.odt' --to back --at 2026-06-01 --dry-run
  firn restore cold-home /etc/fstab -o - --at 3f9ac2d81b40
  firn restore cold-home --to / --force --owner --tier Bulk --max-cost 20`

// restoreOptions are the options of firn restore.
type restoreOptions struct {
	cli.WaitOptions
	to          string
	output      string
	workDir     string
	at          atFlag
	host        string
	tags        cli.ListFlag
	identity    keyring.Identity
	force       bool
	owner       bool
	devices     bool
	setuid      bool
	dryRun      bool
	tier        cli.TierFlag
	maxCost     cli.DollarsFlag
	topic       cli.TopicFlag
	concurrency int
	limitRate   cli.LimitFlag
	estimate    cli.RateFlag
	retryFor    time.Duration
}

// NewRestore returns the command firn restore.
func NewRestore(p *cli.Program) *cobra.Command {
	var o restoreOptions
	cmd := &cobra.Command{
		Use:     "restore VAULT [PATTERN...]",
		Short:   "Restore files of backups",
		Long:    restoreLong,
		Example: restoreExample,
		Args:    cli.Takes(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd, args); err != nil {
				return err
			}
			return runRestore(cmd.Context(), p, o, args[0], args[1:])
		},
	}
	o.add(cmd)
	p.AddKeepDays(cmd.Flags())
	p.AddPrices(cmd.Flags())
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusPartial, cli.StatusIncomplete, cli.StatusChecksum,
		cli.StatusDenied, cli.StatusLocked, cli.StatusDamaged, cli.StatusRefused, cli.StatusNotReady, cli.StatusInterrupted)
}

func (o *restoreOptions) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", "restore below `DIR`")
	f.StringVarP(&o.output, "output", "o", "", "write the only file to `PATH`, which must be - (standard output)")
	f.Var(&o.at, "at", "restore from the newest snapshot of `TIME` or before, or from the snapshot with this id")
	f.StringVar(&o.host, "host", "", "only snapshots of the host `NAME`")
	f.Var(&o.tags, "tag", "only snapshots with this `TAG`")
	o.identity.Add(f)
	f.BoolVar(&o.force, "force", false, "replace existing files that differ")
	f.BoolVar(&o.owner, "owner", false, "restore owners and groups")
	f.BoolVar(&o.devices, "devices", false, "restore devices")
	f.BoolVar(&o.setuid, "setuid", false, "restore the bits setuid, setgid and sticky")
	f.StringVar(&o.workDir, "work-dir", "", "keep downloaded ranges in `DIR` (default: beside the DIR of --to)")
	cli.AddDryRun(f, &o.dryRun)
	f.Var(&o.tier, "tier", "use this `TIER`: Expedited, Standard or Bulk (default: Standard)")
	f.Var(&o.maxCost, "max-cost", "retrieve nothing if the estimated cost exceeds `USD` in all")
	f.IntVar(&o.concurrency, "concurrency", 0, "download `N` ranges at once (default: automatic, up to 32)")
	f.Var(&o.limitRate, "limit-rate", "download at most at `RATE` in all, or by a timetable")
	f.Var(&o.estimate, "estimate-rate", "plan with `RATE` (default: rate of earlier downloads)")
	cli.AddDuration(f, &o.retryFor, "retry-for", 20*time.Hour, "give up after `TIME` without progress")
	o.Add(f)
	cli.AddTopic(f, &o.topic)
}

// check refuses options that contradict each other.
func (o *restoreOptions) check(cmd *cobra.Command, args []string) error {
	switch {
	case o.output != "" && o.output != "-":
		return cli.UsageError("-o takes only -, for standard output; to restore into a directory: --to DIR")
	case o.output == "" && o.to == "":
		return cli.WithHint(cli.UsageError("nothing says where to: name a directory with --to DIR"), cli.HelpHint(cmd))
	case o.output != "" && o.to != "":
		return cli.UsageError("--to and -o exclude each other")
	case o.output != "" && len(args) < 2:
		return cli.UsageError("-o - writes a single file: name it")
	case o.concurrency < 0:
		return cli.UsageError("--concurrency must be at least 1, or 0 for automatic")
	case o.retryFor <= 0:
		return cli.UsageError("--retry-for must be more than 0s")
	}
	return o.topic.Check(args[0])
}

func runRestore(ctx context.Context, p *cli.Program, o restoreOptions, vaultArg string, patterns []string) error {
	if err := p.NeedKnownCatalog(); err != nil {
		return err
	}
	return o.WithBell(ctx, func(bell depot.Bell) error {
		return p.WithVault(ctx, vaultArg, cmp.Or(o.concurrency, depot.MaxConcurrency), func(c *catalog.Catalog, v *vaulturl.Vault) error {
			s := &restoreSession{program: p, options: o, vaultArg: vaultArg, vault: v, catalog: c, bell: bell, patterns: patterns}
			return s.explain(s.run(ctx))
		})
	})
}

// selection returns the selection of the library.
func (o *restoreOptions) selection(now time.Time, patterns []string) restore.Selection {
	return restore.Selection{Patterns: patterns, Snapshot: o.at.id, At: o.at.time.At(now), Host: o.host, Tags: o.tags}
}

// download returns the options of the library for downloads.
func (o *restoreOptions) download() download.Options {
	return download.Options{
		Tier: vault.Tier(o.tier), Topic: string(o.topic), NoWait: o.NoWait, Concurrency: o.concurrency,
		Limits: o.limitRate.Down(), EstimateRate: o.estimate.PerSecond,
	}
}

// workDirOf returns the directory for downloaded ranges: beside the directory that files are
// restored into, on whose disk there is room for them.
func (o *restoreOptions) workDirOf() (string, error) {
	if o.workDir != "" {
		return o.workDir, nil
	}
	dir, err := filepath.Abs(o.to)
	if parent := filepath.Dir(dir); err == nil && parent == dir {
		return filepath.Join(dir, workSuffix), nil
	}
	return dir + workSuffix, err
}

// workSuffix ends the name of the directory for downloaded ranges.
const workSuffix = ".firn-restore"
