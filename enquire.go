package firn

import (
	"context"
	"errors"
	"fmt"

	"firn/internal/transfer"
	"firn/record"
	"firn/vault"
)

// enquire asks a vault for what it tells at once of an archive, for the price of a
// request or two: the size, the hashes and the time that the record may lack. What is
// known of the archive must be so of what the vault has under its id. The error of a
// vault that tells of archives by jobs only, or by its lists, wraps vault.ErrInvalid.
func enquire(ctx context.Context, v any, a record.Archive, retry transfer.Retry) (told vault.Archive, err error) {
	err = retry.Do(ctx, func(ctx context.Context) (err error) {
		told, err = lookClosely(ctx, v, a.ID)
		return err
	})
	if err == nil && (hasOtherHash(a, told) || a.Size >= 0 && isAnother(a, told)) {
		err = fmt.Errorf("the vault has another archive under that id by now: %w", vault.ErrNotFound)
	}
	if err != nil {
		return vault.Archive{}, fmt.Errorf("look at archive %s: %w", quoteID(a.ID), err)
	}
	return told, nil
}

func lookClosely(ctx context.Context, v any, id vault.ArchiveID) (vault.Archive, error) {
	if l, ok := v.(vault.CloseLooker); ok {
		told, err := l.LookClosely(ctx, id)
		if !errors.Is(err, vault.ErrInvalid) {
			return told, err
		}
	}
	if l, ok := v.(vault.Looker); ok {
		return l.Look(ctx, id)
	}
	return vault.Archive{}, fmt.Errorf("the vault tells of archives by jobs only: %w", vault.ErrInvalid)
}
