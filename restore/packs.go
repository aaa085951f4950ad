package restore

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"firn/internal/seal"
	"firn/pack"
	"firn/record"
	"firn/vault"
)

// layout says where the bytes of a pack are.
type layout struct {
	record.Pack
	tail   *pack.Tail
	sealed seal.Layout // of an encrypted pack
}

// newLayout checks what is on record about a pack.
func newLayout(p record.Pack) (*layout, error) {
	l := &layout{Pack: p}
	tail, err := pack.ParseTail(p.Tail, p.PlainSize)
	if err != nil {
		return nil, l.fail(err)
	}
	l.tail = tail
	switch {
	case !isID(p.ID):
		return nil, l.fail(errors.New("it is not an id of a pack"))
	case tail.ID != p.ID:
		return nil, l.fail(fmt.Errorf("its end is that of the pack %s", tail.ID))
	case len(p.IndexDigest) > 0 && !bytes.Equal(p.IndexDigest, tail.IndexDigest[:]):
		return nil, l.fail(errors.New("the digest of its index differs from its end"))
	case !l.isSealed():
		if p.Size != p.PlainSize {
			return nil, l.fail(fmt.Errorf("it has %d bytes instead of %d", p.Size, p.PlainSize))
		}
		return l, nil
	}
	l.sealed, err = seal.NewLayout(int64(len(p.Header)), p.Size)
	if err == nil && l.sealed.Plain() != p.PlainSize {
		err = fmt.Errorf("an encrypted file of %d bytes has %d bytes of content, and not %d", p.Size, l.sealed.Plain(), p.PlainSize)
	}
	if err != nil {
		return nil, l.fail(err)
	}
	return l, nil
}

// fail is an error about what is on record about the pack.
func (l *layout) fail(err error) error {
	return fmt.Errorf("%w: the record of the pack %.40q: %w", errPlace, l.ID, err)
}

func (l *layout) isSealed() bool { return len(l.Header) > 0 }

// span returns the bytes of the archive that hold a piece.
func (l *layout) span(p piece) (vault.Range, error) {
	if p.Place < 0 || p.Bytes < 0 || p.Place > l.tail.DataSize || p.Bytes > l.tail.DataSize-p.Place {
		return vault.Range{}, vault.Errorf(vault.ErrInvalid, "%w: the record places it at byte %d of the pack %s, beyond its end", errPlace, p.Place, l.ID)
	}
	plain := l.tail.Span(p.Place, p.Bytes)
	if !l.isSealed() {
		return vault.Range(plain), nil
	}
	return vault.Range(l.sealed.Span(plain.Offset, plain.Size)), nil
}

// also returns the bytes of the archive that are always needed, if the record does not have
// them: the last chunk of an encrypted pack.
func (l *layout) also() (vault.Range, bool) {
	if !l.isSealed() || int64(len(l.Last)) == l.sealed.Last().Size {
		return vault.Range{}, false
	}
	return vault.Range(l.sealed.Last()), true
}

// open opens the pack from ranges that were downloaded.
func (l *layout) open(w *workDir, ranges []vault.Range, ids seal.Identities) (*opened, error) {
	o := &opened{layout: l, work: w}
	have := &seal.Sparse{}
	for _, r := range ranges {
		have.Add(seal.Range(r), &downloaded{o, r})
	}
	o.plain = have
	if l.isSealed() {
		plain, err := l.unseal(have, ids)
		if err != nil {
			return nil, errors.Join(err, o.close())
		}
		o.plain = plain
	}
	return o, nil
}

// unseal decrypts the pack. Without ranges, it finds out whether an identity opens it.
func (l *layout) unseal(have *seal.Sparse, ids seal.Identities) (io.ReaderAt, error) {
	if _, missing := l.also(); !missing {
		have.Add(l.sealed.Last(), bytes.NewReader(l.Last))
	}
	r, err := seal.OpenHead(l.Header, have, l.Size, ids)
	if err != nil {
		return nil, fmt.Errorf("the pack %s: %w", l.ID, err)
	}
	return r, nil
}
