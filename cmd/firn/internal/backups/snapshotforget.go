package backups

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/internal/keep"
)

const snapshotForgetLong = `Forget snapshots of a vault, after asking: those that are named, or those that
no rule keeps. Forgotten snapshots are no longer listed, found or restored.
Their packs stay in the vault, and are billed.

The rules see the snapshots of the same directories of a host as a group of
their own. A snapshot stays if one rule or more keep it, and firn shows which.
--keep-daily 14 keeps the newest snapshot of each of the last 14 days that have
one, and so on; it also keeps the oldest snapshot while fewer days are used. N
is a number, or "all". Weeks begin on Monday, and the time zone is the local
one.

SPAN is a length of time in the calendar: 14d, 8w, 6m (months), 1y6m. It counts
back from the newest snapshot of the group.

A backup with --not-before DATE protects its snapshot until then. A snapshot of
a backup that has not ended stays, too.

` + snapshotsHelp

const snapshotForgetExample = `  firn snapshot forget cold-home --keep-daily 14 --keep-monthly 12 --dry-run
  firn snapshot forget cold-home --keep-within 30d --keep-yearly all --yes
  firn snapshot forget cold-home 3f9ac2 81d04b`

// forgetOptions are the options of firn snapshot forget.
type forgetOptions struct {
	keepFlags
	selection
	yes, dryRun, force bool
}

func newSnapshotForget(p *cli.Program) *cobra.Command {
	var o forgetOptions
	cmd := &cobra.Command{
		Use:     "forget VAULT [SNAPSHOT...]",
		Aliases: []string{"rm"},
		Short:   "Forget snapshots, by name or by rules",
		Long:    snapshotForgetLong,
		Example: snapshotForgetExample,
		Args:    cli.Takes(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				if err := checkNoRules(cmd); err != nil {
					return err
				}
				o.rules, o.selection = keep.Rules{}, selection{} // those of the configuration
			}
			return runForget(cmd.Context(), p, o, args[0], args[1:])
		},
	}
	f := cmd.Flags()
	o.keepFlags.add(f)
	o.selection.add(f)
	f.BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	f.BoolVar(&o.force, "force", false, "forget a named snapshot although a date protects it")
	cli.AddDryRun(f, &o.dryRun)
	return cli.WithStatuses(cmd, append(recordStatuses(), cli.StatusRefused)...)
}

// checkNoRules refuses rules on the command line besides named snapshots.
func checkNoRules(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if strings.HasPrefix(f.Name, "keep-") || f.Name == "host" || f.Name == "tag" {
			err = cli.UsageError("--%s and SNAPSHOT exclude each other: a named snapshot is forgotten, whatever the rules keep", f.Name)
		}
	})
	return err
}

func runForget(ctx context.Context, p *cli.Program, o forgetOptions, vaultArg string, refs []string) error {
	if len(refs) == 0 && o.rules.IsZero() {
		return cli.WithHint(cli.UsageError("no snapshots to forget: give their ids, or rules such as --keep-daily 14"),
			"firn snapshot forget --help")
	}
	vaultURL, err := p.CanonicalURL(ctx, vaultArg)
	if err != nil {
		return err
	}
	return withRecord(ctx, p, func(book *catalog.Backups) error {
		all, err := snapshotsOf(ctx, book, vaultURL, o.selection)
		if err != nil {
			return err
		}
		f := &forgetting{program: p, options: o, vaultArg: vaultArg, vault: vaultURL, of: len(all)}
		switch {
		case len(refs) > 0:
			err = f.chooseNamed(all, refs)
		case len(all) == 0:
			p.Empty("no snapshots" + o.text() + " on record in " + p.VaultTitle(ctx, vaultURL))
			return nil
		default:
			err = f.chooseByRules(all)
		}
		if err != nil {
			return err
		}
		return f.forget(ctx, book)
	})
}
