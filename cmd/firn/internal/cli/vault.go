package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/pflag"

	"firn"
	"firn/catalog"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/vault"
	"firn/vault/vaulturl"
)

// ExplainOpen is [Program.ExplainVault] for a vault that could not be opened. An invalid URL is
// a usage error.
func (p *Program) ExplainOpen(err error, vaultArg string) error {
	_, isCatalog := errors.AsType[*firn.CatalogError](err)
	if isCatalog {
		return err
	}
	return p.ExplainVault(URLError(err), vaultArg)
}

// URLError returns an error of opening a URL. An invalid one is a usage error, and so is the URL
// of a vault that lacks what the command is about.
func URLError(err error) error {
	if errors.Is(err, vault.ErrInvalid) {
		return InClass(err, ErrUsage)
	}
	return err
}

// ExplainVault adds hints to the error of a vault that does not exist: how to create it, and how
// to list the others. To that of a name that may mean a directory it adds the directory.
func (p *Program) ExplainVault(err error, vaultArg string) error {
	if errors.Is(err, vault.ErrInvalid) {
		return WithHint(err, p.DirectoryHint(vaultArg)...)
	}
	if errors.Is(err, vault.ErrNotFound) && !vaulturl.IsBucket(vaultArg) { // firn does not create buckets
		err = WithHint(err, append(p.DirectoryHint(vaultArg),
			"if there is no such vault yet: "+term.ShellCommand("firn", "vault", "create", vaultArg))...)
		if ref, parseErr := vaulturl.Parse(vaultArg); parseErr == nil && ref.Kind == vaulturl.Glacier {
			err = WithHint(err, "the vaults of this account and region: "+term.ShellCommand("firn", "vault", "list", vaultArg))
		}
		return err
	}
	return err
}

// WithVault opens the catalog and a vault, calls do, and closes both. connections is the number
// of concurrent requests to the vault; 0 is the default of the vault.
func (p *Program) WithVault(
	ctx context.Context, vaultArg string, connections int, do func(*catalog.Catalog, *vaulturl.Vault) error,
) (err error) {
	if p.keepDays < 0 {
		return UsageError("--keep-days must be at least 1")
	}
	if err := p.NeedCatalog(); err != nil {
		return err
	}
	p.Contact(vaultArg)
	d, err := firn.Open(ctx, vaultArg, firn.Options{
		Catalog: p.CatalogPath, Connections: connections, KeepDays: p.keepDays, OnDamage: p.Damaged, Notice: p.Notice, Now: p.Now,
	})
	if err != nil {
		return p.ExplainOpen(err, vaultArg)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return do(d.Catalog, d.At)
}

// Contact shows on a terminal that firn waits for a vault, until something else is shown.
func (p *Program) Contact(vaultArg string) {
	if ref, err := vaulturl.Parse(vaultArg); err == nil && ref.Kind != vaulturl.Directory && !p.Quiet {
		if vaultArg == "glacier://" {
			vaultArg = "Amazon Glacier"
		}
		p.UI.Begin("contacting " + term.Show(vaultArg))
	}
}

// Depot returns the value that the verbs of the library work on. v may be nil for a verb that
// needs only the catalog, and c for a verb that needs only the vault. With patience 0 the
// library's default applies.
func (p *Program) Depot(v vault.Vault, c *catalog.Catalog, patience time.Duration) depot.Depot {
	d := depot.Depot{Vault: v, Patience: patience, Notice: p.Notice, Now: p.Now}
	if c != nil {
		d.Journal = c
	}
	return d
}

// CanonicalURL returns the URL of a vault in the catalog. It sends no request to the vault.
func (p *Program) CanonicalURL(ctx context.Context, raw string) (string, error) {
	place, err := vaulturl.OpenPlace(ctx, raw)
	if err != nil {
		return "", WithHint(URLError(err), p.DirectoryHint(raw)...)
	}
	return place.URL(place.Name), place.Close()
}

// AddKeepDays adds the option --keep-days to a command that restores objects.
func (p *Program) AddKeepDays(f *pflag.FlagSet) {
	f.IntVar(&p.keepDays, "keep-days", 0, "keep restored copies in a bucket for `N` days (default: keep-days of the URL, or 3)")
}
