package records

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

const listLong = `List the archives in the catalog, the oldest first. firn sends no request to a
vault.

With VAULT, list only the archives of this vault; with GLOB, only those whose
name, path or description matches it (* matches anything but a slash, ** also
slashes, ? one character). --sort and --reverse order the archives of a vault.

An archive is listed by the last element of its name, else by its description,
else by its id; in a bucket by its key. On a terminal, long names are cut in the
middle, a narrow terminal shows fewer columns, and ID is the beginning of an id,
which commands accept. --long, and any output that is not a terminal, shows all
fields whole.

` + statesHelp

const listExample = `  firn list
  firn list image-backups '*june*'
  firn list image-backups --sort size --reverse
  firn list image-backups --since 2026-06-01 --until 2026-07-01
  firn list image-backups --since 7d
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
	all, long    bool
	state        stateFlag
	since, until cli.TimeFlag
	order        orderFlag
	reverse      bool
}

// NewList returns the command firn list.
func NewList(p *cli.Program) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:     "list [VAULT [GLOB]]",
		Aliases: []string{"ls"},
		Short:   "List the archives in the catalog",
		Long:    listLong,
		Example: listExample,
		Args:    cli.Takes(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.CheckPeriod(o.since.At(p.Now()), o.until.At(p.Now())); err != nil {
				return err
			}
			filter := catalog.Filter{
				All: o.all, State: record.ArchiveState(o.state), Since: o.since.At(p.Now()), Until: o.until.At(p.Now()),
				Order: catalog.Order(o.order), Reverse: o.reverse,
			}
			if len(args) > 1 {
				filter.Glob = args[1]
			}
			if len(args) > 0 {
				url, err := p.CanonicalURL(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				filter.Vault = url
			}
			return runList(cmd.Context(), p, filter, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.all, "all", false, "also list deleted archives")
	f.BoolVar(&o.long, "long", false, "show all fields, whole")
	f.Var(&o.since, "since", "only archives created at `TIME` or later, such as 7d")
	f.Var(&o.until, "until", "only archives created before `TIME`")
	addState(cmd, &o.state)
	addOrder(cmd, &o.order)
	f.BoolVar(&o.reverse, "reverse", false, "list in the reverse order")
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusLocked, cli.StatusDamaged, cli.StatusInterrupted)
}

func runList(ctx context.Context, p *cli.Program, f catalog.Filter, o listOptions) (err error) {
	if there, err := p.HasCatalog(); err != nil {
		return err
	} else if !there {
		p.Empty(fmt.Sprintf("%s: there is no catalog %q yet", noArchives(ctx, p, f), p.CatalogPath), hintsForNone(ctx, p, f)...)
		return nil
	}
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	shown := newArchiveList(ctx, p, o.long || !p.Out.IsTerminal(), f.Vault == "")
	for a, err := range c.Archives(ctx, f) {
		if err != nil {
			return err
		}
		if p.JSON {
			err = p.Out.Object(archiveObject{
				"archive", a.Vault, a.ID, a.Name, a.Description, a.Size, a.TreeHash, a.Created, a.State,
			})
		} else {
			shown.add(a)
			err = p.Out.Failed()
		}
		shown.count(a)
		if err != nil {
			return err
		}
	}
	switch {
	case shown.archives == 0:
		p.Empty(noArchives(ctx, p, f), hintsForNone(ctx, p, f)...)
	case !p.JSON:
		shown.end()
	}
	return nil
}

// noArchives says that nothing on record matches f.
func noArchives(ctx context.Context, p *cli.Program, f catalog.Filter) string {
	text := "no archives"
	if f.Glob != "" {
		text += fmt.Sprintf(" matching %q", f.Glob)
	}
	if f.State != "" {
		text += fmt.Sprintf(" in the state %q", f.State)
	}
	if !f.Since.IsZero() {
		text += " created since " + humane.Time(f.Since)
	}
	if !f.Until.IsZero() {
		text += " created before " + humane.Time(f.Until)
	}
	text += " on record"
	if f.Vault != "" {
		text += " in " + p.VaultTitle(ctx, f.Vault)
	}
	return text
}

// hintsForNone returns what to type after a list without archives.
func hintsForNone(ctx context.Context, p *cli.Program, f catalog.Filter) []string {
	hints := p.DirectoryHint(f.Vault)
	command, rest := []string{"firn", "inventory"}, " VAULT"
	if f.Vault != "" {
		command, rest = append(command, p.TypedVault(ctx, f.Vault)), ""
	}
	if f.Glob != "" || f.State != "" || !f.Since.IsZero() || !f.Until.IsZero() {
		command[1] = "list"
		return append(hints, "all archives on record: "+term.ShellCommand(command...))
	}
	return append(hints, "to record what a vault holds: "+term.ShellCommand(command...)+rest)
}
