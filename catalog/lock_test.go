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

func TestLocksOfOtherActs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	c, other := open(t, path), open(t, path)
	if _, err := c.LockVault(t.Context(), vaultURL, "inventory"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.LockDownload(t.Context(), "/srv/a"); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		lock   func() (func() error, error)
		locked bool
	}{
		"the same act":     {func() (func() error, error) { return other.LockVault(t.Context(), vaultURL, "inventory") }, true},
		"another act":      {func() (func() error, error) { return other.LockVault(t.Context(), vaultURL, "purge") }, false},
		"another vault":    {func() (func() error, error) { return other.LockVault(t.Context(), "file:///v", "inventory") }, false},
		"the same target":  {func() (func() error, error) { return other.LockDownload(t.Context(), "/srv/a") }, true},
		"another target":   {func() (func() error, error) { return other.LockDownload(t.Context(), "/srv/b") }, false},
		"an upload's path": {func() (func() error, error) { return other.LockUpload(t.Context(), "", "", "/srv/a") }, false},
	} {
		if _, err := test.lock(); errors.Is(err, vault.ErrLocked) != test.locked || err != nil != test.locked {
			t.Errorf("%s: %v", name, err)
		}
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
