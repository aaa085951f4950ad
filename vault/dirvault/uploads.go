package dirvault

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// CreateUpload starts an upload. The name is ignored: archives have none here.
func (v *Vault) CreateUpload(ctx context.Context, req vault.UploadRequest) (vault.UploadID, error) {
	if err := errors.Join(layout.CheckPartSize(req.PartSize), layout.CheckDescription(req.Description)); err != nil {
		return "", fmt.Errorf("create upload: %w", layout.Invalid(err))
	}
	if err := v.lockToWrite(ctx); err != nil {
		return "", fmt.Errorf("create upload: %w", err)
	}
	defer v.access.RUnlock()
	d := uploadDocument{
		Version:     durable.FormatVersion,
		ID:          vault.UploadID(layout.NewID()),
		Description: req.Description,
		PartSize:    req.PartSize,
		Created:     v.options.now(),
	}
	if err := v.createUpload(&d); err != nil {
		return "", fmt.Errorf("create upload: %w", err)
	}
	return d.ID, nil
}

// createUpload writes upload.json last: without it there is no upload.
func (v *Vault) createUpload(d *uploadDocument) (err error) {
	dir := uploadPath(d.ID, "")
	if err := v.dir.Mkdir(dir, 0o700); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, v.dir.RemoveAll(dir))
		}
	}()
	files := []string{dataFile, journalFile}
	if d.PartSize%treehash.LeafSize == 0 {
		files = append(files, leavesFile)
	}
	for _, name := range files {
		f, err := v.dir.OpenFile(uploadPath(d.ID, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	if err := durable.WriteDocument(v.dir, uploadPath(d.ID, uploadFile), d); err != nil {
		return err
	}
	now := v.options.Now()
	if err := v.dir.Chtimes(uploadPath(d.ID, uploadFile), now, now); err != nil {
		return err
	}
	return durable.SyncDir(v.dir, layout.UploadsDir)
}

// AbortUpload removes an unfinished upload, and does not wait for parts that are
// on their way: they find it gone.
func (v *Vault) AbortUpload(ctx context.Context, id vault.UploadID) error {
	if err := v.lockToWrite(ctx); err != nil {
		return fmt.Errorf("abort upload %q: %w", id, err)
	}
	defer v.access.RUnlock()
	if err := v.abortUpload(ctx, id); err != nil && !errors.Is(err, vault.ErrNotFound) {
		return fmt.Errorf("abort upload %q: %w", id, err)
	}
	return nil
}

func (v *Vault) abortUpload(ctx context.Context, id vault.UploadID) error {
	u, err := v.find(id)
	if err != nil {
		return err
	}
	if err := u.access.Lock(ctx); err != nil {
		return err
	}
	defer u.access.Unlock()
	hidden, err := durable.Hide(v.dir, u.path(""))
	if err != nil {
		return err
	}
	v.forget(u)
	if err := durable.SyncDir(v.dir, layout.UploadsDir); err != nil {
		return err
	}
	// The upload is gone. Its bytes, of which there may be terabytes, are another matter.
	if err := v.dir.RemoveAll(hidden); err != nil {
		v.leftOver(err)
	}
	return nil
}

// Uploads lists the unfinished uploads. Those that were idle for too long are
// removed instead. Damaged ones, which nobody can go on with, are left out and
// told to Options.OnDamage.
func (v *Vault) Uploads(ctx context.Context) iter.Seq2[vault.Upload, error] {
	return func(yield func(vault.Upload, error) bool) {
		err := v.eachUpload(ctx, func(u vault.Upload, broken error) bool {
			if broken != nil {
				v.options.OnDamage(fmt.Errorf("directory vault %q: %w", v.path, broken))
				return true
			}
			return yield(u, nil)
		})
		if err != nil {
			yield(vault.Upload{}, fmt.Errorf("list uploads of directory vault %q: %w", v.path, err))
		}
	}
}

// eachUpload calls visit with every unfinished upload, until it returns false.
// Where broken says why one cannot be read, only its ID is known.
func (v *Vault) eachUpload(ctx context.Context, visit func(u vault.Upload, broken error) bool) error {
	if err := v.access.Closed(); err != nil {
		return err
	}
	return v.eachEntry(layout.UploadsDir, func(name string) (bool, error) {
		if err := cancelled(ctx); err != nil {
			return false, err
		}
		u, err := v.find(vault.UploadID(name))
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
