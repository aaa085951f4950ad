package restore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"firn/pack"
	"firn/record"
	"firn/vault"
)

var emptyDigest = record.Digest(sha256.Sum256(nil))

// errPlace means that the content of one file cannot be fetched; others may.
var errPlace = errors.New("its content cannot be fetched")

// contents finds where contents are. It remembers the last one, because files with the same
// content are often beside each other, and the state of each pack.
type contents struct {
	book  record.RestoreJournal
	vault string
	last  content
	packs map[int64]error // by key: why nothing can be fetched from the pack
}

// content is where a content is: in one piece, or in segments. Zero bytes take no piece.
type content struct {
	key    int64
	digest record.Digest
	size   int64
	pieces []piece
	err    error
}

// find returns where the content of a file is. The error wraps errPlace if it is only about
// this file.
func (c *contents) find(ctx context.Context, i item) (content, error) {
	if c.last.key == 0 || c.last.key != i.Content {
		found, err := c.load(ctx, i.Content)
		if err != nil && !errors.Is(err, errPlace) {
			return content{}, err
		}
		found.key, found.err = i.Content, err
		c.last = found
	}
	if c.last.err == nil && c.last.size != i.Size {
		return content{}, vault.Errorf(vault.ErrInvalid, "%w: the file has %d bytes on record, and its content %d", errPlace, i.Size, c.last.size)
	}
	return c.last, c.last.err
}

func (c *contents) load(ctx context.Context, key int64) (content, error) {
	on, err := c.record(ctx, key)
	if err != nil {
		return content{}, err
	}
	found := content{digest: on.Digest, size: on.Size}
	if on.Pack != 0 {
		p, err := c.piece(ctx, on)
		found.pieces = []piece{p}
		return found, err
	}
	end := int64(0)
	for _, s := range on.Segments {
		if s.Offset != end || s.Size <= 0 || s.Size > pack.SegmentSize {
			return content{}, vault.Errorf(vault.ErrInvalid, "%w: its segments do not lie one after the other", errPlace)
		}
		end += s.Size
		if s.Part == 0 {
			continue
		}
		part, err := c.record(ctx, s.Part)
		if err != nil {
			return content{}, err
		}
		p, err := c.piece(ctx, part)
		if err != nil {
			return content{}, err
		}
		if part.Size != s.Size {
			return content{}, vault.Errorf(vault.ErrInvalid, "%w: a segment has %d bytes instead of %d", errPlace, part.Size, s.Size)
		}
		p.At, p.Large = s.Offset, -1
		found.pieces = append(found.pieces, p)
	}
	if end != on.Size {
		return content{}, vault.Errorf(vault.ErrInvalid, "%w: its segments have %d bytes, and the content %d", errPlace, end, on.Size)
	}
	return found, nil
}

// record returns a content by its key.
func (c *contents) record(ctx context.Context, key int64) (record.Content, error) {
	on, err := c.book.ContentByKey(ctx, key)
	if errors.Is(err, vault.ErrNotFound) {
		return on, fmt.Errorf("%w: the record does not say where it is: %w", errPlace, err)
	}
	if err == nil && (on.Size < 0 || on.Offset < 0) {
		return on, vault.Errorf(vault.ErrInvalid, "%w: the record has %d bytes at %d", errPlace, on.Size, on.Offset)
	}
	return on, err
}

// piece returns the piece that a content in a pack is.
func (c *contents) piece(ctx context.Context, on record.Content) (piece, error) {
	reason, known := c.packs[on.Pack]
	if !known {
		p, err := c.book.Pack(ctx, on.Pack)
		if err != nil && !errors.Is(err, vault.ErrNotFound) {
			return piece{}, err
		}
		reason = c.reason(p, err)
		c.packs[on.Pack] = reason
	}
	return piece{Pack: on.Pack, Place: on.Offset, Bytes: on.Size, Digest: on.Digest}, reason
}

// reason says why nothing can be fetched from a pack.
func (c *contents) reason(p record.Pack, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("%w: the record does not have its pack: %w", errPlace, err)
	case p.State == record.Lost:
		return vault.Errorf(vault.ErrNotFound, "%w: the pack %s was lost", errPlace, p.ID)
	case p.State != record.Packed:
		return vault.Errorf(vault.ErrNotReady, "%w: the backup has not stored its pack yet: %s", errPlace, p.ID)
	case p.Vault != c.vault:
		return vault.Errorf(vault.ErrInvalid, "%w: the pack %s is in another vault", errPlace, p.ID)
	}
	return nil
}
