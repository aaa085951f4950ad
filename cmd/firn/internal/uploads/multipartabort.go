package uploads

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
	"firn/record"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulturl"
)

const multipartAbortLong = `Abort unfinished uploads and delete the parts that the vault has of them, after
asking. This never deletes an archive.

UPLOAD_ID is an id that "firn multipart list" prints, or its beginning. With
--older-than firn aborts all unfinished uploads of the vault that are older than
TIME, such as 7d. firn does not abort an upload that another process is working
on.`

const multipartAbortExample = `  firn multipart abort image-backups OW2fM5iVylEpFEMM
  firn multipart abort image-backups --older-than 7d --dry-run
  firn multipart abort image-backups --yes -- -Qd5hp9gVzGKBHmL`

// abortOptions are the options of firn multipart abort.
type abortOptions struct {
	yes       bool
	dryRun    bool
	olderThan cli.TimeFlag
}

func newMultipartAbort(p *cli.Program) *cobra.Command {
	var o abortOptions
	cmd := &cobra.Command{
		Use:     "abort VAULT {UPLOAD_ID... | --older-than TIME}",
		Short:   "Abort unfinished uploads",
		Long:    multipartAbortLong,
		Example: multipartAbortExample,
		Args:    cli.Takes(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if !o.olderThan.Given() && len(args) == 1 {
				return cli.WithHint(cli.UsageError("name the unfinished uploads: by UPLOAD_ID, or by --older-than TIME"), cli.HelpHint(cmd))
			}
			if o.olderThan.Given() && len(args) > 1 {
				return cli.WithHint(cli.UsageError("name unfinished uploads by UPLOAD_ID or by --older-than, not by both"), cli.HelpHint(cmd))
			}
			return p.WithVault(ctx, args[0], 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
				return multipartAbort(ctx, p, c, v, args[0], args[1:], o)
			})
		},
	}
	cmd.Flags().BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	cli.AddDryRun(cmd.Flags(), &o.dryRun)
	cmd.Flags().Var(&o.olderThan, "older-than", "abort all that began before `TIME`, such as 7d or 2026-06-01")
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusIncomplete, cli.StatusDenied, cli.StatusLocked,
		cli.StatusDamaged, cli.StatusRefused, cli.StatusInterrupted)
}

// abortedObject is a removed upload on standard output.
type abortedObject struct {
	MessageType string         `json:"message_type"`
	Vault       string         `json:"vault"`
	UploadID    vault.UploadID `json:"upload_id"`
}

func multipartAbort(
	ctx context.Context, p *cli.Program, c *catalog.Catalog, v *vaulturl.Vault, vaultArg string, refs []string, o abortOptions,
) error {
	there, gone, err := openUploads(ctx, p, v, c)
	if err != nil {
		return p.ExplainVault(err, vaultArg)
	}
	there = append(there, gone...) // abort settles their records
	chosen, err := o.choose(p, there, v, refs)
	if err != nil || len(chosen) == 0 {
		return err
	}
	if o.dryRun {
		return planAbort(p, v.URL(), chosen)
	}
	if !o.yes {
		objects := make([]string, len(chosen))
		for i, u := range chosen {
			objects[i] = u.text()
		}
		question := fmt.Sprintf("abort %s and remove its parts from %s?", humane.Count(len(chosen), "unfinished upload"), v.URL())
		if err := p.ApproveRemoval(ctx, objects, "", question); err != nil {
			return err
		}
	}
	for _, u := range chosen {
		err := abortOne(ctx, p, c, v, u)
		if errors.Is(err, vault.ErrLocked) && o.olderThan.Given() {
			p.Notice(fmt.Sprintf("the unfinished upload %s is left alone, because another process is working on it", cli.ShortID(string(u.ID))))
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// text describes an upload on one line.
func (u openUpload) text() string {
	return fmt.Sprintf("%s  begun %s  %q", cli.ShortID(string(u.ID)), humane.Time(u.Created), cmp.Or(u.Description, u.Name))
}

// planAbort prints the uploads that would be aborted.
func planAbort(p *cli.Program, vaultURL string, chosen []openUpload) error {
	for _, u := range chosen {
		if !p.JSON {
			p.Out.Line("would abort %s", term.Show(u.text()))
		} else if err := p.Out.Object(abortedObject{"abort_plan", vaultURL, u.ID}); err != nil {
			return err
		}
	}
	return p.Out.Failed()
}

// choose returns the uploads to remove.
func (o *abortOptions) choose(p *cli.Program, there []openUpload, v *vaulturl.Vault, refs []string) (chosen []openUpload, err error) {
	before := o.olderThan.At(p.Now())
	for _, u := range there {
		if o.olderThan.Given() && !u.Created.IsZero() && u.Created.Before(before) {
			chosen = append(chosen, u)
		}
	}
	if o.olderThan.Given() && len(chosen) == 0 {
		p.Notice("the vault has no unfinished upload that began before " + humane.Time(before))
	}
	for _, ref := range refs {
		u, err := chooseUpload(there, v, ref)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, u)
	}
	return chosen, nil
}

// abortOne aborts an upload and records that. Another process may have continued the upload
// since it was shown, so abortOne reads its record again, under its lock: nobody can continue
// it now.
func abortOne(ctx context.Context, p *cli.Program, c *catalog.Catalog, v *vaulturl.Vault, u openUpload) (err error) {
	now, unlock, err := lockRecorded(ctx, c, v, u.ID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if now != nil {
		u.ID = now.ID
	}
	if now == nil || now.State == record.Completing || now.State == record.Unknown {
		if err := checkOpen(ctx, p, c, v, u.ID, now); err != nil {
			return err
		}
	}
	if now != nil && now.State == record.Completed {
		return cli.WithHint(cli.RefusedError("the upload %q was completed meanwhile, as archive %q; nothing was removed", u.ID, now.ArchiveID),
			"to delete the archive: "+term.ShellCommand("firn", "delete", v.URL(), "--", string(now.ArchiveID)))
	}
	err = p.Retry(ctx, func(ctx context.Context) error { return v.AbortUpload(ctx, u.ID) })
	if err != nil {
		return err
	}
	if now != nil {
		now.State = record.Aborted
		after := context.WithoutCancel(ctx) // the vault has removed it, so this goes on record even after an interruption
		if err := errors.Join(c.SaveUpload(after, now), c.DropParts(after, now.Key)); err != nil {
			return err
		}
	}
	if p.JSON {
		return p.Out.Object(abortedObject{"aborted", v.URL(), u.ID})
	}
	if !p.Quiet {
		p.UI.Say("firn: aborted the unfinished upload %s", term.Show(string(u.ID)))
	}
	return nil
}

// lockRecorded returns the record of an upload, or nil if there is none. Nobody else can continue
// the upload until unlock is called.
func lockRecorded(
	ctx context.Context, c *catalog.Catalog, v *vaulturl.Vault, id vault.UploadID,
) (now *record.Upload, unlock func() error, err error) {
	for {
		was, err := upload.RecordOf(ctx, depot.Depot{Vault: v, Journal: c}, id)
		if errors.Is(err, vault.ErrNotFound) {
			return nil, func() error { return nil }, nil
		}
		if err != nil {
			return nil, nil, err
		}
		unlock, err := c.LockUpload(ctx, v.URL(), was.Source.Path, was.Description)
		if err != nil {
			return nil, nil, err
		}
		is, err := c.UploadByID(ctx, v.URL(), was.ID)
		if err == nil && is.Key == was.Key && is.Source.Path == was.Source.Path && is.Description == was.Description {
			return &is, unlock, nil
		}
		if err = errors.Join(err, unlock()); err != nil { // otherwise another file has taken the upload over: try again
			return nil, nil, err
		}
	}
}

// checkOpen checks that an upload is unfinished at the vault: only the vault knows this of an
// upload that is not on record, or that it was asked to complete. Such an upload is not an
// archive, so checkOpen sets the record now, unless it is nil, to open.
func checkOpen(ctx context.Context, p *cli.Program, c *catalog.Catalog, v *vaulturl.Vault, id vault.UploadID, now *record.Upload) error {
	err := p.Retry(ctx, func(ctx context.Context) error {
		_, err := v.FindUpload(ctx, id)
		if errors.Is(err, vault.ErrNotFound) {
			err = vault.Errorf(vault.ErrNotFound, "the vault %q no longer has the unfinished upload %q; nothing was removed", v.URL(), id)
		}
		return err
	})
	switch {
	case err == nil && now != nil:
		now.State = record.Completing // the state unknown cannot change to open directly
		if err := c.SaveUpload(ctx, now); err != nil {
			return err
		}
		now.State = record.Open
		return c.SaveUpload(ctx, now)
	case errors.Is(err, vault.ErrNotFound) && now != nil:
		return cli.WithHint(fmt.Errorf("%w: %w", upload.ErrUnknown, err), "to list what the vault has: "+term.ShellCommand("firn", "inventory", v.URL()))
	case errors.Is(err, vault.ErrNotFound):
		return cli.WithHint(err, "to list what it has: "+term.ShellCommand("firn", "multipart", "list", v.URL()))
	}
	return err
}
