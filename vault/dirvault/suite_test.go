package dirvault_test

import (
	"testing"
	"time"

	"firn/internal/testclock"
	"firn/vault"
	"firn/vault/dirvault"
	"firn/vault/vaulttest"
)

func newClock() *testclock.Clock { return testclock.At(time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)) }

// runSuite runs the suite over vaults with options o.
func runSuite(t *testing.T, o dirvault.Options, suite vaulttest.Options) {
	t.Helper()
	type opened struct {
		vault *dirvault.Vault
		dir   string
	}
	vaults := make(map[vault.Vault]opened)
	use := func(t *testing.T, dir string) vault.Vault {
		v := open(t, dir, o)
		vaults[v] = opened{v, dir}
		return v
	}
	vaulttest.Run(t, vaulttest.Opener[*testing.T]{
		New: func(t *testing.T) vault.Vault { return use(t, newVault(t)) },
		Reopen: func(t *testing.T, v vault.Vault) vault.Vault {
			t.Helper()
			old := vaults[v]
			if err := old.vault.Close(); err != nil {
				t.Fatal(err)
			}
			return use(t, old.dir)
		},
	}, suite)
}

func TestSuiteAtOnce(t *testing.T) {
	t.Parallel()
	runSuite(t, fresh(), vaulttest.Options{})
}

func TestSuiteVerifyingReads(t *testing.T) {
	t.Parallel()
	o := fresh()
	o.VerifyReads = true
	runSuite(t, o, vaulttest.Options{})
}

func TestSuiteLikeTheService(t *testing.T) {
	t.Parallel()
	const hours = 4 * time.Hour
	c := newClock()
	runSuite(t, dirvault.Options{
		Now:            c.Now,
		RetrievalDelay: func(vault.JobKind, vault.Tier) time.Duration { return hours },
		OutputLifetime: 24 * time.Hour,
		UploadLifetime: 24 * time.Hour,
		InventoryEvery: -1,
	}, vaulttest.Options{
		PartSize: 2 << 20,
		JobTime:  hours,
		Advance:  c.Advance,
	})
}
