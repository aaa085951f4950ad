package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/inventories"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/dirvault/internal/scrub"
)

// dueEvery is the time between two rounds of a Root over its vaults, at most.
const dueEvery = time.Hour

// Scrub scrubs the vaults, one after the other and each every so often, until ctx
// ends. A scrub that was ended in the middle goes on at once. If a
// vault cannot be scrubbed, that is reported to Options.OnDamage, and it is tried again
// in the next round. The caller runs it once at a time.
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
	v.jobs.Sweep() // in a vault that nobody uses, too
	var d scrub.Document
	err = v.files.ReadDocument(layout.ScrubFile, &d)
	if err == nil && !d.Due(v.options.Now(), every) {
		return nil
	}
	_, err = v.Scrub(ctx, o)
	return err
}

// ScrubbedSince returns when the vault that has waited longest was last scrubbed to its
// end. A vault that was never scrubbed counts from when it was made, and one whose files
// cannot be read from the zero time. It reports false if there is no vault. It opens none.
func (r *Root) ScrubbedSince() (since time.Time, ok bool) {
	for _, name := range r.names() {
		at, err := r.lastScrubbed(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted
		}
		if !ok || at.Before(since) {
			since, ok = at, true
		}
	}
	return since, ok
}

// lastScrubbed needs no lock: the files that it reads are replaced as a whole.
func (r *Root) lastScrubbed(name string) (time.Time, error) {
	var d scrub.Document
	if err := durable.ReadDocument(r.dir, path.Join(name, layout.ScrubFile), &d); err == nil && !d.Ended.IsZero() {
		return d.Ended, nil
	}
	s, err := inventories.ReadState(r.dir, path.Join(name, layout.StateFile))
	if err != nil {
		return time.Time{}, err
	}
	return s.Created, nil
}
