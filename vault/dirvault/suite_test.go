package dirvault_test

import (
	"sync"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
	"firn/vault/vaulttest"
)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// runSuite runs the suite over vaults with options o.
func runSuite(t *testing.T, o dirvault.Options, suite vaulttest.Options) {
	t.Helper()
	dirs := make(map[vault.Vault]string) // a vault's directory
	suite.New = func(t *testing.T) vault.Vault {
		dir := newVault(t)
		v := open(t, dir, o)
		dirs[v] = dir
		return v
	}
	suite.Reopen = func(t *testing.T, v vault.Vault) vault.Vault {
		t.Helper()
		if err := v.(*dirvault.Vault).Close(); err != nil {
			t.Fatal(err)
		}
		fresh := open(t, dirs[v], o)
		dirs[fresh] = dirs[v]
		return fresh
	}
	vaulttest.Run(t, suite)
}

func TestSuiteAtOnce(t *testing.T) {
	runSuite(t, dirvault.Options{}, vaulttest.Options{})
}

func TestSuiteLikeTheService(t *testing.T) {
	const hours = 4 * time.Hour
	c := newClock()
	runSuite(t, dirvault.Options{
		Now:            c.Now,
		RetrievalDelay: func(vault.JobKind, vault.Tier) time.Duration { return hours },
		OutputLifetime: 24 * time.Hour,
		UploadLifetime: 24 * time.Hour,
	}, vaulttest.Options{
		PartSize: 2 << 20,
		JobTime:  hours,
		Advance:  c.Advance,
	})
}
