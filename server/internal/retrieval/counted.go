package retrieval

import (
	"context"
	"errors"
	"fmt"
	"time"

	"firn/server/internal/notes"
	"firn/vault"
	"firn/vault/administration"
)

// freeTier is how many bytes the strategy FreeTier lets an account retrieve in a month: 10 GB
// (Amazon Glacier developer guide, "Data retrieval policies").
const freeTier = 10 << 30

// counted is what an account retrieves by the tier Standard while a policy limits that.
type counted struct {
	Month      string          // in which MonthBytes are retrieved, such as 2026-11
	MonthBytes int64           //
	Minutes    map[int64]int64 // bytes by the minute, since 1970, of the last hour
}

// Admit counts a retrieval by the tier Standard. It calls size, which returns the bytes of the
// retrieval, only if the policy limits retrievals. The error wraps [vault.ErrLimited] if the
// policy does not allow the retrieval: by BytesPerHour if more bytes were asked for within the
// last hour, by FreeTier within this month (UTC). The caller calls undo if the job is not
// started.
func (l *Limits) Admit(ctx context.Context, size func() (int64, error)) (undo func(), err error) {
	policy, err := l.Policy(ctx)
	if err != nil {
		return nil, err
	}
	rule := policy.Rules[0]
	if rule.Strategy == administration.LimitNone {
		return func() {}, nil
	}
	bytes, err := size()
	if err != nil {
		return nil, err
	}
	l.counting.Lock()
	defer l.counting.Unlock()
	c, err := l.counted(ctx)
	if err != nil {
		return nil, err
	}
	now := l.now().UTC()
	c.add(now, bytes)
	if rule.Strategy == administration.LimitBytesPerHour && c.hour() > *rule.BytesPerHour ||
		rule.Strategy == administration.LimitFreeTier && c.MonthBytes > freeTier {
		return nil, vault.Errorf(vault.ErrLimited, "a retrieval of %d bytes is more than the policy of the account allows", bytes)
	}
	if err := l.notes.Write(ctx, notes.OfAccount, countedNote, c); err != nil {
		return nil, err
	}
	return func() { l.takeBack(context.WithoutCancel(ctx), now, bytes) }, nil
}

// takeBack undoes what Admit has counted. If that fails, only the operator is told.
func (l *Limits) takeBack(ctx context.Context, at time.Time, bytes int64) {
	l.counting.Lock()
	defer l.counting.Unlock()
	c, err := l.counted(ctx)
	if err == nil {
		c.takeBack(at, bytes)
		err = l.notes.Write(ctx, notes.OfAccount, countedNote, c)
	}
	if err != nil {
		l.onFault(fmt.Errorf("a retrieval of %d bytes that was not started still counts: %w", bytes, err))
	}
}

func (l *Limits) counted(ctx context.Context) (counted, error) {
	var c counted
	err := l.notes.Read(ctx, notes.OfAccount, countedNote, &c)
	if errors.Is(err, vault.ErrNotFound) {
		err = nil
	}
	return c, err
}

// add counts bytes at a moment, and forgets what does not count any more.
func (c *counted) add(at time.Time, bytes int64) {
	if month := at.Format("2006-01"); month != c.Month {
		c.Month, c.MonthBytes = month, 0
	}
	minute := at.Unix() / 60
	for m := range c.Minutes {
		if m <= minute-60 {
			delete(c.Minutes, m)
		}
	}
	if c.Minutes == nil {
		c.Minutes = map[int64]int64{}
	}
	c.MonthBytes += bytes
	c.Minutes[minute] += bytes
}

// takeBack subtracts what add has counted at a moment, if that still counts: the month or the
// hour may have ended meanwhile.
func (c *counted) takeBack(at time.Time, bytes int64) {
	if at.Format("2006-01") == c.Month {
		c.MonthBytes -= bytes
	}
	minute := at.Unix() / 60
	if _, counts := c.Minutes[minute]; counts {
		c.Minutes[minute] -= bytes
	}
}

func (c *counted) hour() (bytes int64) {
	for _, n := range c.Minutes {
		bytes += n
	}
	return bytes
}
