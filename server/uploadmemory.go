package server

import (
	"context"
	"sync"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
)

// rememberedUploads bounds what uploadMemory holds. Forgetting costs a listing
// at the next part, or a 404 for an abort that was repeated.
const rememberedUploads = 4096

// uploadMemory remembers what never changes about uploads, so that not every
// part needs a listing of the vault's uploads, and which uploads were aborted
// lately, so that an abort may be repeated.
type uploadMemory struct {
	mu      sync.Mutex
	open    map[uploadKey]vault.Upload
	aborted map[uploadKey]bool
}

// uploadKey names an upload among all vaults.
type uploadKey struct {
	vault string
	id    vault.UploadID
}

func newUploadMemory() *uploadMemory {
	return &uploadMemory{open: map[uploadKey]vault.Upload{}, aborted: map[uploadKey]bool{}}
}

func (m *uploadMemory) find(k uploadKey) (vault.Upload, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.open[k]
	return u, ok
}

func (m *uploadMemory) remember(k uploadKey, u vault.Upload) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.open) >= rememberedUploads {
		clear(m.open)
	}
	m.open[k] = u
}

func (m *uploadMemory) forget(k uploadKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.open, k)
}

func (m *uploadMemory) rememberAborted(k uploadKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.open, k)
	if len(m.aborted) >= rememberedUploads {
		clear(m.aborted)
	}
	m.aborted[k] = true
}

func (m *uploadMemory) wasAborted(k uploadKey) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.aborted[k]
}

// uploadKey is the upload that the path names.
func (c *call) uploadKey() uploadKey {
	return uploadKey{vault: c.target.vault, id: vault.UploadID(c.target.id)}
}

// openUpload finds the unfinished upload that the path names. It may have ended
// since it was remembered; the vault tells that when it is used.
func (a *account) openUpload(ctx context.Context, c *call, v vault.Vault) (vault.Upload, error) {
	if !wire.IsID(c.target.id) {
		return vault.Upload{}, refusal.UploadNotFound(c.target.id)
	}
	key := c.uploadKey()
	if u, ok := a.uploads.find(key); ok {
		return u, nil
	}
	for u, err := range v.Uploads(ctx) {
		if err != nil {
			return vault.Upload{}, a.orVaultNotFound(err, c.target.vault)
		}
		if u.ID == key.id {
			a.uploads.remember(key, u)
			return u, nil
		}
	}
	return vault.Upload{}, refusal.UploadNotFound(c.target.id)
}
