package backups

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/internal/keep"
	"firn/record"
)

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
		case s.State == record.Running && !slices.ContainsFunc(all, func(other record.Snapshot) bool { return follows(other, s) }):
			return cli.WithHint(cli.RefusedError("the snapshot %s is partial: its backup has not ended", cli.ColumnID(s.ID)),
				"to end it, run the same backup again")
		case until.After(now) && !f.options.force:
			return cli.WithHint(cli.RefusedError("the snapshot %s must not be forgotten before %s", cli.ColumnID(s.ID), humane.Time(until)),
				"if you mean it: "+f.program.TypedWith("--force"))
		case !slices.ContainsFunc(f.chosen, func(c record.Snapshot) bool { return c.Key == s.Key }):
			f.chosen = append(f.chosen, s)
		}
	}
	groups := []keep.Group{{}}
	for _, s := range f.chosen {
		groups[0].Verdicts = append(groups[0].Verdicts, keep.Verdict{Snapshot: s})
	}
	return f.show(groups)
}

// follows reports whether a snapshot came after another one and has one of its directories. Then no
// backup continues the other one.
func follows(s, other record.Snapshot) bool {
	return s.Key > other.Key && s.Vault == other.Vault && s.Host == other.Host &&
		slices.ContainsFunc(s.Roots, func(root string) bool { return slices.Contains(other.Roots, root) })
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
