package uploads

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	if err == nil {
		err = r.locked(func() error {
			if valid, err := own.ifValid(func() error { return r.acknowledge(f) }); valid {
				return err
			}
			return r.storedMeanwhile()
		})
	}
	return errors.Join(err, f.close())
}

// acknowledge records that the part was written.
func (r *request) acknowledge(f *partFiles) error {
	if err := f.flush(); err != nil {
		return err
	}
	return r.u.journal.add(r.part)
}

// storedMeanwhile returns nil if another request has stored the same part.
func (r *request) storedMeanwhile() error {
	r.u.storing.Lock()
	defer r.u.storing.Unlock()
	there, err := r.u.journal.part(r.part.Offset)
	if err == nil && !r.isPart(there) {
		err = fmt.Errorf("another request has stored other bytes there meanwhile, or removed what had come: %w", vault.ErrUnavailable)
	}
	return err
}

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
		err = r.locked(func() error { return r.copyPart(temp) })
	}
	return errors.Join(err, temp.Close(), durable.RemoveIfThere(r.u.dir, name))
}

// copyPart copies a part that was received aside into the data. A request that writes the
// same part, or begins to, learns that it was replaced. Once the copying has begun, it does
// not end with the request's context, because the journal would be left without the part.
func (r *request) copyPart(temp io.ReaderAt) error {
	r.u.storing.Lock()
	defer r.u.storing.Unlock()
	own := r.u.takeOver(r.part.Offset)
	defer r.u.release(r.part.Offset, own)
	there, err := r.u.journal.part(r.part.Offset)
	if err != nil || r.isPart(there) {
		return err
	}
	if there.Size > 0 {
		if err := r.u.journal.remove(r.part.Offset); err != nil {
			return err
		}
	}
	f, err := r.u.openPart()
	if err != nil {
		return err
	}
	err = r.s.receive(context.WithoutCancel(r.ctx), f.dataAt(r.part.Offset), f.leavesAt(r.part.Offset),
		io.NewSectionReader(temp, 0, r.part.Size), r.part)
	if err == nil {
		err = r.acknowledge(f)
	}
	return errors.Join(err, f.close())
}
