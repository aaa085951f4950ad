package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"firn/vault"
)

// UploadPart receives one part. The order is what makes an answer a promise:
// the bytes go to their place in the data file, are hashed on the way, flushed,
// and only then told of in the journal, which is flushed too.
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
	u, err := v.enterUpload(ctx, id)
	if err != nil {
		return err
	}
	defer v.leaveUpload(u)
	if err := checkPlace(part.Offset, part.Size, u.PartSize); err != nil {
		return invalid(err)
	}
	if err := u.claim(ctx, part.Offset); err != nil {
		return err
	}
	defer u.yield(part.Offset)
	there, err := u.journal.part(part.Offset)
	if err != nil {
		return err
	}
	switch {
	case there.Size == 0:
		err = v.addPart(ctx, u, part, body)
	case there.Size == part.Size && there.TreeHash == part.TreeHash:
		// Nothing to write, but the body must be what it is said to be.
		err = v.receive(ctx, io.Discard, io.Discard, body, part)
	default:
		err = v.replacePart(ctx, u, part, body)
	}
	u.gate.closeIfNotFlushed(err)
	return errors.Join(err, u.touch(v.options.Now()))
}

// enterUpload lets a request on an upload in, beside others. The caller calls
// leaveUpload, unless there was an error.
func (v *Vault) enterUpload(ctx context.Context, id vault.UploadID) (*upload, error) {
	if err := v.gate.enter(ctx); err != nil {
		return nil, err
	}
	u, err := v.use(id)
	if err == nil {
		err = u.gate.enter(ctx)
	}
	if err != nil {
		v.gate.leave()
		return nil, err
	}
	return u, nil
}

func (v *Vault) leaveUpload(u *upload) {
	u.gate.leave()
	v.gate.leave()
}

// addPart writes where nothing is: the bytes and their leaves. What a failed
// attempt leaves there is not in the journal, so nobody sees it.
func (v *Vault) addPart(ctx context.Context, u *upload, part vault.Part, body io.Reader) error {
	err := u.withLeaves(part.Offset, func(leaves io.Writer) error {
		return u.withData(func(data *os.File) error {
			if err := v.receive(ctx, io.NewOffsetWriter(data, part.Offset), leaves, body, part); err != nil {
				return err
			}
			return flush(data)
		})
	})
	if err != nil {
		return err
	}
	return u.journal.add(part)
}

// replacePart puts other bytes in the place of a part. They are received
// elsewhere first, so that the part stays as it is if they are not good. From
// then on the caller's context no longer matters: the place would be left empty.
func (v *Vault) replacePart(ctx context.Context, u *upload, part vault.Part, body io.Reader) error {
	name := u.path(temporaryName())
	temp, err := u.dir.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = v.receive(ctx, temp, io.Discard, body, part)
	if err == nil {
		err = u.journal.remove(part.Offset)
	}
	if err == nil {
		err = v.addPart(context.WithoutCancel(ctx), u, part, io.NewSectionReader(temp, 0, part.Size))
	}
	return errors.Join(err, temp.Close(), removeIfThere(u.dir, name))
}

// withData opens the data file for do. Every writer has a descriptor of its own,
// because the system reports a failed write to each descriptor once.
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
