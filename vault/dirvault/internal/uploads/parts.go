package uploads

import (
	"context"
	"errors"
	"io"

	"firn/vault"
	"firn/vault/dirvault/internal/layout"
)

// Receive receives one part. The bytes are written at the part's offset in the data file,
// hashed on the way and flushed. Only then is the part recorded in the journal, which is
// flushed too. So a part is durable when Receive returns nil.
//
// Receive holds no lock while it waits for the body. If a client sends slowly, or stops, the
// upload can be completed or aborted, and the vault deleted, without waiting for it. Its
// request then fails.
func (s *Store) Receive(ctx context.Context, id vault.UploadID, part vault.Part, body io.Reader) error {
	u, err := s.useToReceive(ctx, id)
	if err != nil {
		return err
	}
	defer u.received()
	if err := layout.CheckPosition(part.Offset, part.Size, u.PartSize); err != nil {
		return layout.Invalid(err)
	}
	r := &request{ctx: ctx, s: s, u: u, part: part, body: body}
	return errors.Join(r.store(), u.touch(s.Now()))
}

// useToReceive is use for a request that sends a part. The caller calls received at
// its end, unless there was an error.
func (s *Store) useToReceive(ctx context.Context, id vault.UploadID) (*Upload, error) {
	if err := s.Access.RLock(ctx); err != nil {
		return nil, err
	}
	defer s.Access.RUnlock()
	u, err := s.use(id)
	if err != nil {
		return nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.receiving++
	return u, nil
}

func (r *request) store() error {
	own, free := r.u.claim(r.part.Offset)
	if free {
		defer r.u.release(r.part.Offset, own)
	}
	var there vault.Part
	err := r.locked(func() (err error) {
		there, err = r.u.journal.part(r.part.Offset)
		return err
	})
	switch {
	case err != nil:
		return err
	case r.isPart(there):
		// Nothing is written, but the body must be the part.
		return r.receive(io.Discard, io.Discard)
	case there.Size == 0 && free:
		return r.addPart(own)
	}
	// The part is received aside first, so that the bytes that are there stay if the new
	// ones are not good.
	return r.replacePart()
}

// Parts returns the parts that were acknowledged, sorted by offset.
func (s *Store) Parts(ctx context.Context, id vault.UploadID) ([]vault.Part, error) {
	if err := s.Access.RLock(ctx); err != nil {
		return nil, err
	}
	defer s.Access.RUnlock()
	u, err := s.use(id)
	if err != nil {
		return nil, err
	}
	if err := u.access.RLock(ctx); err != nil {
		return nil, err
	}
	defer u.access.RUnlock()
	if s.files.IsReadOnly() {
		return u.journal.listAsItIs()
	}
	return u.journal.list()
}
