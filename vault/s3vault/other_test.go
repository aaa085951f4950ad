package s3vault_test

import (
	"errors"
	"testing"

	"firn/internal/coldfront"
	"firn/internal/otherfront"
	"firn/vault"
	"firn/vault/s3vault"
	"firn/vault/vaulttest"
)

// Where it is said that ETags do not stay, one that is another than completing told is no
// reason to doubt an object of the right size; of another size it is not the one.
func TestETagsThatDoNotStay(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{Lacks: []s3vault.Feature{s3vault.CRC64NVME, s3vault.ETag}})
	for header, value := range map[string]string{"ETag": `"96fc7c7d2b7d8a1c4b1e5f4a1d3b6d1f"`, "Content-Length": "17"} {
		id, c := begin(t, v, header)
		b.front.Fail(coldfront.Fault{Operation: "HeadObject", After: 1, Times: 1, Harm: coldfront.Tell, Header: header, Value: value})
		_, err := v.CompleteUpload(t.Context(), id, c)
		if _, doubted := errors.AsType[*vault.UnprovedError](err); doubted != (header != "ETag") || !doubted && err != nil {
			t.Errorf("another %s: %v", header, err)
		}
	}
}

// TestContractElsewhere runs the suite of every kind over an S3 server that nobody here
// wrote and that lacks much of what Amazon's has.
func TestContractElsewhere(t *testing.T) {
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
