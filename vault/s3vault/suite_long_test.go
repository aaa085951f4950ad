//go:build !race || torture

package s3vault_test

// The suite at other services. Under the race detector it takes several times as long and
// shows nothing more, since the goroutines are those of TestContract. So these tests are
// called TestLong..., the name by which scripts/test.sh runs them.

import (
	"slices"
	"testing"

	"firn/internal/coldfront"
	"firn/internal/otherfront"
	"firn/vault"
	"firn/vault/s3vault"
	"firn/vault/vaulttest"
)

// TestLongContract runs the suite over buckets with versions, and at known services,
// with all lacking features in the URL; TestDialects checks how they are found out. It
// leaves out the proxy's own faults, since retries are above the vault.
func TestLongContract(t *testing.T) {
	t.Run("versions", func(t *testing.T) { contract(t, coldfront.Service{Versioned: true}) })
	lacking := map[string]string{
		"amazon":    "",
		"scaleway":  "crc64nvme,conditional",
		"backblaze": "classes,crc64nvme,tagging,conditional,object-size,restore,restore-status",
		"ceph":      "classes,crc64nvme,conditional,restore,restore-status",
		"proxy":     "",
	}
	for _, at := range someServices() {
		t.Run(at.Name, func(t *testing.T) {
			lacks, known := lacking[at.Name]
			if !known {
				t.Fatal("it is not told here what it lacks")
			}
			// The suite finds jobs in lists.
			at.Options.Ignores = slices.DeleteFunc(at.Options.Ignores, func(f coldfront.Feature) bool { return f == coldfront.RestoreStatus })
			var features []s3vault.Feature
			if lacks != "" {
				var err error
				if features, err = s3vault.ParseFeatures(lacks); err != nil {
					t.Fatal(err)
				}
			}
			contract(t, at, features...)
		})
	}
}

// TestLongContractElsewhere runs the suite of every kind at an S3 server that was written
// independently of firn and lacks many of Amazon's features.
func TestLongContractElsewhere(t *testing.T) {
	lacks, err := s3vault.ParseFeatures(otherfront.Lacks)
	if err != nil {
		t.Fatal(err)
	}
	front := otherfront.Start(t, nil)
	t.Setenv("AWS_ACCESS_KEY_ID", front.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", front.SecretKey)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	open := func(t *testing.T, bucket string) vault.Vault {
		t.Helper()
		v, err := s3vault.Open(t.Context(), s3vault.Config{
			Bucket: bucket, Prefix: "cold/films/", Region: front.Region, Endpoint: front.Endpoint, Lacks: lacks,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = v.Close() })
		return v
	}
	buckets, next := map[vault.Vault]string{}, 0
	vaulttest.Run(t, vaulttest.Opener[*testing.T]{
		New: func(t *testing.T) vault.Vault {
			next++
			bucket := "suite-" + string(rune('a'+next/26)) + string(rune('a'+next%26))
			if err := front.CreateBucket(bucket); err != nil {
				t.Fatal(err)
			}
			v := open(t, bucket)
			buckets[v] = bucket
			return v
		},
		Reopen: func(t *testing.T, old vault.Vault) vault.Vault {
			v := open(t, buckets[old])
			buckets[v] = buckets[old]
			return v
		},
	}, vaulttest.Options{PartSize: 8 << 20, Bare: true, Live: true, Shared: true, TwoDates: true, OneCompleter: true})
}
