package admin

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/vault"
	"firn/vault/vaulturl"
)

const vaultListLong = `List the vaults of an account in a region, or the vaults in a directory.

PLACE is the URL of any vault of the account (glacier:// is enough), or the
directory that contains the vaults. The numbers of archives and bytes are those
of the last inventory of each vault, which may be a day old.`

const vaultListExample = `  firn vault list
  firn vault list 'glacier://?region=us-west-2&profile=work'
  firn vault list /mnt/cold`

func newVaultList(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list [PLACE]",
		Aliases: []string{"ls"},
		Short:   "List vaults",
		Long:    vaultListLong,
		Example: vaultListExample,
		Args:    cli.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"glacier://"}
			}
			return listVaults(cmd.Context(), p, args[0])
		},
	}
	return cli.WithStatuses(cmd, cli.VaultStatuses()...)
}

func listVaults(ctx context.Context, p *cli.Program, raw string) (err error) {
	p.Contact(raw)
	place, err := vaulturl.OpenRoot(ctx, raw)
	if err != nil {
		return p.ExplainOpen(err, raw)
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	place.OnDamage = p.Damaged
	vaults, err := cli.Collect(ctx, p, func(ctx context.Context) func(func(vault.Info, error) bool) {
		return place.Vaults(ctx, "")
	})
	if err != nil {
		return err
	}
	if len(vaults) == 0 {
		p.Empty("no vaults in "+placeText(place), "to create one: "+newVaultCommand(raw))
		return nil
	}
	table := term.NewTable(p.Out, term.Column{Title: "NAME", Fit: term.FitCut}, term.Column{Title: "ARCHIVES", Right: true},
		term.Column{Title: "SIZE", Right: true}, term.Column{Title: "LAST INVENTORY", Drop: 1}, term.Column{Title: "CREATED", Drop: 2})
	archives, bytes, at := int64(0), int64(0), humane.Time
	if p.Out.IsTerminal() {
		at = humane.Minute
	}
	for _, info := range vaults {
		if p.JSON {
			if err := p.Out.Object(newVaultObject(place, info)); err != nil {
				return err
			}
			continue
		}
		table.Add(vaultCells(info, at)...)
		archives, bytes = archives+info.Archives, bytes+info.Bytes
	}
	table.End()
	if !p.JSON {
		p.Out.Total("%s, %s, %s", humane.Count(len(vaults), "vault"), term.Many(int(archives), "archive"), humane.Bytes(bytes))
	}
	return nil
}

func vaultCells(info vault.Info, at func(time.Time) string) []string {
	if info.Inventoried.IsZero() {
		return []string{info.Name, "", "", "never", at(info.Created)}
	}
	return []string{info.Name, fmt.Sprint(info.Archives), humane.Bytes(info.Bytes), at(info.Inventoried), at(info.Created)}
}

// placeText names the account or directory that contains vaults.
func placeText(place *vaulturl.Place) string {
	ref, err := vaulturl.Parse(place.URL("VAULT"))
	if err != nil || ref.Kind == vaulturl.Glacier {
		return "the account (" + term.Joined(", ", ref.Region, ref.Account, ref.Endpoint) + ")"
	}
	return fmt.Sprintf("%q", filepath.Dir(ref.Path))
}

// newVaultCommand returns the command that creates a vault in the account or directory raw.
func newVaultCommand(raw string) string {
	if ref, err := vaulturl.Parse(raw); err == nil && ref.Kind == vaulturl.Directory {
		return term.ShellCommand("firn", "vault", "create", strings.TrimRight(raw, "/")+"/VAULT")
	}
	return "firn vault create VAULT"
}
