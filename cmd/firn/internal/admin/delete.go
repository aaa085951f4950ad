package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/resolve"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

const deleteLong = `Delete archives from a vault, after asking. This cannot be undone.

firn first shows what the deletion costs: a service bills a minimum storage time
(90 days in Amazon Glacier) for archives that are deleted earlier. For one
archive you answer yes; for several you type their number. If standard input is
not a terminal, --yes is required.

Each ARCHIVE must match exactly one archive. After an interruption, the same
command deletes the remaining archives.`

const deleteExample = `  firn delete image-backups june.tar
  firn delete image-backups june.tar --dry-run
  firn delete image-backups --yes -- -VUS7mqD8ofkUKI0`

// NewDelete returns the command firn delete.
func NewDelete(p *cli.Program) *cobra.Command {
	yes, dryRun := false, false
	cmd := &cobra.Command{
		Use:     "delete VAULT ARCHIVE...",
		Aliases: []string{"rm"},
		Short:   "Delete archives from a vault",
		Long:    deleteLong,
		Example: deleteExample,
		Args:    cli.Takes(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if dryRun {
				return planDelete(ctx, p, args[0], args[1:])
			}
			return p.WithVault(ctx, args[0], 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
				return runDelete(ctx, p, c, v, args[0], args[1:], yes)
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask for confirmation")
	cli.AddDryRun(cmd.Flags(), &dryRun)
	p.AddPrices(cmd.Flags())
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusIncomplete, cli.StatusDenied, cli.StatusLocked,
		cli.StatusDamaged, cli.StatusRefused, cli.StatusInterrupted)
}

// deletedObject is a deleted archive on standard output.
type deletedObject struct {
	MessageType string          `json:"message_type"`
	Vault       string          `json:"vault"`
	ArchiveID   vault.ArchiveID `json:"archive_id"`
}

func runDelete(
	ctx context.Context, p *cli.Program, c *catalog.Catalog, v *vaulturl.Vault, vaultArg string, refs []string, yes bool,
) error {
	chosen, err := chooseToDelete(ctx, p, c, v.URL(), refs)
	if err != nil || len(chosen) == 0 {
		return err
	}
	cost, err := costOfDeletion(p, v, chosen)
	switch {
	case err != nil:
		return err
	case !yes:
		err = approveDeletion(ctx, p, v.URL(), chosen, cost)
	case cost != "" && !p.Quiet:
		p.UI.Say("firn: %s", term.Show(cost))
	}
	if err != nil {
		return err
	}
	for _, a := range chosen {
		if err := deleteOne(ctx, p, c, v, a); err != nil {
			return p.ExplainVault(err, vaultArg)
		}
	}
	return nil
}

// planDelete prints which archives would be deleted, and the cost.
func planDelete(ctx context.Context, p *cli.Program, vaultArg string, refs []string) error {
	return planDeletion(ctx, p, vaultArg, false, func(c *catalog.Catalog, url string, add func(record.Archive)) error {
		chosen, err := chooseToDelete(ctx, p, c, url, refs)
		for _, a := range chosen {
			if !p.JSON {
				p.Out.Line("%s", term.Show(cli.ArchiveText(a)))
			}
			add(a)
		}
		return err
	})
}

// chooseToDelete finds the archives that a user means, each once. It reports archives that are
// deleted already, such as after an interruption, and leaves them out.
func chooseToDelete(ctx context.Context, p *cli.Program, c *catalog.Catalog, vaultURL string, refs []string) ([]record.Archive, error) {
	var chosen []record.Archive
	for _, ref := range refs {
		a, err := resolve.One(ctx, p, c, vaultURL, ref)
		switch {
		case errors.Is(err, vault.ErrNotFound):
			if told, failed := tellDeleted(ctx, p, c, vaultURL, ref); failed != nil || !told {
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

// tellDeleted reports the deleted archives of a name. told is false if there are none.
func tellDeleted(ctx context.Context, p *cli.Program, c *catalog.Catalog, vaultURL, ref string) (told bool, err error) {
	for a, err := range c.Archives(ctx, catalog.Filter{Vault: vaultURL, Glob: ref, State: record.Deleted}) {
		if err != nil {
			return told, err
		}
		told = true
		if err := tellDeletion(p, vaultURL, a.ID, "%s is already deleted"); err != nil {
			return told, err
		}
	}
	return told, nil
}

// costOfDeletion returns text about the cost of deleting archives now. It is empty if there is
// none.
func costOfDeletion(p *cli.Program, v *vaulturl.Vault, chosen []record.Archive) (string, error) {
	table, err := p.Prices(v.URL(), v.Class)
	cost := earlyDeletion{table: table, now: p.Now()}
	for _, a := range chosen {
		cost.add(a)
	}
	return cost.text(), err
}

func approveDeletion(ctx context.Context, p *cli.Program, vaultURL string, chosen []record.Archive, cost string) error {
	objects := make([]string, len(chosen))
	for i, a := range chosen {
		objects[i] = cli.ArchiveText(a)
	}
	question := fmt.Sprintf("delete %s from %s permanently?", humane.Count(len(chosen), "archive"), vaultURL)
	return p.ApproveRemoval(ctx, objects, cost, question)
}

// deleteOne records that an archive is being deleted, asks the vault to delete it, and records
// that it is deleted. A run that dies in between leaves the archive in the state "deleting",
// and it can be deleted again. In a bucket, another object may have got the id since the user
// chose the archive, for example during the question; deleteOne does not delete that object.
func deleteOne(ctx context.Context, p *cli.Program, c *catalog.Catalog, v *vaulturl.Vault, a record.Archive) error {
	id, ids := a.ID, []vault.ArchiveID{a.ID}
	left, err := c.MarkDeleting(ctx, v.URL(), []record.Archive{a})
	switch {
	case err != nil:
		return err
	case len(left) > 0 && left[0].State == record.Deleted:
		return tellDeletion(p, v.URL(), id, "%s is already deleted")
	case len(left) > 0:
		return cli.WithHint(cli.RefusedError("the archive %q has changed since it was chosen; it was not deleted", id),
			"to see what it is now: "+term.ShellCommand("firn", "list", v.URL()))
	}
	err = checkThere(ctx, p, v, a)
	if err == nil {
		err = p.Retry(ctx, func(ctx context.Context) error { return v.DeleteArchive(ctx, id) })
	}
	after := context.WithoutCancel(ctx) // the vault has answered, and the answer goes on record even after an interruption
	switch {
	case errors.Is(err, cli.ErrRefused), errors.Is(err, vault.ErrDenied), errors.Is(err, vault.ErrNotFound), errors.Is(err, vault.ErrInvalid):
		return errors.Join(err, c.MarkRefused(after, v.URL(), ids))
	case err != nil:
		return err // the vault may have deleted it, so the state stays
	}
	if err := c.MarkDeleted(after, v.URL(), ids); err != nil {
		return err
	}
	return tellDeletion(p, v.URL(), id, "deleted %s")
}

// checkThere refuses to delete an object that another program has stored under the id of an
// archive and that no inventory has listed yet. It asks the vault right before the deletion, if
// the record has the ETag of the archive. It does not check an archive in the state
// "differing", because the user has chosen it with that state in view.
func checkThere(ctx context.Context, p *cli.Program, v *vaulturl.Vault, a record.Archive) error {
	if a.ETag == "" || a.State == record.Differing {
		return nil
	}
	var found vault.Archive
	err := p.Retry(ctx, func(ctx context.Context) (err error) {
		found, err = v.Look(ctx, a.ID)
		return err
	})
	switch {
	case errors.Is(err, vault.ErrNotFound), errors.Is(err, vault.ErrDenied), errors.Is(err, vault.ErrInvalid):
		return nil // there is no object, or reading it is not permitted
	case err != nil:
		return err
	case found.ETag == "" || found.ETag == a.ETag:
		return nil
	}
	return cli.WithHint(cli.RefusedError("under %q there is now another object, of %s, stored %s; it was not deleted",
		a.ID, humane.Bytes(found.Size), humane.Time(found.Created)),
		"to record it: "+term.ShellCommand("firn", "inventory", v.URL()))
}

func tellDeletion(p *cli.Program, vaultURL string, id vault.ArchiveID, format string) error {
	if p.JSON {
		return p.Out.Object(deletedObject{"deleted", vaultURL, id})
	}
	if !p.Quiet {
		p.UI.Say("firn: "+format, term.Show(string(id)))
	}
	return nil
}
