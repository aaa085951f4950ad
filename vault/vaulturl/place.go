package vaulturl

import (
	"context"
	"iter"
	"path/filepath"

	"firn/vault"
)

// Admin administers the vaults of an account in a region, or of a directory.
type Admin interface {
	// CreateVault creates an empty vault. It succeeds and changes nothing if the vault
	// exists.
	CreateVault(ctx context.Context, name string) error
	// DeleteVault removes an empty vault. ErrInvalid: it is not empty or, in Glacier, was
	// not empty when it last counted its archives.
	DeleteVault(ctx context.Context, name string) error
	// DescribeVault describes one vault, which may be in use. ErrNotFound: it does not
	// exist.
	DescribeVault(ctx context.Context, name string) (vault.Info, error)
	// Vaults lists the vaults in the order of their names' bytes, beginning with the first
	// name that is not less than from. The sequence ends after an error.
	Vaults(ctx context.Context, from string) iter.Seq2[vault.Info, error]
}

// Place is the account or directory that contains the vault of a URL, for administration.
// The caller closes it.
type Place struct {
	Admin

	// Name is the name of the URL's vault. It may be empty after [OpenRoot].
	Name string
	// Class is the storage class of new archives in a bucket, by its name in S3; empty
	// elsewhere.
	Class string
	// OnDamage is called for damage in a directory that did not stop a call, and for files
	// that could not be cleaned up; see dirvault.Options. The caller sets it before the
	// first call; nil is allowed.
	OnDamage func(error)

	url   func(name string) string
	close func() error
}

// URL returns the canonical URL of the vault with this name.
func (p *Place) URL(name string) string { return p.url(name) }

// Close releases the resources of the place.
func (p *Place) Close() error { return p.close() }

// OpenPlace opens the account or directory that contains the vault of raw. The vault itself
// need not exist.
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

// OpenRoot opens the account of raw, whatever vault it names, or the directory of vaults
// that raw names. Use it to list vaults.
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
