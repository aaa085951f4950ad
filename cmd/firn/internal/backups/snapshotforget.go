package backups

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/internal/keep"
	"firn/record"
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
		return cli.WithHint(cli.UsageError("nothing says which snapshots to forget: name them, or give rules such as --keep-daily 14"),
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

// forgetting is one run of firn snapshot forget.
type forgetting struct {
	program  *cli.Program
	options  forgetOptions
	vaultArg string
	vault    string // canonical URL
	of       int    // snapshots
	chosen   []record.Snapshot
}

// chooseNamed chooses the snapshots that the user names.
func (f *forgetting) chooseNamed(all []record.Snapshot, refs []string) error {
	now := f.program.Now()
	for _, ref := range refs {
		s, err := choose(f.program, all, f.vaultArg, ref)
		until := keep.NotBefore(s.Tags, now.Location())
		switch {
		case err != nil:
			return err
		case s.State == record.Running:
			return cli.WithHint(cli.RefusedError("the snapshot %s is partial: its backup has not ended", cli.ColumnID(s.ID)),
				"to end it, run the same backup again")
		case until.After(now) && !f.options.force:
			return cli.WithHint(cli.RefusedError("the snapshot %s must not be forgotten before %s", cli.ColumnID(s.ID), humane.Time(until)),
				"if you mean it: "+f.program.TypedWith("--force"))
		case !slices.ContainsFunc(f.chosen, func(c record.Snapshot) bool { return c.Key == s.Key }):
			f.chosen = append(f.chosen, s)
		}
	}
	f.of = len(f.chosen)
	groups := []keep.Group{{}}
	for _, s := range f.chosen {
		groups[0].Verdicts = append(groups[0].Verdicts, keep.Verdict{Snapshot: s})
	}
	return f.show(groups)
}

// chooseByRules chooses the snapshots that no rule keeps.
func (f *forgetting) chooseByRules(all []record.Snapshot) error {
	groups := f.options.rules.Apply(f.program.Now(), all)
	if err := f.show(groups); err != nil {
		return err
	}
	for _, g := range groups {
		for _, v := range g.Verdicts {
			if len(v.Reasons) == 0 {
				f.chosen = append(f.chosen, v.Snapshot)
			}
		}
		if g.KeepsNone() && len(f.chosen) > 0 && !f.options.none {
			return cli.WithHint(cli.RefusedError("the rules keep no snapshot of %s on %s; nothing was forgotten", shownRoots(g.Roots), quoted(g.Host)),
				"if you mean it: "+f.program.TypedWith("--keep-none"))
		}
	}
	return nil
}

// verdictObject is what happens to a snapshot, on standard output.
type verdictObject struct {
	snapshotObject
	Keep    bool     `json:"keep"`
	Reasons []string `json:"reasons"` // why it is kept
}

// forgottenObject is the result on standard output.
type forgottenObject struct {
	MessageType string `json:"message_type"`
	Vault       string `json:"vault"`
	Forgotten   int    `json:"forgotten"`
	Kept        int    `json:"kept"`
	DryRun      bool   `json:"dry_run"`
}

// show shows what happens to each snapshot, and why.
func (f *forgetting) show(groups []keep.Group) error {
	p := f.program
	for i, g := range groups {
		if !p.JSON && len(g.Roots) > 0 {
			if i > 0 {
				p.Out.Line("")
			}
			p.Out.Line("%s", term.Show(g.Host+": "+shownRoots(g.Roots)))
		}
		table := term.NewTable(p.Out, term.Column{Title: "ID"}, term.Column{Title: "STARTED"}, term.Column{Title: "KEEP"},
			term.Column{Title: "BECAUSE", Fit: term.FitWrap, Drop: 1}, term.Column{Title: "TAGS", Drop: 2})
		for _, v := range g.Verdicts {
			o := verdictObject{newSnapshotObject("snapshot_verdict", v.Snapshot), len(v.Reasons) > 0, append([]string{}, v.Reasons...)}
			if p.JSON {
				if err := p.Out.Object(o); err != nil {
					return err
				}
				continue
			}
			table.Add(verdictCells(v)...)
		}
		table.End()
	}
	return p.Out.Flush()
}

func verdictCells(v keep.Verdict) []string {
	kept := "yes"
	if len(v.Reasons) == 0 {
		kept = "no"
	}
	return []string{
		cli.ColumnID(v.ID), humane.Minute(v.Started), kept, strings.Join(v.Reasons, ", "), strings.Join(v.Tags, ","),
	}
}

// forget asks, and forgets what was chosen.
func (f *forgetting) forget(ctx context.Context, book *catalog.Backups) error {
	p, n := f.program, len(f.chosen)
	result := forgottenObject{"snapshot_forget", f.vault, n, f.of - n, f.options.dryRun}
	switch {
	case n == 0 && !p.JSON:
		p.Notice(fmt.Sprintf("nothing to forget: the rules keep all of %s", term.Many(f.of, "snapshot")))
		return nil
	case n == 0 || f.options.dryRun && p.JSON:
		return p.Out.Object(result)
	case f.options.dryRun:
		p.Out.Line("\nwould forget %d of %s", n, term.Many(f.of, "snapshot"))
		return nil
	}
	if !f.options.yes {
		if err := p.Confirm(ctx, fmt.Sprintf("forget %s of %s?", term.Many(n, "snapshot"), p.VaultTitle(ctx, f.vault))); err != nil {
			return err
		}
	}
	keys := make([]int64, n)
	for i, s := range f.chosen {
		keys[i] = s.Key
	}
	if err := book.Forget(ctx, keys...); err != nil {
		return err
	}
	if p.JSON {
		return p.Out.Object(result)
	}
	p.Notice(fmt.Sprintf("forgot %s; their packs stay in the vault", term.Many(n, "snapshot")))
	return nil
}
