package catalog

import (
	"context"
	"errors"
)

// Salvaged is what Rebuild could read of a damaged catalog.
type Salvaged struct {
	Contents
	// Lost says that more was there: some of it could not be read.
	Lost bool
}

// salvage brings all that can be read of the damaged file from into c. Of each kind
// it reads the rows from the first up to the damage, then from the last down to it.
func (c *Catalog) salvage(ctx context.Context, from string, told func(Contents)) (s Salvaged, err error) {
	db, err := connect(from, lookOnly)
	if err != nil {
		return s, explain(ctx, from, err, "look at it")
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	m := merger{c: c, told: told}
	for _, shelf := range shelves() {
		lost, err := m.salvage(ctx, shelf, db)
		if err != nil {
			return s, c.fail(ctx, err, "save what the damaged one holds")
		}
		s.Lost = s.Lost || lost
	}
	if err := m.flush(ctx); err != nil {
		return s, c.fail(ctx, err, "save what the damaged one holds")
	}
	s.Contents = m.read
	return s, nil
}

// salvage takes what can be read of one kind. Err is of the catalog that is
// written; what is wrong with the damaged one is no more than lost.
func (m *merger) salvage(ctx context.Context, s shelf, q queryer) (lost bool, err error) {
	upto := int64(0)
	for _, order := range []string{"", " DESC"} {
		lost = false
		for n, err := range s(ctx, q, order) {
			if ctx.Err() != nil {
				return false, context.Cause(ctx)
			}
			if err != nil {
				lost = true
				break
			}
			if order == "" {
				upto = n.key
			} else if n.key <= upto {
				break // both ways have met
			}
			if err := m.add(ctx, n.item); err != nil {
				return false, err
			}
		}
		if !lost && order == "" {
			return false, nil
		}
	}
	return true, nil
}
