// Package uploads remembers the unfinished uploads in the vaults of an account: what
// never changes about them, which were aborted lately, and how many each key has. A key
// that begins uploads and never ends them comes to a bound.
package uploads

import (
	"context"
	"iter"
	"sync"
	"time"

	"firn/vault"
)

// remembered bounds how many uploads, and how many that were aborted, are remembered.
// One that was forgotten costs a list of the vault's uploads at its next part, or, if it
// was aborted, a 404 when it is aborted again.
const remembered = 4096

// Ref names an upload among all vaults of an account.
type Ref struct {
	Vault string
	ID    vault.UploadID
}

// Store has the vaults of an account and their notes. Its methods are those of
// server.Store.
type Store interface {
	Open(ctx context.Context, name string) (vault.Vault, error)
	Note(ctx context.Context, vaultName, name string) ([]byte, error)
	SetNote(ctx context.Context, vaultName, name string, data []byte) error
}

// Uploads is what is remembered of the uploads of an account. It may be used from many
// goroutines.
type Uploads struct {
	bound *bound

	mu      sync.Mutex
	open    map[Ref]vault.Upload
	aborted map[Ref]bool
}

// New remembers no upload yet. It calls onFault to tell the operator what went wrong.
func New(store Store, now func() time.Time, onFault func(error)) *Uploads {
	return &Uploads{
		bound:   newBound(store, now, onFault),
		open:    map[Ref]vault.Upload{},
		aborted: map[Ref]bool{},
	}
}

// Begin calls create, which begins an upload in a vault, and returns what create returns.
// If the key has too many unfinished uploads it is refused, with a *refusal.Error, and
// create is not called.
func (u *Uploads) Begin(
	ctx context.Context, accessKey, vaultName string, create func() (vault.UploadID, error),
) (vault.UploadID, error) {
	return u.bound.begin(ctx, accessKey, vaultName, create)
}

// Save writes down which key has begun which uploads. A server that ends calls it, so that
// the next one counts all of them.
func (u *Uploads) Save(ctx context.Context) error { return u.bound.saveAll(ctx) }

// Lister is a vault that lists its unfinished uploads, as vault.Uploader does.
type Lister interface {
	Uploads(ctx context.Context) iter.Seq2[vault.Upload, error]
}

// Find returns an upload. One that is remembered may have ended since; the vault tells that
// when it is used. Another one is looked for in the list of its vault, whose errors Find
// returns; it is false if the upload is not there.
func (u *Uploads) Find(ctx context.Context, v Lister, r Ref) (vault.Upload, bool, error) {
	if upload, ok := u.find(r); ok {
		return upload, true, nil
	}
	for upload, err := range v.Uploads(ctx) {
		if err != nil {
			return vault.Upload{}, false, err
		}
		if upload.ID == r.ID {
			u.remember(r, upload)
			return upload, true, nil
		}
	}
	return vault.Upload{}, false, nil
}

func (u *Uploads) find(r Ref) (vault.Upload, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	upload, ok := u.open[r]
	return upload, ok
}

func (u *Uploads) remember(r Ref, upload vault.Upload) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.open) >= remembered {
		clear(u.open)
	}
	u.open[r] = upload
}

// Forget makes the next Find ask the vault.
func (u *Uploads) Forget(r Ref) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.open, r)
}

// End notes that an upload was completed, aborted or has expired.
func (u *Uploads) End(r Ref) {
	u.Forget(r)
	u.bound.end(r)
}

// Abort notes that an upload was aborted.
func (u *Uploads) Abort(r Ref) {
	u.End(r)
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.aborted) >= remembered {
		clear(u.aborted)
	}
	u.aborted[r] = true
}

// WasAborted reports whether an upload was aborted lately.
func (u *Uploads) WasAborted(r Ref) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.aborted[r]
}
