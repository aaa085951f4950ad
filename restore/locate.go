package restore

import (
	"context"
	"iter"

	"firn/internal/transfer"
	"firn/record"
	"firn/restore/internal/ranges"
	"firn/restore/internal/sorted"
	"firn/restore/internal/tree"
	"firn/treehash"
	"firn/vault"
)

// locate compares the files with those in the directory, and finds the ranges of packs that hold
// the others.
func (p *Plan) locate(ctx context.Context, target *tree.Tree, pieces *sorted.List[piece]) error {
	if err := p.compareLarge(ctx, target); err != nil {
		return err
	}
	stored, err := sorted.NewSections[piece](p.work.path)
	if err != nil {
		return err
	}
	p.stored = stored
	have, err := p.work.ranges()
	if err != nil {
		return err
	}
	next, stop := iter.Pull2(pieces.All())
	defer stop()
	l := &locating{Plan: p, target: target, have: have, next: next}
	if err := l.advance(); err != nil {
		return err
	}
	for l.more {
		if err := l.pack(ctx); err != nil {
			return err
		}
	}
	return nil
}

// locating reads the pieces in the order of their packs.
type locating struct {
	*Plan
	target *tree.Tree
	have   map[string][]vault.Range // by the id of the pack: downloaded, or begun
	next   func() (piece, error, bool)
	at     piece
	more   bool // at is a piece
}

func (l *locating) advance() (err error) {
	l.at, err, l.more = l.next()
	return err
}

// pack plans what is needed of the pack of the next piece, which may be none.
func (l *locating) pack(ctx context.Context) error {
	key := l.at.Pack
	var where *layout
	var set *ranges.Set
	var broken error
	if key != 0 {
		on, err := l.book.Pack(ctx, key)
		if err != nil {
			return err
		}
		if where, broken = newLayout(on); broken == nil {
			set = ranges.NewSet(where.Size)
		}
	}
	section, err := l.stored.Write(func(add func(piece) error) error {
		for l.more && l.at.Pack == key {
			if err := l.piece(ctx, where, broken, set, add); err != nil {
				return err
			}
			if err := l.advance(); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case key == 0:
		l.empty = section
	case set != nil && !set.IsEmpty():
		l.need(where, set, section)
	}
	return nil
}

// piece adds a piece to the plan, unless its file is there.
func (l *locating) piece(ctx context.Context, where *layout, broken error, set *ranges.Set, add func(piece) error) error {
	c := l.at
	var big *large
	if c.Large > 0 {
		big = l.large[c.Large-1]
		if !big.isWanted() {
			return nil
		}
		if done, err := l.target.HasSegment(big.Path, big.Digest, c.At, c.Bytes, c.Digest); err != nil || done {
			big.left--
			l.room -= c.Bytes
			return err
		}
	} else if wanted, err := l.compare(ctx, l.target, c.Of, c.Digest); err != nil || !wanted {
		return err
	}
	if reason := l.place(where, broken, set, c); reason != nil {
		return l.lose(c.Of, big, reason)
	}
	return add(c)
}

// lose takes a file out of the plan because of one of its pieces.
func (l *locating) lose(i item, big *large, reason error) error {
	if big != nil {
		big.failed = reason
		i = big.item
	}
	l.drop(i, reason)
	return nil
}

// place adds the leaves that hold a piece to the set. It returns why they are not known.
func (l *locating) place(where *layout, broken error, set *ranges.Set, c piece) error {
	if broken != nil || where == nil {
		return broken
	}
	span, err := where.span(c)
	if err == nil {
		set.Add(span)
	}
	return err
}

// drop takes a file out of the plan that cannot be restored.
func (p *Plan) drop(i item, reason error) {
	p.forget(i)
	p.add(Problem{Path: i.Path, Err: reason})
}

// forget takes a file out of the plan.
func (p *Plan) forget(i item) {
	p.Files--
	p.Bytes -= i.Size
	p.room -= i.Room
}

// compare reports whether a file is to be restored: it is not there.
func (p *Plan) compare(ctx context.Context, target *tree.Tree, i item, digest record.Digest) (wanted bool, err error) {
	present, err := target.Compare(ctx, i.Path, i.File, i.Size, digest)
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case err != nil:
		p.drop(i, err)
	case present:
		p.forget(i)
		p.Present++
	default:
		return true, nil
	}
	return false, nil
}

// compareLarge does the same for files of segments.
func (p *Plan) compareLarge(ctx context.Context, target *tree.Tree) error {
	for _, big := range p.large {
		wanted, err := p.compare(ctx, target, big.item, big.Digest)
		if err != nil {
			return err
		}
		big.there = !wanted
	}
	return nil
}

// need adds a pack to the plan.
func (l *locating) need(where *layout, set *ranges.Set, section sorted.Section) {
	if last, missing := where.also(); missing {
		set.Add(last)
	}
	n := &needed{key: where.Key, id: where.ID, pieces: section}
	for _, r := range l.have[where.ID] {
		if r.End() <= where.Size && set.Has(r) && treehash.MegabyteAligned(r.Offset, r.End()-1, where.Size) {
			n.ranges = append(n.ranges, r)
			set.Remove(r)
		}
	}
	n.ranges = append(n.ranges, set.Cover(l.options.Gap)...)
	l.needed = append(l.needed, n)
	l.Packs++
	isWhole := l.takesWholes()
	asked := false
	for _, r := range n.ranges {
		if l.work.has(n.id, r) {
			continue
		}
		asked = true
		l.Fetch += r.Size
		if !isWhole {
			l.Requests += int64(len(transfer.Nodes(r, where.Size)))
			l.Retrieve += r.Size
		}
	}
	if isWhole && asked {
		l.Requests++
		l.Retrieve += where.Size
	}
}
