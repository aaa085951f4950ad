package admin

import (
	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
)

const vaultCheckLong = `Check that a store behaves as firn requires, or that stored archives are
undamaged.

Without --scrub, firn runs the conformance tests of vaults against the store of
VAULT, in a temporary vault beside it (in a bucket: in a temporary folder below
it), and deletes it afterwards. It first prints what the check costs. Where jobs
take hours, it skips the tests that need one. If the store fails a test, firn
reports it and the exit status is 5.

With --scrub, firn reads all archives of a directory vault, or of all vaults in
DIR, and compares each MiB with its stored hash. It reports damaged bytes,
changes no archive, and ends with status 5 if it found damage. It recomputes
lost hashes of undamaged archives. An interrupted scrub continues where it
stopped. No firn serve may run on the vaults at the same time; it scrubs them
itself (--scrub-rate).

MiB are counted from 0: MiB 2 begins at byte 2 x 1048576. Undamaged ranges of a
damaged archive can still be downloaded with --range.`

const vaultCheckExample = `  firn vault check 's3://backups/cold?endpoint=https://s3.example.org'
  firn vault check --scrub /srv/cold
  firn vault check --scrub ./cold/films --limit-rate 50MiB/s --json`

func newVaultCheck(p *cli.Program) *cobra.Command {
	scrub := false
	var limit cli.LimitFlag // a configuration may have a timetable for other commands
	var o checkOptions
	cmd := &cobra.Command{
		Use:     "check {VAULT | --scrub DIR}",
		Short:   "Check a store, or scrub stored archives",
		Long:    vaultCheckLong,
		Example: vaultCheckExample,
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case scrub && (o.yes || cmd.Flags().Changed("dry-run")):
				return cli.WithHint(cli.UsageError("--yes and --dry-run do not apply to --scrub, which changes no archive"), cli.HelpHint(cmd))
			case scrub && cmd.Flags().Changed("limit-rate") && !limit.Down().Next(p.Now()).IsZero():
				return cli.WithHint(cli.UsageError("--scrub reads at one rate and follows no timetable"), "type --limit-rate RATE, or --limit-rate off")
			case scrub:
				return p.ExplainWait(runScrub(cmd.Context(), p, args[0], limit.Down().At(p.Now())))
			case cmd.Flags().Changed("limit-rate"):
				return cli.WithHint(cli.UsageError("--limit-rate requires --scrub"), cli.HelpHint(cmd))
			}
			return checkStore(cmd.Context(), p, args[0], o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&scrub, "scrub", false, "read all archives and compare each MiB with its hash")
	f.Var(&limit, "limit-rate", "with --scrub: read at most at `RATE`")
	cli.AddOldName(f, "limit-rate", "rate")
	f.BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	cli.AddDryRun(f, &o.dryRun)
	p.AddPrices(f)
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusIncomplete, cli.StatusChecksum, cli.StatusDenied, cli.StatusLocked,
		cli.StatusRefused, cli.StatusInterrupted)
}
