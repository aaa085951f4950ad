package admin

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
	"firn/purge"
	"firn/vault"
)

// remove deletes the vault as soon as the service allows it.
func (p *purging) remove(ctx context.Context, purged purge.Result) error {
	if err := p.refuseNew(purged); err != nil {
		return err
	}
	waiting, stop := p.showRemoval()
	d := p.program.Depot(nil, p.catalog, p.retryFor)
	d.Waiting = func(w depot.Waiting) { waiting(w.Next) }
	again := func(context.Context) error {
		stop()
		again, err := p.empty(ctx, purge.Options{Fresh: true, Until: purged.Until}, nil, nil)
		waiting, stop = p.showRemoval()
		if err != nil {
			return err
		}
		return p.refuseNew(again)
	}
	err := purge.Remove(ctx, d, p.place, p.place.Name, purge.RemoveOptions{NoWait: p.NoWait}, again)
	stop()
	if err != nil {
		return err
	}
	return tellVaultDeleted(p.program, p.url)
}

// showRemoval begins to show that a removal waits, until stop is called. A log gets one line.
func (p *purging) showRemoval() (waiting func(next time.Time), stop func()) {
	const what = "waiting for the vault's next inventory, which it takes about once a day"
	if p.program.Quiet {
		return func(time.Time) {}, func() {}
	}
	var next atomic.Pointer[time.Time]
	shown := term.StartLive(p.program.UI, func(int) string {
		if at := next.Load(); at != nil && p.program.UI.IsTerminal() {
			return what + "; next attempt at " + humane.Time(*at)
		}
		return ""
	})
	return func(at time.Time) {
		if next.Swap(&at) == nil && !p.program.UI.IsTerminal() {
			p.program.UI.Say("firn: %s", what)
		}
	}, shown.Stop
}

// refuseNew refuses to delete a vault in which somebody has stored archives meanwhile.
func (p *purging) refuseNew(purged purge.Result) error {
	if purged.Spared == 0 {
		return nil
	}
	return cli.WithHint(cli.RefusedError("%s arrived after you agreed to empty the vault; firn deletes neither",
		humane.Count(purged.Spared, "archive")), "to see what is there: "+term.ShellCommand("firn", "list", p.url))
}

// isGone reports whether an earlier run has purged and deleted the vault.
func (p *purging) isGone(ctx context.Context) (bool, error) {
	err := p.program.Retry(ctx, func(ctx context.Context) error {
		_, err := p.place.DescribeVault(ctx, p.place.Name)
		return err
	})
	if !errors.Is(err, vault.ErrNotFound) {
		return false, err
	}
	emptied, failed := p.catalog.LastDeleted(ctx, p.url)
	if failed != nil || emptied.IsZero() {
		return false, errors.Join(failed, err)
	}
	p.program.Notice("the vault no longer exists; the catalog says that it was emptied at " + humane.Time(emptied))
	return true, nil
}
