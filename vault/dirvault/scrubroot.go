package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/layout"
)

// dueEvery is the time between two rounds of a Root over its vaults, at most.
const dueEvery = time.Hour

// Scrub scrubs the vaults, one after the other and each every so often, until ctx
// ends. A scrub that was ended in the middle is gone on with at once. What keeps a
// vault from being scrubbed is told to Options.OnDamage, and the vault has its turn
// again in the next round. The caller runs it once at a time.
func (r *Root) Scrub(ctx context.Context, every time.Duration, o ScrubOptions) {
	o.Counters = &r.scrubbed
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		for _, name := range slices.Sorted(slices.Values(r.names())) {
			err := r.scrubIfDue(ctx, name, every, o)
			if ctx.Err() != nil || errors.Is(err, fs.ErrClosed) {
				return
			}
			if err != nil && !errors.Is(err, vault.ErrNotFound) { // deleted
				r.options.OnDamage(fmt.Errorf("vault %q is not scrubbed: %w", name, err))
			}
		}
		timer.Reset(min(every, dueEvery))
	}
}

// Scrubbed counts what was scrubbed since the Root was opened.
func (r *Root) Scrubbed() ScrubCounts { return r.scrubbed.Counts() }

func (r *Root) scrubIfDue(ctx context.Context, name string, every time.Duration, o ScrubOptions) error {
	v, err := r.vault(ctx, name)
	if err != nil {
		return err
	}
	var d scrubDocument
	err = v.readDocument(layout.ScrubFile, &d)
	if err == nil && !d.due(v.options.Now(), every) {
		return nil
	}
	_, err = v.Scrub(ctx, o)
	return err
}
