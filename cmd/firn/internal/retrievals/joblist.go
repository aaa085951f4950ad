package retrievals

import (
	"context"
	"errors"
	"slices"

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

const jobListLong = `Lists the jobs in the catalog, and with VAULT those of the vault's own list, too:
the jobs in progress, and those that ended lately, whoever asked for them.

STATUS is asking (the vault's answer is not on record), InProgress, Succeeded,
Failed, or gone (its output has expired, or the vault has forgotten it). Failed and
gone ones are left out without --all.`

const jobListExample = `  firn job list
  firn job list image-backups --all --json`

// jobListOptions are the options of firn job list.
type jobListOptions struct{ all, full bool }

func newJobList(p *cli.Program) *cobra.Command {
	var o jobListOptions
	cmd := &cobra.Command{
		Use:     "list [VAULT]",
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
				if err := tellJobs(cmd.Context(), p, c, all, o, false); err != nil {
					return err
				}
				return tellBadJobs(p, v.URL(), bad)
			})
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "list failed and gone jobs too")
	cmd.Flags().BoolVar(&o.full, "full", false, "show whole ids")
	return cli.WithStatuses(cmd, append(cli.VaultStatuses(), cli.StatusDamaged)...)
}

// jobListOfCatalog lists the jobs on record of all vaults.
func jobListOfCatalog(ctx context.Context, p *cli.Program, o jobListOptions) (err error) {
	if there, err := p.HasCatalog(); err != nil {
		return err
	} else if !there {
		p.UI.Say("firn: there is no catalog %q yet, and so no job in it", p.CatalogPath)
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
	return tellJobs(ctx, p, c, all, o, true)
}

func tellJobs(ctx context.Context, p *cli.Program, c *catalog.Catalog, all []record.Job, o jobListOptions, vaults bool) error {
	slices.SortStableFunc(all, func(a, b record.Job) int { return a.Started.Compare(b.Started) })
	titles := []string{"STARTED", "STATUS", "TIER", ">SIZE", "FOR", "JOB", "EXPIRES"}
	if vaults {
		titles = append(titles, "VAULT")
	}
	table := term.NewTable(p.Out, o.full, titles...)
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
		cells := jobCells(j, a, o)
		if vaults {
			cells = append(cells, j.Vault)
		}
		table.Add(cells...)
	}
	table.End()
	if found == 0 {
		p.UI.Say("firn: there is no such job")
	}
	return nil
}

func jobCells(j record.Job, a record.Archive, o jobListOptions) []string {
	id := cli.ShortID(string(j.ID))
	if o.full {
		id = string(j.ID)
	}
	size, expires := "", ""
	if bytes := newJobObject(j, a).Size; bytes > 0 {
		size = humane.Bytes(bytes)
	}
	if !j.Expires.IsZero() {
		expires = humane.Time(j.Expires)
	}
	return []string{humane.Time(j.Started), string(j.Status), string(j.Tier), size, jobSubject(j, a), id, expires}
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
