package uploads

import (
	"cmp"
	"context"
	"errors"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/reconcile"
	"firn/vault"
	"firn/vault/vaulturl"
)

// meetVault checks whether the vault has archives that the catalog does not know, because the
// catalog was lost or is another one. Without a warning, files would be stored again. If the
// vault is a directory, meetVault reads its inventory, which is quick. For another vault an
// inventory takes hours or has no tree hashes, so meetVault warns before anything is sent. It
// warns once, since afterwards the catalog knows an archive.
func (s *uploadSession) meetVault(ctx context.Context) error {
	known, err := s.catalog.Knows(ctx, s.vault.URL())
	if err != nil || known || s.options.again {
		return err
	}
	has := false
	err = s.program.RetryWithin(ctx, min(cli.Patience, cmp.Or(s.options.retryFor, cli.Patience)), func(ctx context.Context) (err error) {
		has, err = s.vault.HasArchives(ctx)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, vault.ErrUnanswered), errors.Is(err, vault.ErrCredentials): // the upload would fail alike
		return cli.WithHint(err, cli.OnceMended(err)+s.program.ResumeHint(""))
	case errors.Is(err, vault.ErrDenied): // without permission to list archives, uploads may still be permitted
		s.program.UI.Say("firn: warning: the catalog knows nothing of this vault, and firn may not check whether it is empty; if it is not, read its inventory first")
		return nil
	case err != nil && !errors.Is(err, vault.ErrNotFound):
		s.warnUnknown("and firn could not check whether it is empty: " + term.ErrorText(err))
		return nil
	case !has: // or the vault does not exist
		return nil
	}
	ref, err := vaulturl.Parse(s.vault.URL())
	if err == nil && ref.Kind == vaulturl.Directory {
		s.program.Notice("the catalog knows nothing of this vault, which is not empty; reading its inventory")
		_, err = reconcile.Inventory(ctx, s.program.Depot(s.vault, s.catalog, 0), reconcile.Options{})
		if err == nil || ctx.Err() != nil {
			return err
		}
		s.program.UI.Say("firn: warning: the inventory could not be read: %s", term.ErrorText(err))
	}
	s.warnUnknown("which is not empty")
	return nil
}

// warnUnknown warns that the catalog knows nothing of the vault, with a hint.
func (s *uploadSession) warnUnknown(state string) {
	again := "a file that is already stored will be stored again"
	if s.vault.Limits().Names {
		again = "a file that is already stored is refused under its name, and stored again under another one"
	}
	s.program.UI.Say("firn: warning: the catalog knows nothing of this vault, %s; until its inventory is read, %s", state, again)
	s.program.UI.Say("hint: read it with: %s", term.ShellCommand("firn", "inventory", s.vaultArg))
}
