package records

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
	"firn/treehash"
	"firn/vault"
	"firn/vault/vaulturl"
)

const listLong = `Lists the archives that the catalog knows, oldest first.

With VAULT only those of this vault, with GLOB only those whose name, path or
description matches it (* anything but a slash, ** also slashes, ? one
character). An id is shortened to what other commands take as well; --full and
--json show the whole.

` + statesHelp + `

The vault is not asked: its own list takes it hours.`

const listExample = `  firn list
  firn list image-backups '*june*'
  firn list image-backups --since 2026-06-01 --until 2026-07-01
  firn list --state missing --json`

// archiveObject is an archive of the catalog on standard output.
type archiveObject struct {
	MessageType string              `json:"message_type"`
	Vault       string              `json:"vault"`
	ArchiveID   vault.ArchiveID     `json:"archive_id"`
	Name        string              `json:"name"`
	Description string              `json:"description"`
	Size        int64               `json:"size"`
	TreeHash    treehash.Hash       `json:"tree_hash"`
	Created     time.Time           `json:"created"`
	State       record.ArchiveState `json:"state"`
}

// listOptions are the options of firn list.
type listOptions struct {
	all, full    bool
	state        stateFlag
	since, until cli.TimeFlag
}

// NewList returns the command firn list.
func NewList(p *cli.Program) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:     "list [VAULT [GLOB]]",
		Short:   "List the archives in the catalog",
		Long:    listLong,
		Example: listExample,
		Args:    cli.Takes(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			filter := catalog.Filter{
				All: o.all, State: record.ArchiveState(o.state), Since: o.since.Time, Until: o.until.Time,
			}
			if len(args) > 1 {
				filter.Glob = args[1]
			}
			if len(args) > 0 {
				url, err := cli.CanonicalURL(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				filter.Vault = url
			}
			return runList(cmd.Context(), p, filter, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.all, "all", false, "list deleted archives too")
	f.BoolVar(&o.full, "full", false, "show whole ids and paths")
	f.Var(&o.since, "since", "list only archives created at this `TIME` or later")
	f.Var(&o.until, "until", "list only archives created before this `TIME`")
	addState(cmd, &o.state)
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusLocked, cli.StatusDamaged, cli.StatusInterrupted)
}

func runList(ctx context.Context, p *cli.Program, f catalog.Filter, o listOptions) (err error) {
	if there, err := p.HasCatalog(); err != nil {
		return err
	} else if !there {
		p.UI.Say("firn: there is no catalog %q yet, and so no archive in it", p.CatalogPath)
		return nil
	}
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	titles := []string{"CREATED", ">SIZE", "STATE", "ARCHIVE", "DESCRIPTION", "NAME"}
	if f.Vault == "" {
		titles = append([]string{"VAULT"}, titles...)
	}
	table := term.NewTable(p.Out, o.full, titles...)
	found := 0
	for a, err := range c.Archives(ctx, f) {
		if err != nil {
			return err
		}
		found++
		if p.JSON {
			err = p.Out.Object(archiveObject{
				"archive", a.Vault, a.ID, a.Name, a.Description, a.Size, a.TreeHash, a.Created, a.State,
			})
		} else {
			table.Add(archiveCells(a, f, o)...)
			err = p.Out.Failed()
		}
		if errors.Is(err, syscall.EPIPE) {
			return &cli.ReportedError{Status: cli.StatusError} // the reader, such as head, has closed the pipe
		}
		if err != nil {
			return err
		}
	}
	table.End()
	if found == 0 {
		p.UI.Say("firn: the catalog has no such archive")
	}
	return nil
}

// shortName returns the last element of a path of any system. It returns a name of only
// separators and dots unchanged.
func shortName(name string) string {
	trimmed := strings.TrimRight(name, `/\`)
	if last := trimmed[strings.LastIndexAny(trimmed, `/\`)+1:]; strings.Trim(last, ".") != "" {
		return last
	}
	return name
}

func archiveCells(a record.Archive, f catalog.Filter, o listOptions) []string {
	name, id := shortName(a.Name), cli.ShortArchive(a.Vault, a.ID)
	if o.full {
		name, id = a.Name, string(a.ID)
	}
	if name == a.Description || vaulturl.IsBucket(a.Vault) && strings.HasSuffix("/"+string(a.ID), "/"+name) {
		name = "" // another column shows it
	}
	cells := []string{humane.Time(a.Created), humane.Bytes(a.Size), string(a.State), id, a.Description, name}
	if f.Vault == "" {
		cells = append([]string{a.Vault}, cells...)
	}
	return cells
}
