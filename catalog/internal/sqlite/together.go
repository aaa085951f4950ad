package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"sync"
)

// group holds the short transactions that wait for the writer. Whoever gets the turn runs all
// of them in one transaction, because a commit takes about as long for many as for one: it
// waits for the disk.
type group struct {
	turn chan struct{} // of capacity 1; whoever has put its token in may run what waits

	mu      sync.Mutex
	waiting []*member
}

// member is one call of Together.
type member struct {
	do    func(context.Context, *sql.Tx) error
	alone func() error // runs it in a transaction of its own
	ended func() error // the reason why the caller has given up, or nil
	err   error
	done  chan struct{} // closed when the transaction has ended
}

// Together is Transact for a few quick statements. Calls that wait for the writer at the same
// time are committed together. If one of them fails, nothing of it is saved, and the others are
// not affected, unless the file itself cannot be written.
//
// do runs with the context that it is passed, which may outlast ctx: an interrupted statement
// would undo what others have done.
func (d *DB) Together(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	m := &member{do: do, ended: ctx.Err, done: make(chan struct{}), alone: func() error {
		return d.Transact(ctx, func(tx *sql.Tx) error { return do(ctx, tx) })
	}}
	g := &d.group
	g.mu.Lock()
	g.waiting = append(g.waiting, m)
	g.mu.Unlock()
	select {
	case <-m.done:
		return m.err
	case g.turn <- struct{}{}:
	case <-ctx.Done():
		if g.remove(m) {
			return ctx.Err()
		}
		<-m.done // its transaction has begun
		return m.err
	}
	d.runAll(ctx, g.take())
	<-g.turn
	<-m.done
	return m.err
}

// take removes and returns all that wait.
func (g *group) take() []*member {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := g.waiting
	g.waiting = nil
	return all
}

// remove removes m, or reports that it does not wait any more.
func (g *group) remove(m *member) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, m)
	if i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	return i >= 0
}

// runAll runs the members in one transaction. A single one may be interrupted.
func (d *DB) runAll(ctx context.Context, all []*member) {
	if len(all) == 0 {
		return
	}
	defer func() {
		for _, m := range all {
			close(m.done)
		}
	}()
	if len(all) == 1 {
		all[0].err = all[0].alone()
		return
	}
	ctx = context.WithoutCancel(ctx)
	err := d.Transact(ctx, func(tx *sql.Tx) error {
		for _, m := range all {
			if m.err = m.ended(); m.err != nil {
				continue
			}
			if err := m.within(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	for _, m := range all {
		if m.err == nil {
			m.err = err
		}
	}
}

// within runs a member within a transaction and undoes only its own statements if it fails. Its
// result, in m.err, counts once the transaction is committed. An error of within means that the
// transaction is lost.
func (m *member) within(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, `SAVEPOINT one`); err != nil {
		return err
	}
	if m.err = m.do(ctx, tx); m.err != nil {
		if _, err := tx.ExecContext(ctx, `ROLLBACK TO one`); err != nil { // SQLite has undone all, as it does if the disk is full
			return m.err
		}
	}
	_, err := tx.ExecContext(ctx, `RELEASE one`)
	return err
}
