// Package vaulturl opens a vault from its URL. Only this package knows every kind of vault.
//
//	image-backups                              an Amazon Glacier vault, with the AWS defaults
//	glacier://image-backups?region=us-west-2   the same, with its region
//	arn:aws:glacier:REGION:ACCOUNT:vaults/NAME the same, by its ARN
//	s3://bucket/prefix?class=DEEP_ARCHIVE      a bucket, or a part of it, in a cold class of S3
//	/srv/cold/image-backups                    a directory
//	file:///srv/cold/image-backups             the same
//
// A glacier URL may also have the options profile, account and endpoint; an s3 URL profile,
// region, endpoint, keep-days, addressing, lacks and max-parts (see s3vault.Config).
// Credentials are never part of a URL; they come from the AWS configuration.
//
// A path begins with "/", "./" or "../" (on Windows also with a drive or a backslash). Each
// vault has one canonical URL, under which the catalog records it, however the user wrote
// it.
package vaulturl

import (
	"context"
	"io"
	"iter"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
	"firn/vault/glaciervault"
)

// Options are the options of [Open].
type Options struct {
	// Connections is the expected number of concurrent requests; 0 if there will be few.
	Connections int
	// OnDamage is called for damage in a directory that did not stop a list, and for files
	// that could not be cleaned up; see OnDamage and OnLeftover of dirvault.Options. Nil is
	// allowed.
	OnDamage func(error)
	// KeepDays is the lifetime in days of a restored copy of an object. It overrides the
	// option of the URL; 0 does not. Other kinds ignore it.
	KeepDays int
	// Notice is called with sentences about the service that the user should read. Nil is
	// allowed.
	Notice func(string)
}

// Vault is an open vault. The caller closes it.
type Vault struct {
	vault.Vault

	Class  string // storage class of new archives in a bucket, by its name in S3; empty elsewhere
	closer io.Closer
}

// Look calls Look of the kind; see vault.Looker. It returns ErrInvalid if the kind has
// none.
func (v *Vault) Look(ctx context.Context, id vault.ArchiveID) (vault.Archive, error) {
	if l, ok := v.Vault.(vault.Looker); ok {
		return l.Look(ctx, id)
	}
	return vault.Archive{}, vault.Errorf(vault.ErrInvalid, "%q describes archives through jobs only", v.URL())
}

// LookClosely calls LookClosely of the kind, or else Look; see vault.CloseLooker.
func (v *Vault) LookClosely(ctx context.Context, id vault.ArchiveID) (vault.Archive, error) {
	if l, ok := v.Vault.(vault.CloseLooker); ok {
		return l.LookClosely(ctx, id)
	}
	return v.Look(ctx, id)
}

// LookNamed calls LookNamed of the kind; see vault.Namer. It returns ErrInvalid if the kind
// has none.
func (v *Vault) LookNamed(ctx context.Context, name string) (vault.Archive, error) {
	if n, ok := v.Vault.(vault.Namer); ok {
		return n.LookNamed(ctx, name)
	}
	return vault.Archive{}, vault.Errorf(vault.ErrInvalid, "the archives of this vault have no names")
}

// CheckName calls CheckName of the kind; see vault.Namer. A kind without it accepts any
// name.
func (v *Vault) CheckName(name string) error {
	if n, ok := v.Vault.(vault.Namer); ok {
		return n.CheckName(name)
	}
	return nil
}

// UploadsNamed calls UploadsNamed of the kind; see vault.Namer. A kind without it lists
// nothing.
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

// Announces calls Announces of the kind; see vault.Announcer. The messages of other kinds
// contain the job's id.
func (v *Vault) Announces(e vault.Ending, id vault.JobID) bool {
	if a, ok := v.Vault.(vault.Announcer); ok {
		return a.Announces(e, id)
	}
	return id != "" && e.Job == id
}

// Close releases the resources of the vault: connections, or the lock of a directory.
func (v *Vault) Close() error { return v.closer.Close() }

// Open opens the vault that raw names. A Glacier vault that does not exist is noticed only
// at the first call. A directory that is not a vault is ErrNotFound, and one that another
// process has open is ErrLocked. A URL that names no vault is ErrInvalid.
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
		InventoryEvery: -1,             // the caller wants the present state
		OutputLifetime: 24 * time.Hour, // a new job costs no time, and inventories take space
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
