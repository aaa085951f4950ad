package uploads

import (
	"context"
	"fmt"

	"firn/treehash"
	"firn/vault"
)

// Complete compares the parts of an upload with a completion, and calls publish with the tree
// hash of the whole while no other request uses the upload. publish makes an archive of the
// data, see Upload.Data, and calls Forget when it has. The error wraps ErrNotFound if there is
// no such upload, or none any more.
func (s *Store) Complete(
	ctx context.Context, id vault.UploadID, c vault.Completion, publish func(u *Upload, hash treehash.Hash) error,
) error {
	u, err := s.use(id)
	if err != nil {
		return err
	}
	if err := u.access.Lock(ctx); err != nil {
		return err
	}
	defer u.access.Unlock()
	parts, err := u.journal.list()
	if err != nil {
		return err
	}
	if err := compareParts(parts, c); err != nil {
		return err
	}
	hash, err := u.treeHash(ctx, parts, c.Size)
	if err != nil {
		return err
	}
	if hash != c.TreeHash {
		return &vault.ChecksumError{Sent: c.TreeHash, Computed: hash}
	}
	return publish(u, hash)
}

// compareParts compares the parts that the caller names with those in the journal.
func compareParts(parts []vault.Part, c vault.Completion) error {
	var end int64
	for _, p := range parts {
		if p.Offset != end {
			return vault.Errorf(vault.ErrInvalid, "bytes %d to %d are missing", end, p.Offset-1)
		}
		end += p.Size
	}
	if end != c.Size {
		return vault.Errorf(vault.ErrInvalid, "its parts have %d bytes, not %d", end, c.Size)
	}
	if len(parts) != len(c.Parts) {
		return vault.Errorf(vault.ErrInvalid, "it has %d parts, not %d", len(parts), len(c.Parts))
	}
	for i, p := range parts {
		given := c.Parts[i]
		if given.Offset != p.Offset || given.Size != p.Size {
			return vault.Errorf(vault.ErrInvalid, "part %d has %d bytes at byte %d, not %d at %d",
				i+1, p.Size, p.Offset, given.Size, given.Offset)
		}
		if given.TreeHash != p.TreeHash {
			return fmt.Errorf("part %d: %w", i+1, &vault.ChecksumError{Sent: given.TreeHash, Computed: p.TreeHash})
		}
	}
	return nil
}
