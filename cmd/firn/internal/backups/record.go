package backups

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/record"
)

// withRecord calls do with the record of backups in the catalog, which must exist.
func withRecord(ctx context.Context, p *cli.Program, do func(*catalog.Backups) error) (err error) {
	if err := needRecord(p); err != nil {
		return err
	}
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return do(c.Backups())
}

// needRecord returns an error if the catalog does not exist. A rebuilt one would have no snapshots.
func needRecord(p *cli.Program) error {
	there, err := p.HasCatalog()
	if err == nil && !there {
		err = cli.WithHint(fmt.Errorf("there is no catalog %q, which would have the snapshots", p.CatalogPath),
			"--catalog or FIRN_CATALOG names it")
	}
	return err
}

// selection selects snapshots.
type selection struct{ host, tag string }

// add adds the options to a command.
func (s *selection) add(f *pflag.FlagSet) {
	f.StringVar(&s.host, "host", "", "only snapshots of the host `NAME`")
	f.StringVar(&s.tag, "tag", "", "only snapshots with this `TAG`")
}

// has reports whether a snapshot is selected.
func (s selection) has(of record.Snapshot) bool {
	return (s.host == "" || s.host == of.Host) && (s.tag == "" || slices.Contains(of.Tags, s.tag))
}

// text returns what follows "snapshots" in a sentence about them.
func (s selection) text() (text string) {
	if s.host != "" {
		text += " of the host " + quoted(s.host)
	}
	if s.tag != "" {
		text += " with the tag " + quoted(s.tag)
	}
	return text
}

// snapshotsOf returns the selected snapshots of a vault, or of all vaults if vaultURL is empty,
// the oldest first.
func snapshotsOf(ctx context.Context, book *catalog.Backups, vaultURL string, s selection) (all []record.Snapshot, err error) {
	for snapshot, err := range book.Snapshots(ctx, vaultURL) {
		if err != nil {
			return nil, err
		}
		if s.has(snapshot) {
			all = append(all, snapshot)
		}
	}
	return all, nil
}

// withSnapshots calls do with the record of backups and the selected snapshots of a vault.
func withSnapshots(
	ctx context.Context, p *cli.Program, vaultArg string, s selection, do func(*catalog.Backups, []record.Snapshot) error,
) error {
	vaultURL, err := p.CanonicalURL(ctx, vaultArg)
	if err != nil {
		return err
	}
	return withRecord(ctx, p, func(book *catalog.Backups) error {
		all, err := snapshotsOf(ctx, book, vaultURL, s)
		if err != nil {
			return err
		}
		return do(book, all)
	})
}

// shownHost returns the host of a snapshot as a list on a terminal shows it: nothing if all of the
// list are of one host.
func shownHost(all []record.Snapshot, host string) string {
	if slices.ContainsFunc(all, func(s record.Snapshot) bool { return s.Host != host }) {
		return host
	}
	return ""
}

// latest names the newest snapshot on the command line.
const latest = "latest"

// leastID is the number of characters that name a snapshot.
const leastID = 4

// choose returns the one snapshot of a vault that a user names.
func choose(p *cli.Program, all []record.Snapshot, vaultArg, ref string) (record.Snapshot, error) {
	list := "to see what is there: " + term.ShellCommand("firn", "snapshot", "list", vaultArg)
	if len(all) == 0 {
		return record.Snapshot{}, cli.WithHint(notFound("no snapshots of %q on record", vaultArg), list)
	}
	if ref == latest {
		return all[len(all)-1], nil
	}
	var found []record.Snapshot
	for _, s := range all {
		if strings.HasPrefix(s.ID, strings.TrimSuffix(ref, "...")) {
			found = append(found, s)
		}
	}
	switch {
	case len(ref) < leastID:
		return record.Snapshot{}, cli.WithHint(cli.UsageError("%q is too short for a snapshot: give %d characters of its id", ref, leastID), list)
	case len(found) == 0:
		return record.Snapshot{}, cli.WithHint(notFound("no snapshot %q of %q on record", ref, vaultArg), list)
	case len(found) == 1:
		return found[0], nil
	}
	for _, s := range found {
		p.UI.Say("%s", term.Show(snapshotText(s)))
	}
	return record.Snapshot{}, cli.WithHint(cli.UsageError("%q means %d snapshots; give more of the id", ref, len(found)), list)
}
