// Package uploads keeps the unfinished uploads of a vault: their parts, which come in any
// order and from many requests at once, and the journal of the parts that were acknowledged.
package uploads

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/dirvault/internal/rwlock"
)

// Options are the properties of the vault that its uploads need.
type Options struct {
	// Access is the vault's lock. Requests that send parts hold it beside others while they
	// write. For the other methods the caller holds it, except for Parts.
	Access *rwlock.Lock
	// Now is the clock.
	Now func() time.Time
	// Lifetime is how long an upload stays after the last request on it; 0 means for ever.
	Lifetime time.Duration
	// Leftover is called when files that should be removed cannot be.
	Leftover func(error)
}

// Store has the uploads of one vault.
type Store struct {
	Options
	files     *files.Dir
	dir       *os.Root
	receivers sync.Pool // of *receiver

	mu      sync.Mutex // guards uploads
	uploads map[vault.UploadID]*Upload
}

// NewStore returns the uploads of the vault in a directory.
func NewStore(dir *files.Dir, o Options) *Store {
	return &Store{
		Options: o, files: dir, dir: dir.Root,
		receivers: sync.Pool{New: func() any { return newReceiver() }},
		uploads:   make(map[vault.UploadID]*Upload),
	}
}

// Create starts an upload. The document upload.json is written last: without it there is no
// upload.
func (s *Store) Create(req vault.UploadRequest, created time.Time) (id vault.UploadID, err error) {
	d := document{
		Version:     durable.FormatVersion,
		ID:          vault.UploadID(layout.NewID()),
		Description: req.Description,
		PartSize:    req.PartSize,
		Created:     created,
	}
	dir := uploadPath(d.ID, "")
	if err := s.dir.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.dir.RemoveAll(dir))
		}
	}()
	names := []string{dataFile, journalFile}
	if d.PartSize%treehash.LeafSize == 0 {
		names = append(names, leavesFile)
	}
	for _, name := range names {
		f, err := s.dir.OpenFile(uploadPath(d.ID, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return "", err
		}
		if err := f.Close(); err != nil {
			return "", err
		}
	}
	if err := durable.WriteDocument(s.dir, uploadPath(d.ID, uploadFile), &d); err != nil {
		return "", err
	}
	now := s.Now()
	if err := s.dir.Chtimes(uploadPath(d.ID, uploadFile), now, now); err != nil {
		return "", err
	}
	return d.ID, durable.SyncDir(s.dir, layout.UploadsDir)
}

// use returns the upload and notes the request on it. The error wraps
// ErrNotFound if there is none, or none any more.
func (s *Store) use(id vault.UploadID) (*Upload, error) {
	u, err := s.Find(id)
	if err != nil || s.files.IsReadOnly() {
		return u, err
	}
	return u, u.touch(s.Now())
}

// Find returns the upload, or an error that wraps ErrNotFound. An upload that was idle for too
// long is removed first.
func (s *Store) Find(id vault.UploadID) (*Upload, error) {
	u, expired, err := s.lookUp(id)
	if expired != "" {
		if left := durable.RemoveHidden(s.dir, expired); left != nil {
			s.Leftover(fmt.Errorf("remove expired upload %q: %w", id, left))
		}
	}
	return u, err
}

// lookUp is Find without the slow half of a removal, which must not keep other
// uploads waiting. If expired is not empty, that directory is still to be removed.
func (s *Store) lookUp(id vault.UploadID) (u *Upload, expired string, err error) {
	missing := fmt.Errorf("upload %q: %w", id, vault.ErrNotFound)
	if !layout.IsUploadID(string(id)) {
		return nil, "", missing
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u = s.uploads[id]
	if u == nil || u.access.Abandoned() {
		if u, err = load(s.dir, id); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil, "", missing
			}
			return nil, "", fmt.Errorf("upload %q: %w", id, err)
		}
		s.uploads[id] = u
	}
	// An upload is not idle while a part of it is on its way, or while a request holds its
	// lock.
	if s.idle(u) && u.access.TryLock() {
		defer u.access.Unlock()
		if s.files.IsReadOnly() {
			return nil, "", missing
		}
		expired, err := durable.Hide(s.dir, u.Dir())
		if err != nil {
			s.Leftover(fmt.Errorf("remove expired upload %q: %w", id, err))
			return nil, "", missing
		}
		u.access.Close(missing)
		delete(s.uploads, id)
		return nil, expired, missing
	}
	return u, "", nil
}

func (s *Store) idle(u *Upload) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return s.Lifetime > 0 && u.receiving == 0 && s.Now().Sub(u.active) >= s.Lifetime
}

// Forget drops an upload that was completed or aborted. Requests that wait for its
// lock get ErrNotFound. It is called by the function that Complete calls.
func (s *Store) Forget(u *Upload) {
	u.access.Close(fmt.Errorf("upload %q: %w", u.ID, vault.ErrNotFound))
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.uploads, u.ID)
}

// Abort removes an unfinished upload, and does not wait for parts that are
// on their way: their requests get ErrNotFound.
func (s *Store) Abort(ctx context.Context, id vault.UploadID) error {
	u, err := s.Find(id)
	if err != nil {
		return err
	}
	if err := u.access.Lock(ctx); err != nil {
		return err
	}
	defer u.access.Unlock()
	hidden, err := durable.Hide(s.dir, u.Dir())
	if err != nil {
		return err
	}
	s.Forget(u)
	if err := durable.SyncDir(s.dir, layout.UploadsDir); err != nil {
		return err
	}
	// The upload is gone. Its bytes, of which there may be terabytes, are removed now or
	// when the vault is opened the next time.
	if err := s.dir.RemoveAll(hidden); err != nil {
		s.Leftover(err)
	}
	return nil
}

// Each calls visit with every unfinished upload, until it returns false. Uploads that were
// idle for too long are removed instead. If one cannot be read, broken says why, and only
// its ID is known.
func (s *Store) Each(ctx context.Context, visit func(u vault.Upload, broken error) bool) error {
	return s.files.EachEntry(layout.UploadsDir, func(name string) (bool, error) {
		if err := cancel.Err(ctx); err != nil {
			return false, err
		}
		u, err := s.Find(vault.UploadID(name))
		switch {
		case errors.Is(err, vault.ErrNotFound):
			return true, nil
		case errors.Is(err, durable.ErrDamaged):
			return visit(vault.Upload{ID: vault.UploadID(name)}, err), nil
		case err != nil:
			return false, err
		}
		return visit(vault.Upload{
			ID:          u.ID,
			Description: u.Description,
			PartSize:    u.PartSize,
			Created:     u.Created,
		}, nil), nil
	})
}
