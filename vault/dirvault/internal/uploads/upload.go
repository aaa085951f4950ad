package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/bits"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/dirvault/internal/leaves"
	"firn/vault/dirvault/internal/rwlock"
)

// Names of the files of an upload.
const (
	uploadFile  = "upload.json"
	dataFile    = "data"
	journalFile = "parts"
	leavesFile  = "leaves"
)

// document is upload.json.
type document struct {
	Version     int            `json:"version"`
	ID          vault.UploadID `json:"id"`
	Description string         `json:"description"`
	PartSize    int64          `json:"part_size"`
	Created     time.Time      `json:"created"`
}

// Check refuses a document that makes no sense.
func (d *document) Check() error {
	switch {
	case !layout.IsUploadID(string(d.ID)):
		return fmt.Errorf("%q is not an upload id", d.ID)
	case d.Created.IsZero():
		return errors.New("no creation date")
	}
	return errors.Join(durable.CheckVersion(d.Version), layout.CheckDescription(d.Description),
		layout.CheckPartSize(d.PartSize), layout.CheckTime(d.Created))
}

// Upload is an unfinished upload in memory. A Store has one value for each, so that its
// requests share the locks.
type Upload struct {
	document
	dir     *os.Root
	access  *rwlock.Lock // held side by side while bytes of parts are written, alone while it is completed or aborted
	journal journal
	storing *rwlock.Lock // held alone while a part that was received aside is copied into the data

	mu        sync.Mutex       // guards the fields below
	active    time.Time        // last request
	receiving int              // requests whose part is on its way
	claims    map[int64]*claim // by the offset of the part
}

func uploadPath(id vault.UploadID, name string) string {
	return path.Join(layout.UploadsDir, string(id), name)
}

func (u *Upload) path(name string) string { return uploadPath(u.ID, name) }

// Dir is the path of the upload's directory.
func (u *Upload) Dir() string { return u.path("") }

// Data is the path of the bytes of all parts.
func (u *Upload) Data() string { return u.path(dataFile) }

// load reads an upload from the disk, all but its journal. A completed upload, whose bytes
// are those of an archive, is not there.
func load(dir *os.Root, id vault.UploadID) (*Upload, error) {
	u := &Upload{dir: dir, access: rwlock.New(), storing: rwlock.New(), claims: make(map[int64]*claim)}
	if _, err := dir.Lstat(uploadPath(id, dataFile)); err != nil {
		return nil, err
	}
	info, err := dir.Lstat(uploadPath(id, uploadFile))
	if err != nil {
		return nil, err
	}
	if err := durable.ReadDocument(dir, uploadPath(id, uploadFile), &u.document); err != nil {
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
func (u *Upload) touch(now time.Time) error {
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

func (u *Upload) received() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.receiving--
}

// Fit makes the data file as long as its parts. It may be longer, if a part
// that failed, was replaced or is on its way reached further. The bytes of a part that is
// on its way are then removed, so its request must not store the rest of it behind a hole,
// if the completion fails. Fit is called by the function that Store.Complete calls.
func (u *Upload) Fit(size int64) error {
	err := u.withData(func(data *os.File) error {
		info, err := data.Stat()
		if err != nil {
			return err
		}
		if info.Size() == size {
			return nil
		}
		if info.Size() < size {
			return fmt.Errorf("%s: %w: it has %d bytes of %d", data.Name(), durable.ErrDamaged, info.Size(), size)
		}
		u.revokeClaims()
		if err := data.Truncate(size); err != nil {
			return err
		}
		return durable.SyncFile(data)
	})
	u.access.CloseIfNotFlushed(err)
	return err
}

func (u *Upload) withData(do func(data *os.File) error) error {
	data, err := u.dir.OpenFile(u.path(dataFile), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(do(data), data.Close())
}

// CopyLeaves copies the leaves of the upload to those of an archive of size bytes, durably.
// There are none where a part size is no multiple of a leaf. An archive of one leaf needs
// none: its tree hash is the leaf.
func (u *Upload) CopyLeaves(archive vault.ArchiveID, size int64) error {
	n := treehash.Leaves(size)
	if n == 1 {
		return nil
	}
	f, err := u.dir.Open(u.path(leavesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return durable.FillFile(u.dir, layout.ArchiveLeaves(archive), func(w *os.File) error {
		_, err := io.Copy(w, io.LimitReader(f, n*leaves.Size))
		return err
	})
}

// treeHash is made from the hashes of the parts, which were compared when they
// came, unless the part size forbids it: then the bytes are read again.
func (u *Upload) treeHash(ctx context.Context, parts []vault.Part, size int64) (treehash.Hash, error) {
	if perPart := u.PartSize / treehash.LeafSize; len(parts) > 1 &&
		(u.PartSize%treehash.LeafSize != 0 || bits.OnesCount64(uint64(perPart)) != 1) {
		return leaves.RangeHash(ctx, u.dir, u.path(dataFile), vault.Range{Size: size})
	}
	pieces := make([]treehash.Hash, len(parts))
	for i, p := range parts {
		pieces[i] = p.TreeHash
	}
	return treehash.Combine(pieces), nil
}
