package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"firn/vault"
)

// The notes that a server leaves with a vault.
const (
	notificationsNote = "notifications"
	accessPolicyNote  = "access-policy"
	lockNote          = "lock-policy"
	tagsNote          = "tags"
)

// The notes that a server leaves with an account.
const (
	retrievalPolicyNote = "retrieval-policy"
	retrievalsNote      = "retrievals"
	capacityNote        = "provisioned-capacity"
)

// ofAccount stands for the account itself where a note is of no vault.
const ofAccount = ""

// readNote reads what writeNote wrote. ErrNotFound: there is no such note, or no
// such vault. A note that cannot be read is not one that is absent.
func (a *account) readNote(ctx context.Context, vaultName, name string, to any) error {
	text, err := a.store.Note(ctx, vaultName, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, to); err != nil {
		return fmt.Errorf("the document %q of %s is damaged: %w", name, noteOwner(vaultName), err)
	}
	return nil
}

// writeNote keeps a document with a vault of the caller's, or with the account.
func (a *account) writeNote(ctx context.Context, vaultName, name string, from any) error {
	text, err := json.Marshal(from)
	if err != nil {
		return fmt.Errorf("encoding the document %q of %s: %w", name, noteOwner(vaultName), err)
	}
	return a.setNote(ctx, vaultName, name, text)
}

// removeNote forgets a document, whether there is one or not.
func (a *account) removeNote(ctx context.Context, vaultName, name string) error {
	return a.setNote(ctx, vaultName, name, nil)
}

func (a *account) setNote(ctx context.Context, vaultName, name string, text []byte) error {
	err := a.store.SetNote(ctx, vaultName, name, text)
	if errors.Is(err, vault.ErrNotFound) && vaultName != ofAccount {
		return a.vaultNotFound(vaultName)
	}
	return err
}

func noteOwner(vaultName string) string {
	if vaultName == ofAccount {
		return "the account"
	}
	return fmt.Sprintf("vault %q", vaultName)
}
