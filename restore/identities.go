package restore

import (
	"context"
	"errors"

	"firn/internal/seal"
	"firn/vault"
)

// checkPacks notes which files cannot be restored because their packs are damaged.
func (r *run) checkPacks(ctx context.Context) error { return r.checkIdentities(ctx, r.lose) }

// checkIdentities makes sure that the identities open every pack, before a job costs something.
// It calls lost with each pack that is damaged, and takes it out of the plan.
func (p *Plan) checkIdentities(ctx context.Context, lost func(*needed, error) error) error {
	kept := p.needed[:0]
	for _, n := range p.needed {
		err := p.checkIdentity(ctx, n)
		switch {
		case err == nil:
			kept = append(kept, n)
			continue
		case errors.Is(err, seal.ErrIdentity) || ctx.Err() != nil:
			return err
		}
		if err := lost(n, err); err != nil {
			return err
		}
	}
	p.needed = kept
	return nil
}

func (p *Plan) checkIdentity(ctx context.Context, n *needed) error {
	where, err := p.layout(ctx, n)
	if err != nil {
		return err
	}
	if _, missing := where.also(); missing || !where.isSealed() {
		return nil
	}
	if len(p.options.Identities) == 0 {
		return vault.Errorf(seal.ErrIdentity, "the pack %s is encrypted, and no identity was given", where.ID)
	}
	_, err = where.unseal(&seal.Sparse{}, p.options.Identities)
	return err
}
