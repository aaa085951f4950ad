package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

// Calls that wait for the writer share one transaction. Each has its own result: one that fails
// leaves nothing, one whose context ended while it waited does nothing, and the others are
// saved.
func TestTogetherSharesATransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := opened(t)
		free, failure := make(chan struct{}), errors.New("no")
		add := func(x int, err error) func(context.Context, *sql.Tx) error {
			return func(ctx context.Context, tx *sql.Tx) error {
				_, failed := tx.ExecContext(ctx, `INSERT INTO things (x) VALUES ($1)`, x)
				return errors.Join(failed, err)
			}
		}
		var running sync.WaitGroup
		var mu sync.Mutex
		used := map[*sql.Tx][]int{}
		call := func(ctx context.Context, x int, block <-chan struct{}, fail, want error) {
			running.Go(func() {
				err := d.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
					if block != nil {
						<-block
					}
					mu.Lock()
					used[tx] = append(used[tx], x)
					mu.Unlock()
					return add(x, fail)(ctx, tx)
				})
				if !errors.Is(err, want) {
					t.Errorf("call %d: %v, want %v", x, err, want)
				}
			})
			synctest.Wait()
		}
		ended, end := context.WithCancel(t.Context())
		call(t.Context(), 1, free, nil, nil)
		call(t.Context(), 2, nil, nil, nil)
		call(t.Context(), 3, nil, failure, failure)
		call(ended, 4, nil, nil, context.Canceled)
		call(t.Context(), 5, nil, nil, nil)
		end()
		synctest.Wait()
		close(free)
		running.Wait()
		if len(used) != 2 {
			t.Errorf("%d transactions, want 2: %v", len(used), used)
		}
		var saved int
		if err := d.Reader.QueryRowContext(t.Context(), `SELECT sum(x) FROM things`).Scan(&saved); err != nil || saved != 1+2+5 {
			t.Errorf("saved %d, %v; want 8", saved, err)
		}
	})
}
