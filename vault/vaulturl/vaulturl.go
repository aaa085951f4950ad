// Package vaulturl opens a vault from its URL. It is the one place that knows
// every kind of vault.
//
//	image-backups                              an Amazon Glacier vault, with the AWS defaults
//	glacier://image-backups?region=us-west-2   the same, saying where
//	arn:aws:glacier:REGION:ACCOUNT:vaults/NAME the same, as the service shows it
//	s3://bucket/prefix?class=DEEP_ARCHIVE      a bucket, or a part of it, in a cold class of S3
//	/srv/cold/image-backups                    a directory
//	file:///srv/cold/image-backups             the same
//
// A glacier URL may also hold profile, account and endpoint, one of S3 profile,
// region, endpoint, keep-days, addressing, lacks and max-parts; see s3vault.Config. Credentials
// are never part of a URL; the AWS configuration has them.
//
// A path is what begins with "/", "./" or "../" (on Windows also with a drive or
// a backslash). Each vault has one canonical URL, under which the catalog knows
// it, however it was written.
package vaulturl

import (
	"context"
	"fmt"
	"io"
	"iter"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
	"firn/vault/glaciervault"
)

// Options is what the caller of [Open] plans.
type Options struct {
	// Connections is how many requests will be in flight at once; 0 if few.
	Connections int
	// OnDamage is told of what is damaged in a directory, so that a list goes on
	// without it, and of what cannot be cleaned up there; see OnDamage and OnLeftover of
	// dirvault.Options. nil means that nobody is told.
	OnDamage func(error)
	// KeepDays is how long a restored copy of an object stays, in place of what the
	// URL says; 0: as it says. Other vaults keep outputs as long as they do.
	KeepDays int
	// Notice is told, in a sentence, what a person should know of the service; nil
	// means that nobody is told.
	Notice func(string)
}

// Vault is an open vault. The caller closes it.
type Vault struct {
	vault.Vault

	Class  string // of what is stored in a bucket, as S3 calls it; empty elsewhere
	closer io.Closer
}

// Look is that of the kind; see vault.Looker. A kind without it finds nothing.
func (v *Vault) Look(ctx context.Context, id vault.ArchiveID) (vault.Archive, error) {
	if l, ok := v.Vault.(vault.Looker); ok {
		return l.Look(ctx, id)
	}
	return vault.Archive{}, fmt.Errorf("%q tells of archives by jobs only: %w", v.URL(), vault.ErrInvalid)
}

// LookClosely is that of the kind, or else its Look; see vault.CloseLooker.
func (v *Vault) LookClosely(ctx context.Context, id vault.ArchiveID) (vault.Archive, error) {
	if l, ok := v.Vault.(vault.CloseLooker); ok {
		return l.LookClosely(ctx, id)
	}
	return v.Look(ctx, id)
}

// LookNamed is that of the kind; see vault.Namer. A kind without it finds nothing.
func (v *Vault) LookNamed(ctx context.Context, name string) (vault.Archive, error) {
	if n, ok := v.Vault.(vault.Namer); ok {
		return n.LookNamed(ctx, name)
	}
	return vault.Archive{}, fmt.Errorf("the archives of this vault have no names: %w", vault.ErrInvalid)
}

// CheckName is that of the kind; see vault.Namer. A kind without it takes any name.
func (v *Vault) CheckName(name string) error {
	if n, ok := v.Vault.(vault.Namer); ok {
		return n.CheckName(name)
	}
	return nil
}

// UploadsNamed is that of the kind; see vault.Namer. A kind without it lists none.
func (v *Vault) UploadsNamed(ctx context.Context, name string) iter.Seq2[vault.Upload, error] {
	if n, ok := v.Vault.(vault.Namer); ok {
		return n.UploadsNamed(ctx, name)
	}
	return func(func(vault.Upload, error) bool) {}
}

// IsUpload is vault.IsUpload of the kind.
func (v *Vault) IsUpload(a, b vault.UploadID) bool { return vault.IsUpload(v.Vault, a, b) }

// FindUpload is vault.FindUpload of the kind.
func (v *Vault) FindUpload(ctx context.Context, id vault.UploadID) (vault.Upload, error) {
	return vault.FindUpload(ctx, v.Vault, id)
}

// CountUploads is vault.CountUploads of the kind.
func (v *Vault) CountUploads(ctx context.Context) (int, error) {
	return vault.CountUploads(ctx, v.Vault)
}

// Announces is that of the kind; see vault.Announcer. Of the jobs of other kinds
// messages tell by their ids.
func (v *Vault) Announces(e vault.Ending, id vault.JobID) bool {
	if a, ok := v.Vault.(vault.Announcer); ok {
		return a.Announces(e, id)
	}
	return id != "" && e.Job == id
}

// Close frees what the vault holds: connections, or the lock of a directory.
func (v *Vault) Close() error { return v.closer.Close() }

// Open opens the vault that raw names. Whether a Glacier vault exists shows at
// the first call; a directory that is not a vault is ErrNotFound, and one that
// another process has open ErrLocked. A URL that says nothing usable is
// ErrInvalid.
func Open(ctx context.Context, raw string, o Options) (*Vault, error) {
	ref, err := Parse(raw)
	if err != nil {
		return nil, err
	}
	switch ref.Kind {
	case Directory:
		return openDirectory(ref, o)
	case S3:
		v, err := openBucket(ctx, ref, o)
		if err != nil {
			return nil, err
		}
		return &Vault{Vault: v, Class: v.Class(), closer: v}, nil
	}
	account, err := openAccount(ctx, ref, o)
	if err != nil {
		return nil, err
	}
	v, err := account.Vault(ref.Name)
	if err != nil {
		return nil, err
	}
	return &Vault{Vault: v, closer: account}, nil
}

func openDirectory(ref Ref, o Options) (*Vault, error) {
	path, err := ref.absolute()
	if err != nil {
		return nil, err
	}
	v, err := dirvault.Open(path, dirvault.Options{
		InventoryEvery: -1,             // whoever asks wants to know what is there now
		OutputLifetime: 24 * time.Hour, // a job is asked for again in no time, and inventories take room
		OnDamage:       o.OnDamage,
		OnLeftover:     o.OnDamage,
	})
	if err != nil {
		return nil, err
	}
	return &Vault{Vault: v, closer: v}, nil
}

func openAccount(ctx context.Context, ref Ref, o Options) (*glaciervault.Account, error) {
	return glaciervault.Open(ctx, glaciervault.Config{
		Region: ref.Region, Profile: ref.Profile, Account: ref.Account, Endpoint: ref.Endpoint,
		Connections: o.Connections,
	})
}
