package dirvault

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

// incoming is a part that a request sends.
type incoming struct {
	ctx  context.Context
	v    *Vault
	u    *upload
	part vault.Part
	body io.Reader
}

// inside calls do within the gates of the vault and the upload, where nobody
// completes or removes them. It must not wait for the client.
func (in *incoming) inside(do func() error) error {
	if err := in.v.access.RLock(in.ctx); err != nil {
		return err
	}
	defer in.v.access.RUnlock()
	if err := in.u.access.RLock(in.ctx); err != nil {
		return err
	}
	defer in.u.access.RUnlock()
	err := do()
	in.u.access.CloseIfNotFlushed(err)
	return err
}

// Read reads the body, for as long as there is something to receive it for.
func (in *incoming) Read(b []byte) (int, error) {
	if err := cmp.Or(in.v.access.Closed(), in.u.access.Closed()); err != nil {
		return 0, err
	}
	return in.body.Read(b)
}

func (in *incoming) receive(data, leaves io.Writer) error {
	return in.v.receive(in.ctx, data, leaves, in, in.part)
}

// isThere reports whether a part of the journal is the one that comes in.
func (in *incoming) isThere(p vault.Part) bool {
	return p.Size == in.part.Size && p.TreeHash == in.part.TreeHash
}

// addPart writes where nothing is: the bytes and their leaves. What a failed
// attempt leaves there is not in the journal, so nobody sees it.
func (in *incoming) addPart(own *place) error {
	var f *partFiles
	err := in.inside(func() (err error) {
		f, err = in.u.openPart()
		return err
	})
	if err != nil {
		return err
	}
	gated := func(w io.Writer) io.Writer { return &gatedWriter{in, own, w} }
	err = in.receive(gated(f.dataAt(in.part.Offset)), gated(f.leavesAt(in.part.Offset)))
	if err == nil {
		err = in.inside(func() error {
			if still, err := own.ifOwn(func() error { return in.acknowledge(f) }); still {
				return err
			}
			return in.storedMeanwhile()
		})
	}
	return errors.Join(err, f.close())
}

// acknowledge makes the part that was written one that is there.
func (in *incoming) acknowledge(f *partFiles) error {
	if err := f.flush(); err != nil {
		return err
	}
	return in.u.journal.add(in.part)
}

// storedMeanwhile returns nil if what another request has stored in the place of
// the part is the part.
func (in *incoming) storedMeanwhile() error {
	in.u.placing.Lock()
	defer in.u.placing.Unlock()
	there, err := in.u.journal.part(in.part.Offset)
	if err == nil && !in.isThere(there) {
		err = fmt.Errorf("another request has stored other bytes there meanwhile, or removed what had come: %w", vault.ErrUnavailable)
	}
	return err
}

// gatedWriter writes to the place of a part inside the gates, until somebody else has
// stored the part.
type gatedWriter struct {
	in  *incoming
	own *place
	w   io.Writer
}

func (g *gatedWriter) Write(b []byte) (int, error) {
	n := len(b) // also of what is no longer wanted
	err := g.in.inside(func() error {
		_, err := g.own.ifOwn(func() (err error) {
			n, err = g.w.Write(b)
			return err
		})
		return err
	})
	return n, err
}

// replacePart receives the part aside and puts it in the place of what is there, or
// of what another request writes there. From then on the caller's context no longer
// matters: the place would be left empty.
func (in *incoming) replacePart() error {
	name := in.u.path(layout.TemporaryName())
	var temp *os.File
	err := in.inside(func() (err error) {
		temp, err = in.u.dir.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		return err
	})
	if err != nil {
		return err
	}
	err = in.receive(temp, io.Discard)
	if err == nil {
		err = in.inside(func() error { return in.put(temp) })
	}
	return errors.Join(err, temp.Close(), durable.RemoveIfThere(in.u.dir, name))
}

// put copies a part that was received aside to its place. Who writes there now, or
// begins to, is told that it is another's.
func (in *incoming) put(temp *os.File) error {
	in.u.placing.Lock()
	defer in.u.placing.Unlock()
	own := in.u.seize(in.part.Offset)
	defer in.u.giveUp(in.part.Offset, own)
	there, err := in.u.journal.part(in.part.Offset)
	if err != nil || in.isThere(there) {
		return err
	}
	if there.Size > 0 {
		if err := in.u.journal.remove(in.part.Offset); err != nil {
			return err
		}
	}
	f, err := in.u.openPart()
	if err != nil {
		return err
	}
	err = in.v.receive(context.WithoutCancel(in.ctx), f.dataAt(in.part.Offset), f.leavesAt(in.part.Offset),
		io.NewSectionReader(temp, 0, in.part.Size), in.part)
	if err == nil {
		err = in.acknowledge(f)
	}
	return errors.Join(err, f.close())
}
