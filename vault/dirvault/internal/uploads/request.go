package uploads

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// request is a request that sends a part.
type request struct {
	ctx  context.Context
	s    *Store
	u    *Upload
	part vault.Part
	body io.Reader
}

// locked calls do while nobody completes or removes the upload, or removes the vault: it
// holds the locks of both beside others. do must not wait for the client.
func (r *request) locked(do func() error) error {
	if err := r.s.Access.RLock(r.ctx); err != nil {
		return err
	}
	defer r.s.Access.RUnlock()
	if err := r.u.access.RLock(r.ctx); err != nil {
		return err
	}
	defer r.u.access.RUnlock()
	err := do()
	r.u.access.CloseIfNotFlushed(err)
	return err
}

// Read reads the body, for as long as there is an upload to receive it for.
func (r *request) Read(b []byte) (int, error) {
	if err := cmp.Or(r.s.Access.Closed(), r.u.access.Closed()); err != nil {
		return 0, err
	}
	return r.body.Read(b)
}

func (r *request) receive(data, leaves io.Writer) error {
	return r.s.receive(r.ctx, data, leaves, r, r.part)
}

// isPart reports whether a part of the journal is the one that the request sends.
func (r *request) isPart(p vault.Part) bool {
	return p.Size == r.part.Size && p.TreeHash == r.part.TreeHash
}

// addPart writes a part where the journal has none: the bytes and their leaves. If it fails,
// the journal still has no part there, so nobody sees the bytes.
func (r *request) addPart(own *claim) error {
	var f *partFiles
	err := r.locked(func() (err error) {
		f, err = r.u.openPart()
		return err
	})
	if err != nil {
		return err
	}
	err = r.receive(r.claimed(own, f.dataAt(r.part.Offset)), r.claimed(own, f.leavesAt(r.part.Offset)))
	stored := false
	if err == nil {
		stored, err = r.acknowledgeIf(own, f)
	}
	if err = errors.Join(err, f.close()); err != nil || stored {
		return err
	}
	return r.storedMeanwhile()
}

// acknowledgeIf calls acknowledge unless the claim was revoked.
func (r *request) acknowledgeIf(own *claim, f *partFiles) (stored bool, err error) {
	err = r.locked(func() error {
		stored, err = own.ifValid(func() error { return r.acknowledge(f) })
		return err
	})
	return stored, err
}

// acknowledge records that the part was written.
func (r *request) acknowledge(f *partFiles) error {
	if err := f.flush(); err != nil {
		return err
	}
	return r.u.journal.add(r.part)
}

// storedMeanwhile returns nil if another request has stored the same part. It waits for a
// request that copies it.
func (r *request) storedMeanwhile() error {
	if err := r.u.storing.Lock(r.ctx); err != nil {
		return err
	}
	defer r.u.storing.Unlock()
	return r.locked(func() error {
		there, err := r.u.journal.part(r.part.Offset)
		if err == nil && !r.isPart(there) {
			err = errReplaced
		}
		return err
	})
}

var errReplaced = vault.Errorf(vault.ErrUnavailable, "another request has stored other bytes there meanwhile, or removed what had come")

// claimed returns a writer that holds the locks for each write. Once the claim was revoked it
// drops the bytes.
func (r *request) claimed(own *claim, w io.Writer) io.Writer { return &claimedWriter{r, own, w} }

type claimedWriter struct {
	r   *request
	own *claim
	w   io.Writer
}

func (c *claimedWriter) Write(b []byte) (int, error) {
	n := len(b) // also of bytes that are dropped
	err := c.r.locked(func() error {
		_, err := c.own.ifValid(func() (err error) {
			n, err = c.w.Write(b)
			return err
		})
		return err
	})
	return n, err
}

// replacePart receives the part aside. Then it replaces the part that the journal has, or the
// bytes that another request is writing.
func (r *request) replacePart() error {
	name := r.u.path(layout.TemporaryName())
	var temp *os.File
	err := r.locked(func() (err error) {
		temp, err = r.u.dir.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		return err
	})
	if err != nil {
		return err
	}
	err = r.receive(temp, io.Discard)
	if err == nil {
		err = r.copyPart(temp)
	}
	return errors.Join(err, temp.Close(), durable.RemoveIfThere(r.u.dir, name))
}

// copyPart copies a part that was received aside into the data. It holds the locks for each
// write, not for all of the copying, so that the upload can be completed or aborted
// meanwhile. A completion then finds that the part is missing, as it does while a part comes
// for the first time. A request that writes the same part, or begins to, learns that it was
// replaced. Once the copying has begun, it does not end with the request's context, because
// the journal would be left without the part.
func (r *request) copyPart(temp io.ReaderAt) error {
	// Nobody may wait for storing while holding the locks: its holder waits for them.
	if err := r.u.storing.Lock(r.ctx); err != nil {
		return err
	}
	defer r.u.storing.Unlock()
	own, f, err := r.beginCopy()
	if own != nil {
		defer r.u.release(r.part.Offset, own)
	}
	if f == nil {
		return err
	}
	c := *r
	c.ctx = context.WithoutCancel(r.ctx)
	err = c.s.receive(c.ctx, c.claimed(own, f.dataAt(c.part.Offset)), c.claimed(own, f.leavesAt(c.part.Offset)),
		io.NewSectionReader(temp, 0, c.part.Size), c.part)
	stored := false
	if err == nil {
		stored, err = c.acknowledgeIf(own, f)
	}
	if err == nil && !stored {
		err = errReplaced
	}
	return errors.Join(err, f.close())
}

// beginCopy takes the claim over and removes the part that the journal has, before its bytes
// are overwritten. It returns no files if the journal has the same part already.
func (r *request) beginCopy() (own *claim, f *partFiles, err error) {
	err = r.locked(func() error {
		own = r.u.takeOver(r.part.Offset)
		there, err := r.u.journal.part(r.part.Offset)
		if err != nil || r.isPart(there) {
			return err
		}
		opened, err := r.u.openPart()
		if err != nil {
			return err
		}
		if there.Size > 0 {
			if err := r.u.journal.remove(r.part.Offset); err != nil {
				return errors.Join(err, opened.close())
			}
		}
		f = opened
		return nil
	})
	return own, f, err
}
