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

// meetVault makes sure that nothing is stored a second time without a word because
// the catalog does not know what the vault holds: it was lost, or it is another one.
// A directory tells at once, so its inventory is read. Elsewhere that takes hours, or
// tells no tree hashes, so it is left to the user, who is told before anything is
// sent; once, since the catalog knows an archive afterwards.
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
	case errors.Is(err, vault.ErrUnanswered):
		return cli.WithHint(err, s.program.ResumeHint(""))
	case errors.Is(err, vault.ErrDenied): // whoever may not ask may still store
		s.program.UI.Say("firn: warning: the catalog knows nothing of this vault, and whether it is empty may not be looked at; if it is not, read its inventory first")
		return nil
	case err != nil && !errors.Is(err, vault.ErrNotFound):
		s.warnUnknown("and whether it is empty could not be looked at: " + term.ErrorText(err))
		return nil
	case !has: // nor is there such a vault, perhaps
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

// warnUnknown says what it means that the catalog knows nothing of the vault, and what
// mends that.
func (s *uploadSession) warnUnknown(state string) {
	again := "a file that was stored before is stored again"
	if s.vault.Limits().Names {
		again = "a file that was stored before is refused under its name; under another name it is stored again, then as well"
	}
	s.program.UI.Say("firn: warning: the catalog knows nothing of this vault, %s; until its inventory is read, %s", state, again)
	s.program.UI.Say("hint: read it with: %s", term.ShellCommand("firn", "inventory", s.vaultArg))
}
