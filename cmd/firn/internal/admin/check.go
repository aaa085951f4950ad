package admin

import (
	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
)

const vaultCheckLong = `Proves that a store does what firn relies on, or that what it keeps is as it was.

Without --scrub the suite that every kind of vault must pass is run against the store
of VAULT: in a vault of its own beside it, or in a bucket in a folder of its own below
it, which is removed again. What that costs is said first. Where jobs take hours each
behaviour is checked as far as it goes without them. Whatever the store does in another
way than it must is reported, and the exit status is 5.

With --scrub all archives of a vault in a directory, or of each vault that is in
DIR, are read again, and each MiB is compared with the hash that it had when it was
stored. What is damaged is reported to the byte; no archive is changed. If damage
was found the exit status is 5.

Hashes that are lost are made anew, for archives that are whole. When it is
interrupted, the same command goes on where it was. It needs the vaults to itself:
firn serve, which does the same by itself (--scrub-rate), must not run on them.

The numbers of MiB count from 0: number 2 begins at byte 2 x 1048576. Every other
range of a damaged archive can still be downloaded (--range).`

const vaultCheckExample = `  firn vault check 's3://backups/cold?class=GLACIER&endpoint=https://s3.example.org'
  firn vault check --scrub /srv/cold
  firn vault check --scrub ./cold/films --rate 50MiB/s --json`

func newVaultCheck(p *cli.Program) *cobra.Command {
	scrub := false
	var rate cli.RateFlag
	var o checkOptions
	cmd := &cobra.Command{
		Use:     "check {VAULT | --scrub DIR}",
		Short:   "Prove what a store does, or that archives are what was stored",
		Long:    vaultCheckLong,
		Example: vaultCheckExample,
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case scrub && (o.yes || o.dryRun):
				return cli.WithHint(cli.UsageError("--scrub costs nothing and changes nothing, so --yes and --dry-run mean nothing with it"), cli.HelpHint(cmd))
			case scrub:
				return p.ExplainWait(runScrub(cmd.Context(), p, args[0], rate))
			case rate.PerSecond != 0:
				return cli.WithHint(cli.UsageError("--rate means something with --scrub only"), cli.HelpHint(cmd))
			}
			return checkStore(cmd.Context(), p, args[0], o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&scrub, "scrub", false, "read all archives and compare each MiB with its hash")
	f.Var(&rate, "rate", "with --scrub: read no faster than this")
	f.BoolVar(&o.yes, "yes", false, "do not ask before what costs something")
	addDryRun(f, &o.dryRun)
	p.AddPrices(f)
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusIncomplete, cli.StatusChecksum, cli.StatusDenied, cli.StatusLocked,
		cli.StatusRefused, cli.StatusInterrupted)
}
