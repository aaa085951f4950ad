package verbtest_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"firn/depot"
	"firn/purge"
	"firn/vault"
	"firn/vault/dirvault"
)

// yard is a directory of vaults with one vault in it. Its vaults count their archives once
// a day, as the service does.
type yard struct {
	*rig
	root  *dirvault.Root
	tries int
}

func newYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{rig: &rig{t: t, ctx: t.Context(), dir: t.TempDir()}}
	root, err := dirvault.OpenRoot(filepath.Join(y.dir, "yard"), dirvault.Options{
		RetrievalDelay: func(vault.JobKind, vault.Tier) time.Duration { return jobTime }, OutputLifetime: lifetime,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, root) })
	if err := root.CreateVault(t.Context(), "cold"); err != nil {
		t.Fatal(err)
	}
	v, err := root.Open(t.Context(), "cold")
	if err != nil {
		t.Fatal(err)
	}
	below, ok := v.(*dirvault.Vault)
	if !ok {
		t.Fatalf("a vault of type %T", v)
	}
	y.root, y.below = root, &named{below, rigURL}
	y.vault = &watched{Vault: y.below}
	y.openCatalog()
	return y
}

func (y *yard) URL(string) string { return rigURL }

func (y *yard) DescribeVault(ctx context.Context, name string) (vault.Info, error) {
	return y.root.DescribeVault(ctx, name)
}

func (y *yard) DeleteVault(ctx context.Context, name string) error {
	y.tries++
	return y.root.DeleteVault(ctx, name)
}

// removing is how a test calls purge.Remove.
type removing struct {
	depot.Depot
	purge.RemoveOptions
	again func(context.Context) error
}

func (y *yard) removing() removing {
	return removing{Depot: y.depot(time.Hour), again: func(ctx context.Context) error {
		o := y.purging()
		o.Fresh = true
		_, err := purge.Vault(ctx, at(y.vault, o.Depot), o.Options, o.approve)
		return err
	}}
}

func (y *yard) remove(o removing) error {
	return purge.Remove(y.ctx, o.Depot, y, "cold", o.RemoveOptions, o.again)
}

func (y *yard) wantGone() {
	y.t.Helper()
	if _, err := y.root.DescribeVault(y.t.Context(), "cold"); !errors.Is(err, vault.ErrNotFound) {
		y.t.Errorf("the vault: %v", err)
	}
}

// An emptied vault can be removed when it has counted its archives, about a day later. The
// removal is tried from time to time.
func TestRemoveVault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		y.put("a", content(1, 10))
		y.put("b", content(2, 10))
		pass(1)
		y.purge(y.purging())
		begin := time.Now()
		var next time.Time
		o := y.removing()
		o.Waiting = func(w depot.Waiting) {
			if pause := time.Until(w.Next); pause < time.Minute || pause > time.Hour {
				t.Errorf("tried again after %s", pause)
			}
			next = w.Next
		}
		if err := y.remove(o); err != nil {
			t.Fatal(err)
		}
		y.wantGone()
		if waited := time.Since(begin); waited < 12*time.Hour || waited > 26*time.Hour || y.tries > 40 || next.IsZero() {
			t.Errorf("waited %s, tried %d times", waited, y.tries)
		}
		if err := y.remove(o); err != nil {
			t.Errorf("once it is gone: %v", err)
		}
	})
}

func TestRemoveVaultWithoutWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		y.put("a", content(1, 10))
		pass(1)
		y.purge(y.purging())
		o := y.removing()
		o.NoWait = true
		if err := y.remove(o); !errors.Is(err, vault.ErrNotReady) || !strings.Contains(err.Error(), "try again about") {
			t.Errorf("got %v", err)
		}
		pass(1)
		if err := y.remove(o); err != nil {
			t.Error(err)
		}
		y.wantGone()
	})
}

// An archive that was too new for the inventory of the purge shows when the vault counts
// again. The purge then deletes it.
func TestRemoveVaultThatHadMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		y.put("a", content(1, 10))
		pass(1)
		o := y.purging()
		o.approve = func(purge.Plan) error {
			y.put("from elsewhere", content(2, 10))
			return nil
		}
		y.purge(o)
		if err := y.remove(y.removing()); err != nil {
			t.Fatal(err)
		}
		y.wantGone()
		y.wantNotice("lists 1 more")
	})
}

func TestRemoveVaultErrors(t *testing.T) {
	for name, test := range map[string]struct {
		setUp func(y *yard, o *removing)
		want  error
		says  string
	}{
		"somebody goes on storing": {setUp: func(y *yard, o *removing) {
			again := o.again
			o.again = func(ctx context.Context) error {
				err := again(ctx)
				y.put("more", content(3, 10))
				return err
			}
			y.put("more", content(2, 10))
		}, want: vault.ErrInvalid, says: "still has 1 archives"},
		"nobody deletes what is there": {setUp: func(y *yard, o *removing) {
			o.again = nil
			y.put("more", content(2, 10))
		}, want: vault.ErrInvalid, says: "still has 1 archives"},
		"no journal": {setUp: func(_ *yard, o *removing) { o.Journal = nil }, want: vault.ErrInvalid},
		"a drain": {setUp: func(y *yard, _ *removing) {
			time.AfterFunc(90*time.Second, y.drain())
		}, want: depot.ErrInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t)
				y.put("a", content(1, 10))
				pass(1)
				y.purge(y.purging())
				o := y.removing()
				test.setUp(y, &o)
				if err := y.remove(o); !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
					t.Errorf("got %v, want %v", err, test.want)
				}
			})
		})
	}
}
