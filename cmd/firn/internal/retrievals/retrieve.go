// Package retrievals has the commands that bring archives back: retrieve, download, job and
// verify.
package retrievals

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/resolve"
	"firn/download"
	"firn/internal/humane"
	"firn/record"
	"firn/vault/vaulturl"
)

const retrieveLong = `Start the jobs that make archives readable, print the job ids and return.

This downloads nothing. Run "firn download" hours later; it finds the jobs. (It
also starts them itself if need be, so "firn retrieve" is optional.) No archive
is retrieved twice: if a job is in progress or its output still exists, firn
prints that job, whoever started it.

The output of a job expires after about a day. For several archives, firn starts
only the jobs whose output can be downloaded in 20 hours, at --estimate-rate or
the rate of earlier downloads (3 MiB/s if there were none). It then prints when
to run the command again, and ends with status 4. --all starts all jobs at once.
Run again, the command continues with the remaining archives; it skips archives
whose output was downloaded or has expired, unless --again is given.

firn shows the estimated cost of a job before it starts the job. --max-cost sets
a limit.`

const retrieveExample = `  firn retrieve image-backups june.tar --tier Bulk
  firn retrieve image-backups '2025-*.img' --max-cost 5 --estimate-rate 40Mbps
  firn retrieve image-backups '**' --dry-run`

// retrieveOptions are the options of firn retrieve.
type retrieveOptions struct {
	description  string
	tier         cli.TierFlag
	topic        cli.TopicFlag
	rng          rangeFlag
	maxCost      cli.DollarsFlag
	estimateRate cli.RateFlag
	all          bool
	again        bool
	noWait       bool
	dryRun       bool
	retryFor     time.Duration
}

// NewRetrieve returns the command firn retrieve.
func NewRetrieve(p *cli.Program) *cobra.Command {
	var o retrieveOptions
	cmd := &cobra.Command{
		Use:     "retrieve VAULT ARCHIVE...",
		Short:   "Start retrieval jobs for archives",
		Long:    retrieveLong,
		Example: retrieveExample,
		Args:    cli.Takes(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.retryFor <= 0 {
				return cli.UsageError("--retry-for must be more than 0s")
			}
			if err := errors.Join(cli.CheckDescription(o.description), o.topic.Check(args[0])); err != nil {
				return err
			}
			return runRetrieve(cmd.Context(), p, o, args[0], args[1:])
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.description, "description", "", "give the jobs this description: printable ASCII `TEXT`")
	f.Var(&o.tier, "tier", "use this `TIER`: Expedited, Standard or Bulk (default: Standard)")
	p.AddKeepDays(f)
	f.Var(&o.rng, "range", "retrieve only these bytes, in whole MiB, excluding TO")
	f.Var(&o.maxCost, "max-cost", "start no job if the estimated cost exceeds `USD` in all")
	f.Var(&o.estimateRate, "estimate-rate", "plan with `RATE` (default: rate of earlier downloads)")
	f.BoolVar(&o.all, "all", false, "start all jobs at once")
	f.BoolVar(&o.again, "again", false, "also retrieve archives whose output has expired")
	f.BoolVar(&o.noWait, "no-wait", false, "if the retrieval policy refuses, exit with status 75 instead of waiting")
	cli.AddTopic(f, &o.topic)
	cli.AddDryRun(f, &o.dryRun)
	cli.AddDuration(f, &o.retryFor, "retry-for", 20*time.Hour, "give up after `TIME` without progress")
	p.AddPrices(f)
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusIncomplete, cli.StatusDenied, cli.StatusLocked,
		cli.StatusDamaged, cli.StatusRefused, cli.StatusNotReady, cli.StatusInterrupted)
}

func runRetrieve(ctx context.Context, p *cli.Program, o retrieveOptions, vaultArg string, refs []string) error {
	if o.dryRun {
		if err := p.NeedKnownCatalog(); err != nil {
			return err
		}
	}
	return p.WithVault(ctx, vaultArg, 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
		archives, err := resolve.All(ctx, p, c, v.URL(), refs)
		if err != nil {
			return err
		}
		s := &retrieveSession{program: p, options: o, vaultArg: vaultArg, refs: refs, vault: v, catalog: c}
		if s.spending, err = newSpending(p, v, o.maxCost); err != nil {
			return err
		}
		if s.rate, err = download.ExpectedRate(ctx, p.Depot(v, c, 0), download.Options{EstimateRate: o.estimateRate.PerSecond}); err != nil {
			return err
		}
		if archives, err = s.due(ctx, archives); err != nil {
			return err
		}
		if o.dryRun {
			plan := &retrievalPlan{
				program: p, vault: v.URL(), table: s.spending.table, tier: o.tier, rng: o.rng,
				rate: s.rate, budget: s.budget(), called: download.FileName,
			}
			return plan.tell(archives)
		}
		return s.run(ctx, archives)
	})
}

// due leaves out those of several archives whose output was readable and has expired or was
// downloaded, unless --again is set.
func (s *retrieveSession) due(ctx context.Context, archives []record.Archive) (due []record.Archive, err error) {
	if len(archives) < 2 || s.options.again {
		return archives, nil
	}
	before := 0
	for _, a := range archives {
		was, err := s.isPast(ctx, a)
		if err != nil {
			return nil, err
		}
		if was {
			before++
		} else {
			due = append(due, a)
		}
	}
	if before > 0 {
		s.program.Notice(humane.Count(before, "archive") + " skipped: retrieved before, and downloaded or expired since; --again or firn download retrieves them again")
	}
	return due, nil
}

// isPast reports whether an archive had an output that has expired or was downloaded.
func (s *retrieveSession) isPast(ctx context.Context, a record.Archive) (bool, error) {
	received, err := s.catalog.LastReceived(ctx, s.vault.URL(), a.ID)
	if err != nil {
		return false, err
	}
	for j, err := range s.catalog.JobsFor(ctx, s.vault.URL(), a.ID) {
		if err != nil {
			return false, err
		}
		expired := j.Status == record.Gone || (!j.Expires.IsZero() && !s.program.Now().Before(j.Expires))
		if !j.Completed.IsZero() && (expired || received.After(j.Completed)) {
			return true, nil
		}
	}
	return false, nil
}
