package dirvault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/dirvault/internal/rwlock"
)

// Names of what an upload holds.
const (
	uploadFile  = "upload.json"
	dataFile    = "data"
	journalFile = "parts"
	leavesFile  = "leaves"
)

// uploadDocument is upload.json.
type uploadDocument struct {
	Version     int            `json:"version"`
	ID          vault.UploadID `json:"id"`
	Description string         `json:"description"`
	PartSize    int64          `json:"part_size"`
	Created     time.Time      `json:"created"`
}

func (d *uploadDocument) Check() error {
	switch {
	case !layout.IsUploadID(string(d.ID)):
		return fmt.Errorf("%q is not an upload id", d.ID)
	case d.Created.IsZero():
		return errors.New("no creation date")
	}
	return errors.Join(durable.CheckVersion(d.Version), layout.CheckDescription(d.Description),
		layout.CheckPartSize(d.PartSize), layout.CheckTime(d.Created))
}

// upload is an unfinished upload in memory. There is one value for each in a
// Vault, so that its locks are shared.
type upload struct {
	uploadDocument
	dir     *os.Root
	access  *rwlock.Lock // held side by side while bytes of parts are written, alone while it is completed or aborted
	journal journal
	placing sync.Mutex // held while a part that was received aside gets its place

	mu        sync.Mutex       // guards what follows
	active    time.Time        // last request
	receiving int              // requests whose part is on its way
	places    map[int64]*place // by the offset of the part
}

func uploadPath(id vault.UploadID, name string) string {
	return path.Join(layout.UploadsDir, string(id), name)
}

func (u *upload) path(name string) string { return uploadPath(u.ID, name) }

// use returns the upload and notes the request on it. The error wraps
// ErrNotFound if there is none, or none any more.
func (v *Vault) use(id vault.UploadID) (*upload, error) {
	u, err := v.find(id)
	if err != nil || v.readOnly != nil {
		return u, err
	}
	return u, u.touch(v.options.Now())
}

// find returns the upload, unless it has been idle for too long: then it is
// removed, and what of it cannot be is left for another time.
func (v *Vault) find(id vault.UploadID) (*upload, error) {
	u, expired, err := v.lookUp(id)
	if expired != "" {
		if left := durable.RemoveHidden(v.dir, expired); left != nil {
			v.leftOver(fmt.Errorf("remove expired upload %q: %w", id, left))
		}
	}
	return u, err
}

// lookUp is find but for the slow half of a removal, which must not keep other
// uploads waiting: expired is what remains to be removed, if not empty.
func (v *Vault) lookUp(id vault.UploadID) (u *upload, expired string, err error) {
	missing := fmt.Errorf("upload %q: %w", id, vault.ErrNotFound)
	if !layout.IsUploadID(string(id)) {
		return nil, "", missing
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	u = v.uploads[id]
	if u == nil || u.access.Abandoned() {
		if u, err = loadUpload(v.dir, id); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil, "", missing
			}
			return nil, "", fmt.Errorf("upload %q: %w", id, err)
		}
		v.uploads[id] = u
	}
	// An upload of which a part is on its way is not idle, nor is one that somebody is
	// inside of.
	if v.idle(u) && u.access.TryLock() {
		defer u.access.Unlock()
		if v.readOnly != nil {
			return nil, "", missing
		}
		expired, err := durable.Hide(v.dir, u.path(""))
		if err != nil {
			v.leftOver(fmt.Errorf("remove expired upload %q: %w", id, err))
			return nil, "", missing
		}
		u.access.Close(missing)
		delete(v.uploads, id)
		return nil, expired, missing
	}
	return u, "", nil
}

func (v *Vault) idle(u *upload) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	life := v.options.UploadLifetime
	return life > 0 && u.receiving == 0 && v.options.Now().Sub(u.active) >= life
}

// forget drops an upload that has come to its end. Whoever waits for its
// lock gets ErrNotFound. The caller holds the lock alone.
func (v *Vault) forget(u *upload) {
	u.access.Close(fmt.Errorf("upload %q: %w", u.ID, vault.ErrNotFound))
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.uploads, u.ID)
}

// loadUpload reads an upload from the disk, all but its journal. Without its
// bytes, which a completed one has given away, it is not there.
func loadUpload(dir *os.Root, id vault.UploadID) (*upload, error) {
	u := &upload{dir: dir, access: rwlock.New(), places: make(map[int64]*place)}
	if _, err := dir.Lstat(uploadPath(id, dataFile)); err != nil {
		return nil, err
	}
	info, err := dir.Lstat(uploadPath(id, uploadFile))
	if err != nil {
		return nil, err
	}
	if err := durable.ReadDocument(dir, uploadPath(id, uploadFile), &u.uploadDocument); err != nil {
		return nil, err
	}
	switch {
	case u.ID == id:
	case strings.EqualFold(string(u.ID), string(id)):
		return nil, fs.ErrNotExist // found by an id in other case
	default:
		return nil, fmt.Errorf("%s: %w: it is about upload %q", uploadPath(id, uploadFile), durable.ErrDamaged, u.ID)
	}
	u.active = info.ModTime()
	u.journal = journal{dir: dir, name: u.path(journalFile), partSize: u.PartSize}
	return u, nil
}

// touch notes a request, also on the disk, for the next process.
func (u *upload) touch(now time.Time) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !now.After(u.active) {
		return nil
	}
	if err := u.dir.Chtimes(u.path(uploadFile), now, now); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // completed or aborted just now: the lock is closed
		}
		return fmt.Errorf("upload %q: %w", u.ID, err)
	}
	u.active = now
	return nil
}
