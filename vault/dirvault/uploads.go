package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
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
	id, err := v.uploads.Create(req, v.options.now())
	if err != nil {
		return "", fmt.Errorf("create upload: %w", err)
	}
	return id, nil
}

// UploadPart receives one part. It is durable when UploadPart returns without an error. While
// a client sends slowly, or sends nothing any more, others can complete or abort the upload,
// or delete the vault, without waiting for it.
func (v *Vault) UploadPart(ctx context.Context, id vault.UploadID, part vault.Part, body io.ReadSeeker) (vault.Part, error) {
	err := v.readOnly
	if err == nil {
		err = v.uploads.Receive(ctx, id, part, body)
	}
	if err != nil {
		return vault.Part{}, fmt.Errorf("part at byte %d of upload %q: %w", part.Offset, id, err)
	}
	part.Receipt = ""
	return part, nil
}

// Parts lists the parts that were acknowledged.
func (v *Vault) Parts(ctx context.Context, id vault.UploadID) iter.Seq2[vault.Part, error] {
	return func(yield func(vault.Part, error) bool) {
		parts, err := v.uploads.Parts(ctx, id)
		for _, p := range parts {
			if err = cancel.Err(ctx); err != nil {
				break
			}
			if !yield(p, nil) {
				return
			}
		}
		if err != nil {
			yield(vault.Part{}, fmt.Errorf("list parts of upload %q: %w", id, err))
		}
	}
}

// AbortUpload removes an unfinished upload, and does not wait for parts that are
// on their way: their requests fail.
func (v *Vault) AbortUpload(ctx context.Context, id vault.UploadID) error {
	if err := v.lockToWrite(ctx); err != nil {
		return fmt.Errorf("abort upload %q: %w", id, err)
	}
	defer v.access.RUnlock()
	if err := v.uploads.Abort(ctx, id); err != nil && !errors.Is(err, vault.ErrNotFound) {
		return fmt.Errorf("abort upload %q: %w", id, err)
	}
	return nil
}

// Uploads lists the unfinished uploads. Those that were idle for too long are
// removed instead. Damaged ones, which cannot be continued, are left out and
// reported to Options.OnDamage.
func (v *Vault) Uploads(ctx context.Context) iter.Seq2[vault.Upload, error] {
	return func(yield func(vault.Upload, error) bool) {
		err := v.eachUpload(ctx, func(u vault.Upload, broken error) bool {
			if broken != nil {
				v.damaged(broken)
				return true
			}
			return yield(u, nil)
		})
		if err != nil {
			yield(vault.Upload{}, fmt.Errorf("list uploads of directory vault %q: %w", v.path, err))
		}
	}
}

// eachUpload calls visit with every unfinished upload, until it returns false; see
// uploads.Store.Each.
func (v *Vault) eachUpload(ctx context.Context, visit func(u vault.Upload, broken error) bool) error {
	if err := v.access.Closed(); err != nil {
		return err
	}
	return v.uploads.Each(ctx, visit)
}
