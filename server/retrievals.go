package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"firn/vault"
)

// freeTier is what the strategy FreeTier lets an account retrieve in a month, in
// bytes: 10 GB (Amazon Glacier developer guide, "Data retrieval policies").
const freeTier = 10 << 30

// retrievals is what an account has been retrieving at the tier Standard while a
// policy limits that, in the account's note.
type retrievals struct {
	Month      string          // in which MonthBytes were asked for, such as 2026-11
	MonthBytes int64           //
	Minutes    map[int64]int64 // bytes by the minute, since 1970, of the last hour
}

// admit counts a Standard retrieval of size bytes, or refuses it if a rule of the
// account does: at BytesPerHour if more than that would have been asked for within the
// last hour, at FreeTier within this month (UTC). The caller calls undo if the job was
// not started after all.
func (a *account) admit(ctx context.Context, rule retrievalRule, size int64) (undo func(), err error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	r, err := a.retrievals(ctx)
	if err != nil {
		return nil, err
	}
	now := a.options.Now().UTC()
	r.add(now, size)
	if rule.Strategy == vault.LimitBytesPerHour && r.hour() > *rule.BytesPerHour ||
		rule.Strategy == vault.LimitFreeTier && r.MonthBytes > freeTier {
		return nil, fmt.Errorf("a retrieval of %d bytes is more than the policy of the account allows: %w", size, vault.ErrLimited)
	}
	if err := a.writeNote(ctx, ofAccount, retrievalsNote, r); err != nil {
		return nil, err
	}
	return func() { a.takeBack(context.WithoutCancel(ctx), now, size) }, nil
}

// takeBack undoes what admit counted. That it is counted for nothing if this fails
// is told to the operator alone.
func (a *account) takeBack(ctx context.Context, at time.Time, size int64) {
	a.changing.Lock()
	defer a.changing.Unlock()
	r, err := a.retrievals(ctx)
	if err == nil {
		r.takeBack(at, size)
		err = a.writeNote(ctx, ofAccount, retrievalsNote, r)
	}
	if err != nil {
		a.options.fault("", fmt.Errorf("a retrieval of %d bytes that was not started still counts: %w", size, err))
	}
}

func (a *account) retrievals(ctx context.Context) (retrievals, error) {
	var r retrievals
	err := a.readNote(ctx, ofAccount, retrievalsNote, &r)
	if errors.Is(err, vault.ErrNotFound) {
		err = nil
	}
	return r, err
}

// add counts bytes at a moment and forgets what no longer matters then.
func (r *retrievals) add(at time.Time, bytes int64) {
	if month := at.Format("2006-01"); month != r.Month {
		r.Month, r.MonthBytes = month, 0
	}
	minute := at.Unix() / 60
	for m := range r.Minutes {
		if m <= minute-60 {
			delete(r.Minutes, m)
		}
	}
	if r.Minutes == nil {
		r.Minutes = map[int64]int64{}
	}
	r.MonthBytes += bytes
	r.Minutes[minute] += bytes
}

// takeBack takes off what add has counted at a moment, as far as it still counts: the
// month or the hour may have ended meanwhile.
func (r *retrievals) takeBack(at time.Time, bytes int64) {
	if at.Format("2006-01") == r.Month {
		r.MonthBytes -= bytes
	}
	minute := at.Unix() / 60
	if _, counts := r.Minutes[minute]; counts {
		r.Minutes[minute] -= bytes
	}
}

func (r *retrievals) hour() (bytes int64) {
	for _, n := range r.Minutes {
		bytes += n
	}
	return bytes
}
