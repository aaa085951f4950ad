package catalog_test

import (
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"firn/vault"
)

func TestLockUploadInOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	c, other := open(t, path), open(t, path)
	unlock, err := c.LockUpload(t.Context(), vaultURL, "path", "description")
	if err != nil {
		t.Fatal(err)
	}
	for _, holder := range []string{"the same", "another"} {
		if _, err := other.LockUpload(t.Context(), vaultURL, "path", "description"); !errors.Is(err, vault.ErrLocked) {
			t.Errorf("%s catalog: %v, want ErrLocked", holder, err)
		}
	}
	for _, q := range [][3]string{
		{"glacier://other", "path", "description"},
		{vaultURL, "path2", "description"},
		{vaultURL, "path", ""},
		{vaultURL, "pathd", "escription"},
	} {
		unlock, err := other.LockUpload(t.Context(), q[0], q[1], q[2])
		if err != nil {
			t.Errorf("another upload %q: %v", q, err)
			continue
		}
		if err := unlock(); err != nil {
			t.Error(err)
		}
	}
	for range 2 {
		if err := unlock(); err != nil {
			t.Errorf("unlock: %v", err)
		}
	}
	again, err := other.LockUpload(t.Context(), vaultURL, "path", "description")
	if err != nil {
		t.Fatalf("after unlock: %v", err)
	}
	if err := again(); err != nil {
		t.Error(err)
	}
}

func TestLockUploadHasOneWinner(t *testing.T) {
	c := fresh(t)
	var group sync.WaitGroup
	var winners atomic.Int32
	for range 16 {
		group.Go(func() {
			_, err := c.LockUpload(t.Context(), vaultURL, "path", "description")
			switch {
			case err == nil:
				winners.Add(1) // and it keeps the lock
			case !errors.Is(err, vault.ErrLocked):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := winners.Load(); n != 1 {
		t.Errorf("%d goroutines hold the lock", n)
	}
}

func TestLockUploadDiesWithItsProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	holder := start(t, "lock", path)
	if !holder.said.Scan() {
		t.Fatal("the child did not get the lock")
	}
	c := open(t, path)
	if _, err := c.LockUpload(t.Context(), vaultURL, "path", "description"); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("while the child lives: %v, want ErrLocked", err)
	}
	holder.kill(t)
	_ = holder.Wait() // it was killed
	unlock, err := c.LockUpload(t.Context(), vaultURL, "path", "description")
	if err != nil {
		t.Fatalf("after the child died: %v", err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
}
