// Package retrievals has the commands that bring archives back: retrieve, download, job and
// verify.
package retrievals

import (
	"context"
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

const retrieveLong = `Asks a vault to make archives readable, prints the ids of the jobs and returns.
Nothing is downloaded: "firn download", hours later, finds the jobs. It starts
them itself, too, so this command is for asking today and fetching tomorrow.

No archive is asked for twice: a job that is in progress, or whose output stays
for a while, is named again, whoever asked for it.

ARCHIVE is an archive id, the beginning of one, or a name, path, description or
glob. The output of a job lives for about a day, so of several archives only as
many are asked for as the line can download in 20 hours, at the rate that earlier
downloads reached or --estimate-rate says; as long as nothing is known, at 3 MiB/s.
What was left out, and when to run the command again, is told, with status 4; --all
asks for everything at once. Run again, the command goes on with those that were not
asked for yet; one of several archives whose output was readable, and was downloaded
or has expired, is asked for again only with --again.

What a job costs is shown before it is started, as an estimate, and --max-cost
refuses more.`

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
		Short:   "Ask for archives to be made readable",
		Long:    retrieveLong,
		Example: retrieveExample,
		Args:    cli.Takes(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.retryFor <= 0 {
				return cli.UsageError("--retry-for must be more than 0s")
			}
			if err := o.topic.Check(args[0]); err != nil {
				return err
			}
			return runRetrieve(cmd.Context(), p, o, args[0], args[1:])
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.description, "description", "", "keep this `TEXT` with the jobs: printable ASCII")
	f.Var(&o.tier, "tier", "how fast a job is, and at what price: Expedited, Standard or Bulk (default: Standard)")
	p.AddKeepDays(f)
	f.Var(&o.rng, "range", "only these bytes, in whole MiB: from FROM up to, not including, TO")
	f.Var(&o.maxCost, "max-cost", "start no job beyond this cost in all, by the estimate")
	f.Var(&o.estimateRate, "estimate-rate", "plan by this rate (default: learned from earlier downloads)")
	f.BoolVar(&o.all, "all", false, "ask for everything at once, however long it takes to download")
	f.BoolVar(&o.again, "again", false, "ask again for archives whose output was readable and has expired")
	f.BoolVar(&o.noWait, "no-wait", false, "if the account's own policy refuses, end with status 75 instead of asking again later")
	cli.AddTopic(f, &o.topic)
	f.BoolVar(&o.dryRun, "dry-run", false, "print what would be asked for, its price and its duration; start nothing")
	cli.AddDuration(f, &o.retryFor, "retry-for", 20*time.Hour, "give up after this `TIME` without an answer")
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
		s.program.Notice(humane.Count(before, "archive") + " left out, readable before and downloaded or expired; --again, or firn download, asks for them")
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
