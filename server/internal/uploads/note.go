package uploads

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"firn/server/internal/notes"
	"firn/vault"
)

// savedAfter is how many uploads a key begins before they are written down. So many are not
// counted after the server was killed.
const savedAfter = 100

// noteOf names the note of a key. An access key may have characters that the name
// of a note cannot have.
func noteOf(accessKey string) string {
	return fmt.Sprintf("uploads-%.16x", sha256.Sum256([]byte(accessKey)))
}

// load reads the note of a key, once. A damaged note is reported and given up.
func (u *bound) load(ctx context.Context, accessKey string, k *uploadingKey) error {
	if k.loaded {
		return nil
	}
	text, err := u.store.Note(ctx, notes.OfAccount, noteOf(accessKey))
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return fmt.Errorf("reading which uploads a key has begun: %w", err)
	}
	var uploads map[string][]vault.UploadID
	if err == nil {
		if err := json.Unmarshal(text, &uploads); err != nil {
			u.onFault(fmt.Errorf("the document that says which uploads a key has begun is damaged: %w", err))
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for vaultName, ids := range uploads {
		for _, id := range ids {
			u.owner[Ref{vaultName, id}] = accessKey
			k.open++
		}
	}
	k.loaded = true
	return nil
}

// save writes the note of a key if at least so many uploads are not in it.
func (u *bound) save(ctx context.Context, accessKey string, k *uploadingKey, atLeast int) error {
	u.mu.Lock()
	unsaved := k.unsaved
	u.mu.Unlock()
	if unsaved < atLeast {
		return nil
	}
	text, err := json.Marshal(u.begunBy(accessKey))
	if err != nil {
		return fmt.Errorf("encoding which uploads a key has begun: %w", err)
	}
	if err := u.store.SetNote(ctx, notes.OfAccount, noteOf(accessKey), text); err != nil {
		return fmt.Errorf("writing which uploads a key has begun: %w", err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	k.unsaved -= unsaved
	return nil
}

// saveAll writes the notes of all keys that have begun uploads since.
func (u *bound) saveAll(ctx context.Context) error {
	u.mu.Lock()
	keys := maps.Clone(u.keys)
	u.mu.Unlock()
	var failed error
	for accessKey, k := range keys {
		failed = errors.Join(failed, u.keepNote(ctx, accessKey, k, 1))
	}
	return failed
}
