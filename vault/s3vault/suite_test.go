package s3vault_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"firn/internal/coldfront"
	"firn/internal/testclock"
	"firn/vault"
	"firn/vault/s3vault"
	"firn/vault/vaulttest"
)

// jobTime is the duration of a restore in these tests, by their clock.
const jobTime = 4 * time.Hour

// bed is a service and a clock.
type bed struct {
	front *coldfront.Front
	clock *testclock.Clock
	next  int
}

func newBed(t *testing.T, o coldfront.Options) *bed {
	t.Helper()
	b := &bed{clock: testclock.At(time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC))}
	o.Now = b.clock.Now
	o.Delay = func(string, string) time.Duration { return jobTime }
	b.front = coldfront.Start(t, o)
	t.Setenv("AWS_ACCESS_KEY_ID", b.front.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", b.front.SecretKey)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return b
}

func (b *bed) open(t *testing.T, c s3vault.Config) *s3vault.Vault {
	t.Helper()
	c.Region, c.Endpoint, c.Now = b.front.Region, b.front.Endpoint, b.clock.Now
	v, err := s3vault.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

// TestContract runs the suite of every kind over a real S3 server behind a front that can
// restore.
func TestContract(t *testing.T) { contract(t, coldfront.Service{}) }

// contract runs the suite at a service whose lacking features are in the vault's URL.
func contract(t *testing.T, at coldfront.Service, lacks ...s3vault.Feature) {
	t.Helper()
	b := newBed(t, at.Options)
	create := b.front.CreateBucket
	if at.Versioned {
		create = b.front.CreateVersionedBucket
	}
	o := vaulttest.Options{PartSize: 8 << 20, Bare: true, Live: true, Shared: true, OneCompleter: true}
	if !slices.Contains(lacks, s3vault.Restore) {
		o.JobTime, o.Advance = jobTime, b.clock.Advance
	}
	configs := map[vault.Vault]s3vault.Config{}
	vaulttest.Run(t, vaulttest.Opener[*testing.T]{
		New: func(t *testing.T) vault.Vault {
			b.next++
			c := s3vault.Config{
				Bucket: "suite-" + string(rune('a'+b.next/26)) + string(rune('a'+b.next%26)), Prefix: "cold/films/",
				Lacks: lacks, MaxParts: at.Options.Dialect.MaxParts,
			}
			if err := create(t.Context(), c.Bucket); err != nil {
				t.Fatal(err)
			}
			v := b.open(t, c)
			configs[v] = c
			return v
		},
		Reopen: func(t *testing.T, old vault.Vault) vault.Vault {
			v := b.open(t, configs[old])
			configs[v] = configs[old]
			return v
		},
	}, o)
}
