package backups

import (
	"context"
	"fmt"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/keyring"
	"firn/depot"
)

// checkEncryption makes sure that encrypted files can be read again, and that nobody forgets to
// encrypt.
func (s *backupSession) checkEncryption(ctx context.Context, d depot.Depot) error {
	if len(s.keys) > 0 {
		return keyring.Insist(ctx, s.program, s.catalog, d, s.vault.URL(), s.keys, s.options.keyElsewhere)
	}
	isFirst, isEncrypted, err := s.earlier(ctx)
	switch {
	case err != nil:
		return err
	case isFirst:
		s.program.Notice("the packs are not encrypted: whoever can read the vault can read the files (--recipient encrypts)")
	case isEncrypted && !s.options.yes:
		question := fmt.Sprintf("the last packs of %s are encrypted; store these without encryption?", s.program.VaultTitle(ctx, s.vault.URL()))
		return cli.WithHint(s.program.Confirm(ctx, question), "to encrypt: "+s.program.TypedWith("--recipient", "KEY"))
	}
	return nil
}

// earlier reports whether the vault has no packs on record, and whether the last one is
// encrypted.
func (s *backupSession) earlier(ctx context.Context) (isFirst, isEncrypted bool, err error) {
	isFirst = true
	book := s.catalog.Backups()
	snapshots, err := snapshotsOf(ctx, book, s.vault.URL(), selection{})
	for i := len(snapshots) - 1; i >= 0 && isFirst && err == nil; i-- {
		for pack, packErr := range book.Packs(ctx, snapshots[i].Key) {
			if err = packErr; err != nil {
				break
			}
			isFirst, isEncrypted = false, len(pack.Header) > 0
		}
	}
	return isFirst, isEncrypted, err
}
