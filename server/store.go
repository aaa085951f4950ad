package server

import (
	"context"
	"iter"

	"firn/vault"
)

// Store has the vaults of an account that a [Server] serves. Its methods may be called
// from many goroutines at once. The server passes only names of 1 to 255
// characters of A-Z a-z 0-9 _ - . and never "." or "..".
type Store interface {
	// Ready returns an error if the store cannot work now, for example because its disk
	// is gone. It is called every few seconds.
	Ready(ctx context.Context) error
	// CreateVault makes an empty vault. If there is one of this name already it
	// changes nothing and returns no error. ErrInvalid means that the store
	// cannot keep a vault of this name.
	CreateVault(ctx context.Context, name string) error
	// DeleteVault removes an empty vault. ErrNotFound: there is none;
	// ErrInvalid: it is not empty.
	DeleteVault(ctx context.Context, name string) error
	// DescribeVault describes a vault. ErrNotFound: there is none.
	DescribeVault(ctx context.Context, name string) (vault.Info, error)
	// Vaults lists the vaults in the order of the bytes of their names, beginning
	// with the first name that is not less than from. The sequence ends after
	// the first error.
	Vaults(ctx context.Context, from string) iter.Seq2[vault.Info, error]
	// VaultCount returns how many vaults there are, at little cost.
	VaultCount(ctx context.Context) (int, error)
	// Open returns a vault to work in. ErrNotFound: there is none. If it has a
	// method JobsFrom as dirvault.Vault has, the server reads long lists of jobs by it.
	// If it has a method CheckJob as dirvault.Vault has, the server calls it to refuse
	// wrong requests for jobs, before it looks for anything in the vault.
	Open(ctx context.Context, name string) (vault.Vault, error)
	// Archive describes an archive. ErrNotFound: there is none.
	Archive(ctx context.Context, vaultName string, id vault.ArchiveID) (vault.Archive, error)
	// VaultOf returns the name of the vault that holds an archive, at little cost.
	// ErrNotFound: none does.
	VaultOf(ctx context.Context, id vault.ArchiveID) (string, error)
	// Note returns the document that SetNote left with a vault. ErrNotFound: there
	// is no such document, or no such vault. An empty vaultName stands for the account
	// itself, here and in SetNote.
	Note(ctx context.Context, vaultName, name string) ([]byte, error)
	// SetNote leaves a small document of the server with a vault, in the place of one
	// of the same name. Nil data removes the document, and it is no error if there is
	// none. The change is durable when SetNote returns nil.
	// The name has 1 to 64 of a-z 0-9 and hyphen. ErrInvalid: the document has
	// more than 1 MiB; ErrNotFound: there is no such vault.
	SetNote(ctx context.Context, vaultName, name string, data []byte) error
}
