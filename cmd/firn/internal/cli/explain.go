package cli

import (
	"errors"

	"firn"
	"firn/cmd/firn/internal/term"
	"firn/vault"
)

// ExplainOpen is explainVault for a vault that could not be opened: what is wrong
// with its URL is wrong with the command line.
func (p *Program) ExplainOpen(err error, vaultArg string) error {
	_, isCatalog := errors.AsType[*firn.CatalogError](err)
	switch {
	case isCatalog:
		return err
	case errors.Is(err, vault.ErrInvalid):
		return InClass(err, ErrUsage)
	}
	return p.ExplainVault(err, vaultArg)
}

// ExplainVault adds how to create a vault that is not there.
func (p *Program) ExplainVault(err error, vaultArg string) error {
	if errors.Is(err, vault.ErrNotFound) && !IsBucket(vaultArg) { // which firn does not make
		return WithHint(err, "if there is no such vault yet: "+term.ShellCommand("firn", "vault", "create", vaultArg))
	}
	return err
}
