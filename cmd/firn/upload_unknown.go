package main

import (
	"cmp"
	"context"
	"errors"

	"firn"
	"firn/vault"
	"firn/vaulturl"
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
	err = s.retryWithin(ctx, min(patience, cmp.Or(s.options.retryFor, patience)), func(ctx context.Context) (err error) {
		has, err = s.vault.HasArchives(ctx)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, vault.ErrUnanswered):
		return withHint(err, s.resumeHint(""))
	case err != nil || !has:
		return nil // who may not ask may store, and will hear of what else is wrong
	}
	ref, err := vaulturl.Parse(s.vault.URL())
	if err == nil && ref.Kind == vaulturl.Directory {
		s.notice("the catalog knows nothing of this vault, which is not empty; reading its inventory")
		_, err = firn.Inventory(context.WithoutCancel(ctx), s.vault, firn.InventoryOptions{
			Journal: s.catalog, Drain: ctx.Done(), Notice: s.notice, Now: s.now,
		})
		if err == nil || ctx.Err() != nil {
			return err
		}
		s.ui.say("firn: warning: the inventory could not be read: %s", errorText(err))
	}
	again := "a file that was stored before is stored again"
	if ref.Kind == vaulturl.S3 { // a name that is taken is refused
		again = "a file that was stored before under another name is stored again"
	}
	s.ui.say("firn: warning: the catalog knows nothing of this vault, which is not empty; until its inventory is read, %s", again)
	s.ui.say("hint: read it with: %s", shellCommand("firn", "inventory", s.vaultArg))
	return nil
}
