package retrievals

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/download"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

const jobListLong = `List the jobs in the catalog. With VAULT, also list the jobs that the vault
reports: those in progress and those that ended recently, whoever started them.

The STATUS of a job is asking (the answer to the request is not recorded),
InProgress, Succeeded, Failed, or gone (the output has expired or the vault no
longer knows the job). Failed and gone jobs are listed only with --all.`

const jobListExample = `  firn job list
  firn job list image-backups --all --json`

// jobListOptions are the options of firn job list.
type jobListOptions struct{ all, long bool }

func newJobList(p *cli.Program) *cobra.Command {
	var o jobListOptions
	cmd := &cobra.Command{
		Use:     "list [VAULT]",
		Aliases: []string{"ls"},
		Short:   "List jobs",
		Long:    jobListLong,
		Example: jobListExample,
		Args:    cli.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return jobListOfCatalog(cmd.Context(), p, o)
			}
			return p.WithVault(cmd.Context(), args[0], 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
				all, bad, err := jobsOf(cmd.Context(), p, c, v)
				if err != nil {
					return p.ExplainVault(err, args[0])
				}
				if err := tellJobs(cmd.Context(), p, c, v.URL(), all, o); err != nil {
					return err
				}
				return tellBadJobs(p, v.URL(), bad)
			})
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "also list failed and gone jobs")
	cmd.Flags().BoolVar(&o.long, "long", false, "show all fields, whole")
	return cli.WithStatuses(cmd, append(cli.VaultStatuses(), cli.StatusDamaged)...)
}

// jobListOfCatalog lists the jobs on record of all vaults.
func jobListOfCatalog(ctx context.Context, p *cli.Program, o jobListOptions) (err error) {
	if there, err := p.HasCatalog(); err != nil {
		return err
	} else if !there {
		p.Empty(fmt.Sprintf("no jobs on record: there is no catalog %q yet", p.CatalogPath), askVault)
		return nil
	}
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	var all []record.Job
	for j, err := range c.Jobs(ctx, "") {
		if err != nil {
			return err
		}
		all = append(all, j)
	}
	return tellJobs(ctx, p, c, "", all, o)
}

// askVault is a hint for a user who asked only the catalog.
const askVault = "to ask a vault itself: firn job list VAULT"

// tellJobs prints jobs of one vault, or of all if vaultURL is empty.
func tellJobs(ctx context.Context, p *cli.Program, c *catalog.Catalog, vaultURL string, all []record.Job, o jobListOptions) error {
	slices.SortStableFunc(all, func(a, b record.Job) int { return a.Started.Compare(b.Started) })
	allVaults := vaultURL == ""
	o.long = o.long || !p.Out.IsTerminal()
	headings := allVaults && !o.long
	tables := p.VaultTables(ctx, jobColumns(o.long, allVaults), headings)
	if headings {
		slices.SortStableFunc(all, func(a, b record.Job) int { return strings.Compare(a.Vault, b.Vault) })
	}
	found := 0
	for _, j := range all {
		over := j.Status == record.Gone || j.Status == vault.Failed
		if over && !o.all {
			continue
		}
		found++
		a, err := archiveOf(ctx, c, j)
		if err != nil {
			return err
		}
		if p.JSON {
			if err := p.Out.Object(newJobObject(j, a)); err != nil {
				return err
			}
			continue
		}
		tables.Add(j.Vault, jobCells(j, a, o.long, allVaults)...)
	}
	tables.End()
	switch {
	case found == 0:
		tellNoJobs(ctx, p, vaultURL, len(all) > 0)
	case !p.JSON:
		p.Out.Total("%s", term.Many(found, "job"))
	}
	return nil
}

// tellNoJobs says that no job is listed. others reports whether there are jobs that --all lists.
func tellNoJobs(ctx context.Context, p *cli.Program, vaultURL string, others bool) {
	command := []string{"firn", "job", "list"}
	sentence, hints := "no jobs on record", []string{askVault}
	if vaultURL != "" {
		command = append(command, p.TypedVault(ctx, vaultURL))
		sentence = "no jobs in " + p.VaultTitle(ctx, vaultURL)
		hints = append(p.DirectoryHint(vaultURL), "to start one: "+term.ShellCommand("firn", "retrieve", p.TypedVault(ctx, vaultURL))+" ARCHIVE")
	}
	if others {
		sentence += " that are in progress or have succeeded"
		hints = []string{"failed and gone jobs, too: " + term.ShellCommand(append(command, "--all")...)}
	}
	p.Empty(sentence, hints...)
}

func jobColumns(long, allVaults bool) []term.Column {
	if long {
		columns := []term.Column{
			{Title: "NAME"}, {Title: "SIZE", Right: true}, {Title: "STATUS"}, {Title: "TIER"}, {Title: "STARTED"}, {Title: "EXPIRES"}, {Title: "ID"},
		}
		if allVaults {
			columns = append(columns, term.Column{Title: "VAULT"})
		}
		return columns
	}
	return []term.Column{
		{Title: "NAME", Fit: term.FitCut},
		{Title: "SIZE", Right: true},
		{Title: "STATUS"},
		{Title: "TIER", Drop: 3},
		{Title: "STARTED", Drop: 2},
		{Title: "EXPIRES", Drop: 1},
		{Title: "ID"},
	}
}

func jobCells(j record.Job, a record.Archive, long, allVaults bool) []string {
	at, id := humane.Minute, cli.ColumnID(string(j.ID))
	if long {
		at, id = humane.Time, string(j.ID)
	}
	size, expires := "", ""
	if bytes := newJobObject(j, a).Size; bytes > 0 {
		size = humane.Bytes(bytes)
	}
	if !j.Expires.IsZero() {
		expires = at(j.Expires)
	}
	cells := []string{jobSubject(j, a), size, string(j.Status), string(j.Tier), at(j.Started), expires, id}
	if long && allVaults {
		cells = append(cells, j.Vault)
	}
	return cells
}

// jobSubject returns the archive or the inventory of a job in words.
func jobSubject(j record.Job, a record.Archive) string {
	if j.Kind == vault.RetrieveInventory {
		return "inventory"
	}
	name := download.FileName(a)
	if a.Name == "" && a.Description == "" {
		name = cli.ShortArchive(j.Vault, j.Archive)
	}
	if !j.Range.IsZero() && a.Size > 0 && j.Range.Size < a.Size {
		name += ", part of it"
	}
	return name
}
