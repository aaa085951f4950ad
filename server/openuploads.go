package server

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"firn/server/internal/refusal"
	"firn/vault"
)

const (
	// maxOpenUploads is how many unfinished uploads a key may have in all vaults of an
	// account. A client that fails once a minute, and aborts nothing, has 1,440 when the
	// vault forgets the first one.
	maxOpenUploads = 2000
	// savedUploads is how many uploads a key begins before they are written down. So many
	// may be forgotten when the server is killed.
	savedUploads = 100
	// askVaultsEvery is how long a key that has reached the bound waits until the vaults
	// are asked again which uploads have expired.
	askVaultsEvery = time.Minute
)

// openUploads bounds how many unfinished uploads each key has in the vaults of an
// account. An upload costs its key nothing, but takes files on the disk for a day.
//
// Which key began which upload is in memory and, now and then, in a note of the account
// for each key, so that a restart gives no key the whole number again. The vaults are
// asked only when a key has reached the bound.
type openUploads struct {
	store   Store
	now     func() time.Time
	onFault func(requestID string, err error)

	mu    sync.Mutex
	owner map[uploadKey]string     // access keys
	keys  map[string]*uploadingKey // by access key; not more than there are credentials
}

// uploadingKey is a key that begins uploads.
type uploadingKey struct {
	// checking is held while the note of the key is read or written and while the vaults
	// are asked. Only requests of this key wait for it.
	checking sync.Mutex
	loaded   bool      // the note was read
	asked    time.Time // when the vaults were asked last

	open    int // uploads, and requests that are about to begin one; under openUploads.mu
	unsaved int // uploads that the note does not have; under openUploads.mu
}

func newOpenUploads(store Store, now func() time.Time, onFault func(string, error)) *openUploads {
	return &openUploads{
		store: store, now: now, onFault: onFault,
		owner: map[uploadKey]string{}, keys: map[string]*uploadingKey{},
	}
}

// begin calls create, which begins an upload in a vault, unless the key has too many
// unfinished ones.
func (u *openUploads) begin(
	ctx context.Context, accessKey, vaultName string, create func() (vault.UploadID, error),
) (vault.UploadID, error) {
	k := u.key(accessKey)
	if err := u.admit(ctx, accessKey, k); err != nil {
		return "", err
	}
	id, err := create()
	u.mu.Lock()
	defer u.mu.Unlock()
	if err != nil {
		k.open--
		return "", err
	}
	u.owner[uploadKey{vaultName, id}] = accessKey
	k.unsaved++
	return id, nil
}

// end notes that an upload is completed, aborted or expired.
func (u *openUploads) end(upload uploadKey) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if accessKey, known := u.owner[upload]; known {
		delete(u.owner, upload)
		u.keys[accessKey].open--
	}
}

func (u *openUploads) key(accessKey string) *uploadingKey {
	u.mu.Lock()
	defer u.mu.Unlock()
	k := u.keys[accessKey]
	if k == nil {
		k = &uploadingKey{}
		u.keys[accessKey] = k
	}
	return k
}

// admit counts one more upload of a key, or refuses it.
func (u *openUploads) admit(ctx context.Context, accessKey string, k *uploadingKey) error {
	k.checking.Lock()
	defer k.checking.Unlock()
	if err := u.load(ctx, accessKey, k); err != nil {
		return err
	}
	if err := u.save(ctx, accessKey, k); err != nil {
		return err
	}
	if u.count(k) {
		return nil
	}
	if now := u.now(); k.asked.IsZero() || now.Sub(k.asked) >= askVaultsEvery {
		k.asked = now
		if err := u.askVaults(ctx, accessKey); err != nil {
			return err
		}
	}
	if u.count(k) {
		return nil
	}
	return refusal.LimitExceeded(fmt.Sprintf("The limit of %d unfinished uploads of one access key has been reached. "+
		"Complete or abort some of them, or wait until they expire.", maxOpenUploads))
}

func (u *openUploads) count(k *uploadingKey) (ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if k.open >= maxOpenUploads {
		return false
	}
	k.open++
	return true
}

// uploadsOf returns the uploads of a key by their vaults.
func (u *openUploads) uploadsOf(accessKey string) map[string][]vault.UploadID {
	u.mu.Lock()
	defer u.mu.Unlock()
	uploads := map[string][]vault.UploadID{}
	for upload, owner := range u.owner {
		if owner == accessKey {
			uploads[upload.vault] = append(uploads[upload.vault], upload.id)
		}
	}
	return uploads
}

// askVaults forgets the uploads of a key that no vault lists any more.
func (u *openUploads) askVaults(ctx context.Context, accessKey string) error {
	for vaultName, ids := range u.uploadsOf(accessKey) {
		listed, err := u.listed(ctx, vaultName)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if !listed[id] {
				u.end(uploadKey{vaultName, id})
			}
		}
	}
	return nil
}

// listed returns the unfinished uploads of a vault: none if there is no such vault.
func (u *openUploads) listed(ctx context.Context, vaultName string) (map[vault.UploadID]bool, error) {
	v, err := u.store.Open(ctx, vaultName)
	if errors.Is(err, vault.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	listed := map[vault.UploadID]bool{}
	for upload, err := range v.Uploads(ctx) {
		if errors.Is(err, vault.ErrNotFound) { // deleted meanwhile
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		listed[upload.ID] = true
	}
	return listed, nil
}

// uploadsNote names the note of a key. An access key may have characters that the name
// of a note cannot have.
func uploadsNote(accessKey string) string {
	return fmt.Sprintf("uploads-%.16x", sha256.Sum256([]byte(accessKey)))
}

// load reads the note of a key, once. A damaged note is reported and given up.
func (u *openUploads) load(ctx context.Context, accessKey string, k *uploadingKey) error {
	if k.loaded {
		return nil
	}
	text, err := u.store.Note(ctx, ofAccount, uploadsNote(accessKey))
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return fmt.Errorf("reading which uploads a key has begun: %w", err)
	}
	var uploads map[string][]vault.UploadID
	if err == nil {
		if err := json.Unmarshal(text, &uploads); err != nil {
			u.onFault("", fmt.Errorf("the document that says which uploads a key has begun is damaged: %w", err))
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for vaultName, ids := range uploads {
		for _, id := range ids {
			u.owner[uploadKey{vaultName, id}] = accessKey
			k.open++
		}
	}
	k.loaded = true
	return nil
}

// save writes the note of a key if many uploads are not in it.
func (u *openUploads) save(ctx context.Context, accessKey string, k *uploadingKey) error {
	u.mu.Lock()
	unsaved := k.unsaved
	u.mu.Unlock()
	if unsaved < savedUploads {
		return nil
	}
	text, err := json.Marshal(u.uploadsOf(accessKey))
	if err != nil {
		return fmt.Errorf("encoding which uploads a key has begun: %w", err)
	}
	if err := u.store.SetNote(ctx, ofAccount, uploadsNote(accessKey), text); err != nil {
		return fmt.Errorf("writing which uploads a key has begun: %w", err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	k.unsaved -= unsaved
	return nil
}
