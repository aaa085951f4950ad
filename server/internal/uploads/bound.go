package uploads

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"firn/server/internal/refusal"
	"firn/vault"
)

const (
	// maxOpen is how many unfinished uploads a key may have in all vaults of an
	// account. A client that fails once a minute, and aborts nothing, has 1,440 when the
	// vault forgets the first one.
	maxOpen = 2000
	// lookEvery is how long a key that has reached the bound waits until the lists of the
	// vaults are read again: uploads may have expired.
	lookEvery = time.Minute
)

// bound bounds how many unfinished uploads each key has in the vaults of an
// account. An upload costs its key nothing, but takes files on the disk for a day.
//
// Which key began which upload is in memory and, now and then, in a note of the account
// for each key, so that a restart gives no key the whole number again. The lists of the
// vaults are read only when a key has reached the bound.
type bound struct {
	store   Store
	now     func() time.Time
	onFault func(error)

	mu    sync.Mutex
	owner map[Ref]string           // access keys
	keys  map[string]*uploadingKey // by access key; not more than there are credentials
}

// uploadingKey is a key that begins uploads.
type uploadingKey struct {
	// checking has one value while the note of the key is read or written. Only requests of
	// this key wait for it, until their contexts end.
	checking chan struct{}
	loaded   bool // the note was read; under checking

	looked  time.Time // when the lists of the vaults were read last; under bound.mu
	open    int       // uploads, and requests that are about to begin one; under bound.mu
	unsaved int       // uploads that the note does not have; under bound.mu
}

func newBound(store Store, now func() time.Time, onFault func(error)) *bound {
	return &bound{
		store: store, now: now, onFault: onFault,
		owner: map[Ref]string{}, keys: map[string]*uploadingKey{},
	}
}

// begin calls create, which begins an upload in a vault, unless the key has too many
// unfinished ones.
func (u *bound) begin(
	ctx context.Context, accessKey, vaultName string, create func() (vault.UploadID, error),
) (vault.UploadID, error) {
	k := u.key(accessKey)
	if err := u.admit(ctx, accessKey, k); err != nil {
		return "", err
	}
	begun := false
	defer func() { // also if create panics
		if !begun {
			u.mu.Lock()
			defer u.mu.Unlock()
			k.open--
		}
	}()
	id, err := create()
	if err != nil {
		return "", err
	}
	// If another key has aborted the upload by now, it counts until the lists are read.
	begun = true
	u.mu.Lock()
	defer u.mu.Unlock()
	u.owner[Ref{vaultName, id}] = accessKey
	k.unsaved++
	return id, nil
}

// end notes that an upload is completed, aborted or expired.
func (u *bound) end(upload Ref) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if accessKey, known := u.owner[upload]; known {
		delete(u.owner, upload)
		u.keys[accessKey].open--
	}
}

func (u *bound) key(accessKey string) *uploadingKey {
	u.mu.Lock()
	defer u.mu.Unlock()
	k := u.keys[accessKey]
	if k == nil {
		k = &uploadingKey{checking: make(chan struct{}, 1)}
		u.keys[accessKey] = k
	}
	return k
}

// admit counts one more upload of a key, or refuses it.
func (u *bound) admit(ctx context.Context, accessKey string, k *uploadingKey) error {
	if err := u.keepNote(ctx, accessKey, k, savedAfter); err != nil {
		return err
	}
	if u.count(k) {
		return nil
	}
	if u.mayLook(k) { // other requests of the key are refused meanwhile
		if err := u.dropEnded(ctx, accessKey); err != nil {
			return err
		}
		if u.count(k) {
			return nil
		}
	}
	return refusal.LimitExceeded(fmt.Sprintf("The limit of %d unfinished uploads of one access key has been reached. "+
		"Complete or abort some of them, or wait until they expire.", maxOpen))
}

// keepNote reads the note of a key, once, and writes it if it lacks at least so many uploads.
func (u *bound) keepNote(ctx context.Context, accessKey string, k *uploadingKey, atLeast int) error {
	select {
	case k.checking <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-k.checking }()
	if err := u.load(ctx, accessKey, k); err != nil {
		return err
	}
	return u.save(ctx, accessKey, k, atLeast)
}

// mayLook reports whether the lists of the vaults may be read for a key again, once for each
// time that passes.
func (u *bound) mayLook(k *uploadingKey) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.now()
	if !k.looked.IsZero() && now.Sub(k.looked) < lookEvery {
		return false
	}
	k.looked = now
	return true
}

func (u *bound) count(k *uploadingKey) (ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if k.open >= maxOpen {
		return false
	}
	k.open++
	return true
}

// begunBy returns the uploads of a key by their vaults.
func (u *bound) begunBy(accessKey string) map[string][]vault.UploadID {
	u.mu.Lock()
	defer u.mu.Unlock()
	uploads := map[string][]vault.UploadID{}
	for upload, owner := range u.owner {
		if owner == accessKey {
			uploads[upload.Vault] = append(uploads[upload.Vault], upload.ID)
		}
	}
	return uploads
}

// dropEnded forgets the uploads of a key that no vault lists any more. A vault that cannot be
// read is an error only if no other one had any.
func (u *bound) dropEnded(ctx context.Context, accessKey string) error {
	var failed error
	dropped := false
	for vaultName, ids := range u.begunBy(accessKey) {
		listed, err := u.listed(ctx, vaultName)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		for _, id := range ids {
			if !listed[id] {
				u.end(Ref{vaultName, id})
				dropped = true
			}
		}
	}
	if dropped {
		return nil
	}
	return failed
}

// listed returns the unfinished uploads of a vault: none if there is no such vault.
func (u *bound) listed(ctx context.Context, vaultName string) (map[vault.UploadID]bool, error) {
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
