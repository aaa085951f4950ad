package vaulturl

import (
	"context"
	"iter"
	"path/filepath"

	"firn/vault"
)

// Admin is a place that vaults are in: an account in a region, or a directory.
type Admin interface {
	// CreateVault makes an empty vault. One that is there already stays as it
	// is, which is no error.
	CreateVault(ctx context.Context, name string) error
	// DeleteVault removes an empty vault. ErrInvalid: it is not empty or, in
	// Glacier, was not when it last counted its archives.
	DeleteVault(ctx context.Context, name string) error
	// DescribeVault tells about one vault. ErrNotFound: there is none. The
	// vault may be in use.
	DescribeVault(ctx context.Context, name string) (vault.Info, error)
	// Vaults lists the vaults in the order of their names' bytes, beginning with
	// the first that is not before from. The sequence ends after an error.
	Vaults(ctx context.Context, from string) iter.Seq2[vault.Info, error]
}

// Place is where the vault of a URL is, for administration. The caller closes
// it.
type Place struct {
	Admin

	// Name is the vault that the URL names. It may be empty after [OpenRoot].
	Name string
	// Class is the storage class of what is stored in a bucket, as S3 calls it; empty
	// elsewhere.
	Class string
	// OnDamage is told of what is damaged in a directory, so that an act went on
	// without it, and of what cannot be cleaned up there; see dirvault.Options. The caller sets it before the first
	// call; nil means that nobody is told.
	OnDamage func(error)

	url   func(name string) string
	close func() error
}

// URL returns the canonical URL of the place's vault of that name.
func (p *Place) URL(name string) string { return p.url(name) }

// Close frees what the place holds.
func (p *Place) Close() error { return p.close() }

// OpenPlace opens the place that the vault of raw is in: the account, or the
// directory above. The vault itself need not exist.
func OpenPlace(ctx context.Context, raw string) (*Place, error) {
	ref, err := Parse(raw)
	if err != nil {
		return nil, err
	}
	if ref.Kind == Directory {
		path, err := ref.absolute()
		if err != nil {
			return nil, err
		}
		if filepath.Dir(path) == path {
			return nil, invalid(raw, "the root of a file system is no vault")
		}
		return openFolder(filepath.Dir(path), filepath.Base(path)), nil
	}
	if ref.Kind == S3 {
		return openBucketPlace(ctx, ref)
	}
	if ref.Name == "" {
		return nil, invalid(raw, "it names no vault; write glacier://NAME?region=REGION")
	}
	return openAccountPlace(ctx, ref)
}

// OpenRoot opens the place that raw itself is: an account, whatever vault raw
// names, or a directory that holds vaults. It is what listing vaults takes.
func OpenRoot(ctx context.Context, raw string) (*Place, error) {
	ref, err := Parse(raw)
	if err != nil {
		return nil, err
	}
	if ref.Kind == Directory {
		path, err := ref.absolute()
		if err != nil {
			return nil, err
		}
		return openFolder(path, ""), nil
	}
	if ref.Kind == S3 {
		return openBucketPlace(ctx, ref)
	}
	return openAccountPlace(ctx, ref)
}

func openAccountPlace(ctx context.Context, ref Ref) (*Place, error) {
	account, err := openAccount(ctx, ref, Options{})
	if err != nil {
		return nil, err
	}
	return &Place{Admin: account, Name: ref.Name, url: account.URL, close: account.Close}, nil
}
