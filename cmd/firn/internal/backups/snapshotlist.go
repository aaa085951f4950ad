package backups

import (
	"context"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
)

const snapshotListLong = `List the snapshots in the catalog, the oldest first: of all vaults, or of VAULT.

FILES and SIZE are those of the whole snapshot, and NEW is the content that no
snapshot before it had. A backup that has not ended is partial: the files that
are stored so far can be restored.`

const snapshotListExample = `  firn snapshot list
  firn snapshot list cold-home --host mail
  firn snapshot list --tag before-upgrade --json`

func newSnapshotList(p *cli.Program) *cobra.Command {
	var chosen selection
	long := false
	cmd := &cobra.Command{
		Use:     "list [VAULT]",
		Aliases: []string{"ls"},
		Short:   "List snapshots",
		Long:    snapshotListLong,
		Example: snapshotListExample,
		Args:    cli.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			vaultURL, err := optionalVault(cmd.Context(), p, args)
			if err != nil {
				return err
			}
			return runSnapshotList(cmd.Context(), p, vaultURL, chosen, long || !p.Out.IsTerminal())
		},
	}
	chosen.add(cmd.Flags())
	cmd.Flags().BoolVar(&long, "long", false, "show all fields, whole")
	return cli.WithStatuses(cmd, recordStatuses()...)
}

// optionalVault returns the canonical URL of the vault that the first argument names, or "".
func optionalVault(ctx context.Context, p *cli.Program, args []string) (string, error) {
	if len(args) == 0 || args[0] == "" {
		return "", nil
	}
	return p.CanonicalURL(ctx, args[0])
}

func runSnapshotList(ctx context.Context, p *cli.Program, vaultURL string, chosen selection, long bool) error {
	if there, err := p.HasCatalog(); err != nil {
		return err
	} else if !there {
		tellNoSnapshots(ctx, p, vaultURL, chosen)
		return nil
	}
	var all []record.Snapshot
	err := withRecord(ctx, p, func(book *catalog.Backups) (err error) {
		all, err = snapshotsOf(ctx, book, vaultURL, chosen)
		return err
	})
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		tellNoSnapshots(ctx, p, vaultURL, chosen)
		return nil
	case p.JSON:
		for _, s := range all {
			if err := p.Out.Object(newSnapshotObject("snapshot", s)); err != nil {
				return err
			}
		}
		return nil
	}
	slices.SortStableFunc(all, func(a, b record.Snapshot) int { return strings.Compare(a.Vault, b.Vault) })
	allVaults := vaultURL == ""
	tables := p.VaultTables(ctx, snapshotColumns(long, allVaults), allVaults && !long)
	for _, s := range all {
		cells := snapshotCells(s, long, allVaults)
		if !long {
			cells[2] = shownHost(all, s.Host)
		}
		tables.Add(s.Vault, cells...)
	}
	tables.End()
	p.Out.Total("%s", term.Many(len(all), "snapshot"))
	return nil
}

func snapshotColumns(long, allVaults bool) []term.Column {
	columns := []term.Column{
		{Title: "ID"},
		{Title: "STARTED"},
		{Title: "HOST", Drop: 2},
		{Title: "DIRECTORIES", Fit: term.FitCut},
		{Title: "FILES", Right: true, Drop: 4},
		{Title: "SIZE", Right: true, Drop: 1},
		{Title: "NEW", Right: true, Drop: 3},
		{Title: "STATE"},
		{Title: "TAGS", Drop: 5},
	}
	if !long {
		columns[7].Drop = 1 // without a partial snapshot it is empty and takes no room
	} else if allVaults {
		columns = append(columns, term.Column{Title: "VAULT"})
	}
	return columns
}

func snapshotCells(s record.Snapshot, long, allVaults bool) []string {
	id, started, state := cli.ColumnID(s.ID), humane.Minute(s.Started), ""
	if s.State == record.Running {
		state = stateText(s)
	}
	if long {
		id, started, state = s.ID, humane.Time(s.Started), stateText(s)
	}
	cells := []string{
		id, started, s.Host, shownRoots(s.Roots), humanize.Comma(s.Files), humane.Bytes(s.Bytes), humane.Bytes(s.Added),
		state, strings.Join(s.Tags, ","),
	}
	if long && allVaults {
		cells = append(cells, s.Vault)
	}
	return cells
}
