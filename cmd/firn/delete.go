package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

const deleteLong = `Deletes archives from a vault, for ever, after asking.

ARCHIVE is an archive id, the beginning of one, or a name, path, description or
glob. It must mean exactly one archive of the catalog; else the candidates are
shown. A whole id is taken even if the catalog does not know it.

An id may begin with a hyphen: write -- before it, so that it is not taken for
an option.

What it costs is shown first: a service bills a minimum stay (90 days in Amazon
Glacier) for what is deleted earlier. One archive takes a yes; of several the
number has to be typed. Without a terminal nobody can be asked, and --yes is
needed.

That an archive is about to be deleted is in the catalog before the vault is
asked. After an interruption the same command deletes what is left.`

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
	p.addPrices(cmd.Flags())
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
	chosen, err := p.chooseToDelete(ctx, c, v.URL(), refs)
	if err != nil || len(chosen) == 0 {
		return err
	}
	cost, err := p.costOfDeletion(v, chosen)
	switch {
	case err != nil:
		return err
	case !yes:
		err = p.approveDeletion(ctx, v.URL(), chosen, cost)
	case cost != "" && !p.quiet:
		p.ui.say("firn: %s", show(cost))
	}
	if err != nil {
		return err
	}
	for _, a := range chosen {
		if err := p.deleteOne(ctx, c, v, a); err != nil {
			return p.explainVault(err, vaultArg)
		}
	}
	return nil
}

// chooseToDelete finds the archives that a user means, each once. Those that are
// deleted already, as after the same command was interrupted, are told and left
// out.
func (p *program) chooseToDelete(ctx context.Context, c *catalog.Catalog, vaultURL string, refs []string) ([]record.Archive, error) {
	var chosen []record.Archive
	for _, ref := range refs {
		a, err := p.resolve(ctx, c, vaultURL, ref)
		switch {
		case errors.Is(err, vault.ErrNotFound):
			if told, failed := p.tellDeleted(ctx, c, vaultURL, ref); failed != nil || !told {
				return nil, errors.Join(err, failed)
			}
		case err != nil:
			return nil, err
		case !slices.ContainsFunc(chosen, func(b record.Archive) bool { return a.ID == b.ID }):
			chosen = append(chosen, a)
		}
	}
	return chosen, nil
}

// tellDeleted tells that archives of a name are deleted, if there are any.
func (p *program) tellDeleted(ctx context.Context, c *catalog.Catalog, vaultURL, ref string) (told bool, err error) {
	for a, err := range c.Archives(ctx, catalog.Filter{Vault: vaultURL, Glob: ref, State: record.Deleted}) {
		if err != nil {
			return told, err
		}
		told = true
		if err := p.tellDeletion(vaultURL, a.ID, "%s is deleted already"); err != nil {
			return told, err
		}
	}
	return told, nil
}

// costOfDeletion says what it costs to delete archives now; empty if nothing.
func (p *program) costOfDeletion(v *vaulturl.Vault, chosen []record.Archive) (string, error) {
	table, err := p.prices(v.URL(), v.Class)
	cost := earlyDeletion{table: table, now: p.now()}
	for _, a := range chosen {
		cost.add(a)
	}
	return cost.text(), err
}

func (p *program) approveDeletion(ctx context.Context, vaultURL string, chosen []record.Archive, cost string) error {
	objects := make([]string, len(chosen))
	for i, a := range chosen {
		objects[i] = archiveText(a)
	}
	question := fmt.Sprintf("delete %s from %s for ever?", humane.Count(len(chosen), "archive"), vaultURL)
	return p.approveRemoval(ctx, objects, cost, question)
}

// deleteOne deletes an archive in two steps: what the vault is asked is on record
// before it is asked, and that it has accepted, after. A run that dies in between
// leaves an archive of which the record says that it is being deleted, and that
// can be deleted again. In a bucket an id can have come to mean another object since
// it was chosen, as while a question stood: that one is not touched.
func (p *program) deleteOne(ctx context.Context, c *catalog.Catalog, v *vaulturl.Vault, a record.Archive) error {
	id, ids := a.ID, []vault.ArchiveID{a.ID}
	left, err := c.MarkDeleting(ctx, v.URL(), []record.Archive{a})
	switch {
	case err != nil:
		return err
	case len(left) > 0 && left[0].State == record.Deleted:
		return p.tellDeletion(v.URL(), id, "%s is deleted already")
	case len(left) > 0:
		return withHint(refusedError("the archive %q is not what it was when it was chosen; it was not deleted", id),
			"what it is now: "+shellCommand("firn", "list", v.URL()))
	}
	err = p.checkThere(ctx, v, a)
	if err == nil {
		err = p.retry(ctx, func(ctx context.Context) error { return v.DeleteArchive(ctx, id) })
	}
	after := context.WithoutCancel(ctx) // the vault has answered: that is written down whatever happens now
	switch {
	case errors.Is(err, errRefused), errors.Is(err, vault.ErrDenied), errors.Is(err, vault.ErrNotFound), errors.Is(err, vault.ErrInvalid):
		return errors.Join(err, c.MarkRefused(after, v.URL(), ids))
	case err != nil:
		return err // perhaps the vault has deleted it: nothing is taken back
	}
	if err := c.MarkDeleted(after, v.URL(), ids); err != nil {
		return err
	}
	return p.tellDeletion(v.URL(), id, "deleted %s")
}

// checkThere refuses to delete what another program has stored under the id of an
// archive, and no inventory has seen. It looks right before, where the vault tells at
// once and it is on record what the vault calls these bytes. That the archive differs
// was shown to whoever chose it.
func (p *program) checkThere(ctx context.Context, v *vaulturl.Vault, a record.Archive) error {
	if a.ETag == "" || a.State == record.Differing {
		return nil
	}
	var found vault.Archive
	err := p.retry(ctx, func(ctx context.Context) (err error) {
		found, err = v.Look(ctx, a.ID)
		return err
	})
	switch {
	case errors.Is(err, vault.ErrNotFound), errors.Is(err, vault.ErrDenied), errors.Is(err, vault.ErrInvalid):
		return nil // nothing is there, or it may not be looked at
	case err != nil:
		return err
	case found.ETag == "" || found.ETag == a.ETag:
		return nil
	}
	return withHint(refusedError("under %q stands another object by now, of %s, stored %s; it was not deleted",
		a.ID, humane.Bytes(found.Size), humane.Time(found.Created)),
		"to have it on record: "+shellCommand("firn", "inventory", v.URL()))
}

func (p *program) tellDeletion(vaultURL string, id vault.ArchiveID, format string) error {
	if p.json {
		return p.out.object(deletedObject{"deleted", vaultURL, id})
	}
	if !p.quiet {
		p.ui.say("firn: "+format, show(string(id)))
	}
	return nil
}
