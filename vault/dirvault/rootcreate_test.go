package dirvault_test

import (
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"firn/vault/dirvault"
)

// TestSlowCreationHoldsNobodyUp: while a vault is being created, other vaults are found,
// opened and created, and the same vault is created only once.
func TestSlowCreationHoldsNobodyUp(t *testing.T) {
	reached, goOn := make(chan struct{}), make(chan struct{})
	var slow atomic.Bool
	o := dirvault.Options{Now: func() time.Time {
		if slow.CompareAndSwap(true, false) { // as if the disk was slow
			close(reached)
			<-goOn
		}
		return time.Now()
	}}
	r := openRoot(t, filepath.Join(t.TempDir(), "root"), o)
	for _, name := range []string{"open", "found"} {
		if err := r.CreateVault(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Open(t.Context(), "open"); err != nil {
		t.Fatal(err)
	}
	slow.Store(true)
	created := make(chan error, 2)
	go func() { created <- r.CreateVault(t.Context(), "slow") }()
	<-reached
	go func() { created <- r.CreateVault(t.Context(), "slow") }()

	var others sync.WaitGroup
	for _, name := range []string{"open", "found"} {
		others.Go(func() {
			if _, err := r.Open(t.Context(), name); err != nil {
				t.Errorf("open %s: %v", name, err)
			}
		})
	}
	others.Go(func() {
		if n, err := r.VaultCount(t.Context()); err != nil || n < 2 || n > 3 {
			t.Errorf("%d vaults, %v", n, err)
		}
	})
	others.Go(func() {
		if err := r.CreateVault(t.Context(), "other"); err != nil {
			t.Error(err)
		}
	})
	done := make(chan struct{})
	go func() {
		others.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-patience(t).Done():
		t.Error("calls about other vaults wait for the creation")
	}
	select {
	case err := <-created:
		t.Errorf("a creation ended before the vault was there: %v", err)
	default:
	}
	close(goOn)
	<-done
	for range 2 {
		if err := <-created; err != nil {
			t.Error(err)
		}
	}
	if n, err := r.VaultCount(t.Context()); err != nil || n != 4 {
		t.Errorf("%d vaults, %v", n, err)
	}
}
