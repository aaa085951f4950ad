package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"firn/catalog"
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

func (p *program) newJobList() *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:     "list [VAULT]",
		Short:   "List jobs",
		Long:    jobListLong,
		Example: jobListExample,
		Args:    takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return p.jobListOfCatalog(cmd.Context(), o)
			}
			return p.withVault(cmd.Context(), args[0], 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
				all, bad, err := p.jobsOf(cmd.Context(), c, v)
				if err != nil {
					return p.explainVault(err, args[0])
				}
				if err := p.tellJobs(cmd.Context(), c, all, o, false); err != nil {
					return err
				}
				return p.tellBadJobs(v.URL(), bad)
			})
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "list failed and gone jobs too")
	cmd.Flags().BoolVar(&o.full, "full", false, "show whole ids")
	return exits(cmd, append(vaultStatuses(), statusDamaged)...)
}

// jobListOfCatalog lists what the catalog has, of all vaults.
func (p *program) jobListOfCatalog(ctx context.Context, o listOptions) (err error) {
	if there, err := p.hasCatalog(); err != nil {
		return err
	} else if !there {
		p.ui.say("firn: there is no catalog %q yet, and so no job in it", p.catalogPath)
		return nil
	}
	c, err := p.openCatalog(ctx)
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
	return p.tellJobs(ctx, c, all, o, true)
}

func (p *program) tellJobs(ctx context.Context, c *catalog.Catalog, all []record.Job, o listOptions, vaults bool) error {
	slices.SortStableFunc(all, func(a, b record.Job) int { return a.Started.Compare(b.Started) })
	titles := []string{"STARTED", "STATUS", "TIER", ">SIZE", "FOR", "JOB", "EXPIRES"}
	if vaults {
		titles = append(titles, "VAULT")
	}
	table := newRows(p.out, o.full, titles...)
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
		if p.json {
			if err := p.out.object(newJobObject(j, a)); err != nil {
				return err
			}
			continue
		}
		cells := jobCells(j, a, o)
		if vaults {
			cells = append(cells, j.Vault)
		}
		table.add(cells...)
	}
	table.end()
	if found == 0 {
		p.ui.say("firn: there is no such job")
	}
	return nil
}

func jobCells(j record.Job, a record.Archive, o listOptions) []string {
	id := shortID(string(j.ID))
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

// jobSubject says what a job is for.
func jobSubject(j record.Job, a record.Archive) string {
	if j.Kind == vault.RetrieveInventory {
		return "inventory"
	}
	name := download.FileName(a)
	if a.Name == "" && a.Description == "" {
		name = shortArchive(j.Vault, j.Archive)
	}
	if !j.Range.IsZero() && a.Size > 0 && j.Range.Size < a.Size {
		name += ", part of it"
	}
	return name
}
