// Package notes keeps the documents of the server, as JSON, with the vaults of an account and
// with the account itself.
package notes

import (
	"context"
	"encoding/json"
	"fmt"
)

// OfAccount stands for the account itself in the place of the name of a vault.
const OfAccount = ""

// Store keeps the documents. Its methods are those of server.Store.
type Store interface {
	Note(ctx context.Context, vaultName, name string) ([]byte, error)
	SetNote(ctx context.Context, vaultName, name string, data []byte) error
}

// Notes are the documents of an account.
type Notes struct{ store Store }

// New returns the documents that a store keeps.
func New(store Store) *Notes { return &Notes{store} }

// Read reads a document into the value that to points to. ErrNotFound: there is no such
// document, or no such vault. A damaged document is another error.
func (n *Notes) Read(ctx context.Context, vaultName, name string, to any) error {
	text, err := n.store.Note(ctx, vaultName, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, to); err != nil {
		return fmt.Errorf("the document %q of %s is damaged: %w", name, owner(vaultName), err)
	}
	return nil
}

// Write keeps a document in the place of the one of the same name. ErrNotFound: there is no
// such vault.
func (n *Notes) Write(ctx context.Context, vaultName, name string, from any) error {
	text, err := json.Marshal(from)
	if err != nil {
		return fmt.Errorf("encoding the document %q of %s: %w", name, owner(vaultName), err)
	}
	return n.store.SetNote(ctx, vaultName, name, text)
}

// Remove removes a document. It succeeds also if there is none. ErrNotFound: there is no such
// vault.
func (n *Notes) Remove(ctx context.Context, vaultName, name string) error {
	return n.store.SetNote(ctx, vaultName, name, nil)
}

func owner(vaultName string) string {
	if vaultName == OfAccount {
		return "the account"
	}
	return fmt.Sprintf("vault %q", vaultName)
}
