package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
	"firn/vaulturl"
)

const deleteLong = `Deletes archives from a vault, for ever, after asking.

ARCHIVE is an archive id, the beginning of one, or a name, path, description or
glob. It must mean exactly one archive of the catalog; else the candidates are
shown. A whole id is taken even if the catalog does not know it.

An id may begin with a hyphen: write -- before it, so that it is not taken for
an option.

Without a terminal nobody can be asked, and --yes is needed. A service may bill
a minimum stay (90 days in Amazon Glacier) for what is deleted earlier.`

const deleteExample = `  firn delete image-backups june.tar
  firn delete image-backups --yes -- -VUS7mqD8ofkUKI0`

func (p *program) newDelete() *cobra.Command {
	yes := false
	cmd := &cobra.Command{
		Use:     "delete VAULT ARCHIVE...",
		Short:   "Delete archives from a vault",
		Long:    deleteLong,
		Example: deleteExample,
		Args:    takes(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return p.withVault(ctx, args[0], 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
				return p.delete(ctx, c, v, args[0], args[1:], yes)
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return exits(cmd, statusDone, statusError, statusUsage, statusIncomplete, statusDenied, statusLocked,
		statusDamaged, statusRefused, statusInterrupted)
}

// deletedObject is a deleted archive on standard output.
type deletedObject struct {
	MessageType string          `json:"message_type"`
	Vault       string          `json:"vault"`
	ArchiveID   vault.ArchiveID `json:"archive_id"`
}

func (p *program) delete(
	ctx context.Context, c *catalog.Catalog, v *vaulturl.Vault, vaultArg string, refs []string, yes bool,
) error {
	var chosen []record.Archive
	for _, ref := range refs {
		a, err := p.resolve(ctx, c, v.URL, ref)
		if err != nil {
			return err
		}
		chosen = append(chosen, a)
	}
	if !yes {
		for _, a := range chosen {
			p.ui.say("%s", show(archiveText(a)))
		}
		question := fmt.Sprintf("delete %s from %s for ever?", humane.Count(len(chosen), "archive"), v.URL)
		if err := p.confirm(ctx, question); err != nil {
			return err
		}
	}
	for _, a := range chosen {
		if err := p.deleteOne(ctx, c, v, a.ID); err != nil {
			return p.explainVault(err, vaultArg)
		}
	}
	return nil
}

func (p *program) deleteOne(ctx context.Context, c *catalog.Catalog, v *vaulturl.Vault, id vault.ArchiveID) error {
	err := p.retry(ctx, func(ctx context.Context) error { return v.DeleteArchive(ctx, id) })
	if err != nil {
		return err
	}
	// The vault has deleted it: that is written down whatever happens now.
	err = c.MarkDeleted(context.WithoutCancel(ctx), v.URL, []vault.ArchiveID{id})
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return err
	}
	if p.json {
		return p.out.object(deletedObject{"deleted", v.URL, id})
	}
	if !p.quiet && err != nil {
		p.ui.say("firn: the vault took the request to delete %s; the catalog does not know that archive", show(string(id)))
	} else if !p.quiet {
		p.ui.say("firn: deleted %s", show(string(id)))
	}
	return nil
}
