package backups

import (
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/keyring"
	"firn/download"
	"firn/restore"
	"firn/vault"
)

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

func (o *restoreOptions) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", "restore below `DIR`")
	f.StringVarP(&o.output, "output", "o", "", "write the only file to `PATH`, which must be - (standard output)")
	f.Var(&o.at, "at", "restore the state of `TIME|SNAPSHOT`: of the newest snapshot of a time or before, or of the one with this id")
	f.StringVar(&o.host, "host", "", "only snapshots of the host `NAME`")
	f.Var(&o.tags, "tag", "only snapshots with this `TAG`")
	o.identity.Add(f)
	f.BoolVar(&o.force, "force", false, "replace existing files that differ")
	f.BoolVar(&o.owner, "owner", false, "restore owners and groups")
	f.BoolVar(&o.devices, "devices", false, "restore devices")
	f.BoolVar(&o.setuid, "setuid", false, "restore the bits setuid and setgid")
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
		return cli.WithHint(cli.UsageError("no directory to restore into: give --to DIR"), cli.HelpHint(cmd))
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
