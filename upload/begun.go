package upload

import (
	"context"
	"sync"

	"firn/vault"
)

// begun is the list of the unfinished uploads of a vault from the time when a queue began. One
// list serves all files of the queue, so that many files do not need as many lists. An upload
// that appears later is of no earlier run.
type begun struct {
	mu      sync.Mutex
	known   bool
	isLong  bool // too long to be read for this; each upload lists those with its name
	uploads []vault.Upload
}

// mostListed is the largest number of unfinished uploads of which a bucket is asked for the
// parts, a request for each.
const mostListed = 100

// candidates lists the unfinished uploads that may be ours and that existed when the queue
// began or, without a queue, exist now.
func (u *upload) candidates(ctx context.Context) ([]vault.Upload, error) {
	if u.begun == nil {
		return u.unfinished(ctx)
	}
	all, isLong, err := u.begun.list(ctx, u)
	if err != nil {
		return nil, err
	}
	if isLong {
		return u.unfinished(ctx)
	}
	var found []vault.Upload
	for _, c := range all {
		if u.mayBeOurs(c) {
			found = append(found, c)
		}
	}
	return found, nil
}

// list returns the list, and whether it is too long. Only the first call that succeeds asks the
// vault.
func (b *begun) list(ctx context.Context, u *upload) (all []vault.Upload, isLong bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known {
		return b.uploads, b.isLong, nil
	}
	_, isSparse := u.Vault.(vault.Sparse)
	err = u.Retry().Do(ctx, func(ctx context.Context) error {
		all, isLong = nil, false
		for c, err := range u.Vault.Uploads(ctx) {
			if err != nil {
				return err
			}
			if isLong = isSparse && len(all) == mostListed; isLong {
				all = nil
				break
			}
			all = append(all, c)
		}
		return nil
	})
	if err == nil {
		b.known, b.uploads, b.isLong = true, all, isLong
	}
	return all, isLong, err
}
