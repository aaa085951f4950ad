package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"firn/vault"
	"firn/vault/dirvault/internal/layout"
)

// UploadPart receives one part. The order is what makes an answer a promise:
// the bytes go to their place in the data file, are hashed on the way, flushed,
// and only then told of in the journal, which is flushed too.
//
// It waits for the body outside of all gates, so a client that sends slowly, or
// nothing any more, keeps nobody else from anything: whoever completes or aborts the
// upload, or deletes the vault, does so at once, and this request finds it gone.
func (v *Vault) UploadPart(ctx context.Context, id vault.UploadID, part vault.Part, body io.ReadSeeker) (vault.Part, error) {
	if err := v.uploadPart(ctx, id, part, body); err != nil {
		return vault.Part{}, fmt.Errorf("part at byte %d of upload %q: %w", part.Offset, id, err)
	}
	part.Receipt = ""
	return part, nil
}

func (v *Vault) uploadPart(ctx context.Context, id vault.UploadID, part vault.Part, body io.Reader) error {
	if v.readOnly != nil {
		return v.readOnly
	}
	u, err := v.useToReceive(ctx, id)
	if err != nil {
		return err
	}
	defer u.received()
	if err := layout.CheckPosition(part.Offset, part.Size, u.PartSize); err != nil {
		return layout.Invalid(err)
	}
	err = v.receivePart(&incoming{ctx: ctx, v: v, u: u, part: part, body: body}) //nolint:contextcheck // it has ctx
	return errors.Join(err, u.touch(v.options.Now()))
}

// useToReceive is use for a request that sends a part. The caller calls received at
// its end, unless there was an error.
func (v *Vault) useToReceive(ctx context.Context, id vault.UploadID) (*upload, error) {
	if err := v.access.RLock(ctx); err != nil {
		return nil, err
	}
	defer v.access.RUnlock()
	u, err := v.use(id)
	if err != nil {
		return nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.receiving++
	return u, nil
}

func (u *upload) received() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.receiving--
}

func (v *Vault) receivePart(in *incoming) error {
	own, free := in.u.take(in.part.Offset)
	if free {
		defer in.u.giveUp(in.part.Offset, own)
	}
	var there vault.Part
	err := in.inside(func() (err error) {
		there, err = in.u.journal.part(in.part.Offset)
		return err
	})
	switch {
	case err != nil:
		return err
	case in.isThere(there):
		// Nothing to write, but the body must be what it is said to be.
		return in.receive(io.Discard, io.Discard)
	case there.Size == 0 && free:
		return in.addPart(own)
	}
	// It is received elsewhere first, so that what is there stays as it is if these
	// bytes are not good.
	return in.replacePart()
}

// withData opens the data file for do.
func (u *upload) withData(do func(data *os.File) error) error {
	data, err := u.dir.OpenFile(u.path(dataFile), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(do(data), data.Close())
}

// Parts lists the parts that were acknowledged.
func (v *Vault) Parts(ctx context.Context, id vault.UploadID) iter.Seq2[vault.Part, error] {
	return func(yield func(vault.Part, error) bool) {
		parts, err := v.parts(ctx, id)
		for _, p := range parts {
			if err = cancelled(ctx); err != nil {
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

func (v *Vault) parts(ctx context.Context, id vault.UploadID) ([]vault.Part, error) {
	u, err := v.enterUpload(ctx, id)
	if err != nil {
		return nil, err
	}
	defer v.leaveUpload(u)
	if v.readOnly != nil {
		return u.journal.listAsItIs()
	}
	return u.journal.list()
}

// enterUpload lets a request on an upload in, beside others. The caller calls
// leaveUpload, unless there was an error.
func (v *Vault) enterUpload(ctx context.Context, id vault.UploadID) (*upload, error) {
	if err := v.access.RLock(ctx); err != nil {
		return nil, err
	}
	u, err := v.use(id)
	if err == nil {
		err = u.access.RLock(ctx)
	}
	if err != nil {
		v.access.RUnlock()
		return nil, err
	}
	return u, nil
}

func (v *Vault) leaveUpload(u *upload) {
	u.access.RUnlock()
	v.access.RUnlock()
}
