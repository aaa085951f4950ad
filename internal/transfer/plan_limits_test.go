package transfer_test

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"firn/internal/humane"
	"firn/internal/transfer"
	"firn/vault"
	"firn/vault/dirvault"
	"firn/vault/glaciervault"
	"firn/vault/s3vault"
)

// kinds returns the limits of every kind of vault, as the vault states them.
func kinds(t *testing.T) map[string]vault.Limits {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "KEY")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	bucket, err := s3vault.Open(t.Context(), s3vault.Config{Bucket: "films", Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	account, err := glaciervault.Open(t.Context(), glaciervault.Config{Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	glacier, err := account.Vault("films")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "films")
	if err := dirvault.Create(path, dirvault.Options{}); err != nil {
		t.Fatal(err)
	}
	directory, err := dirvault.Open(path, dirvault.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = directory.Close() })
	return map[string]vault.Limits{"bucket": bucket.Limits(), "glacier": glacier.Limits(), "directory": directory.Limits()}
}

// powers returns the powers of two from 1 MiB to 8 TiB, some of them above every largest
// part size.
func powers() (sizes []int64) {
	for size := int64(mib); size <= 1<<43; size *= 2 {
		sizes = append(sizes, size)
	}
	return sizes
}

// telling returns archive sizes near every limit, and some others.
func telling(l vault.Limits) (sizes []int64) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range powers() {
		sizes = append(sizes, size, size*int64(l.MaxParts), l.MaxPartSize*int64(l.MaxParts)/size)
	}
	sizes = append(sizes, 0, l.MinArchiveSize, l.MinPartSize, l.MaxPartSize, l.MaxArchiveSize, 50_000_000_000_000)
	var all []int64
	for _, size := range sizes {
		all = append(all, size-1, size, size+1)
	}
	for range 2_000 {
		all = append(all, random.Int64N(2*l.MaxArchiveSize>>random.IntN(45)))
	}
	return all
}

// Every size up to MaxArchiveSize of a kind fits, and no larger archive is begun. This
// holds for any part size, and for a stream with an expected size.
func TestPlansKeepTheLimitsOfEveryKind(t *testing.T) {
	for name, l := range kinds(t) {
		t.Run(name, func(t *testing.T) {
			for _, size := range telling(l) {
				if size < 0 {
					continue
				}
				fits := size >= l.MinArchiveSize && size <= l.MaxArchiveSize
				p, err := transfer.NewPlan(l, size, transfer.Wish{Rate: 1e6})
				checkPlan(t, l, size, p, err, fits)
				p, err = transfer.NewPlan(l, transfer.Unknown, transfer.Wish{ExpectedSize: size})
				checkPlan(t, l, size, transfer.Plan{Size: size, PartSize: p.PartSize}, err, size <= l.MaxArchiveSize)
				for _, part := range powers() {
					isPart := part >= l.MinPartSize && part <= l.MaxPartSize
					holds := isPart && size <= part*int64(l.MaxParts)
					p, err := transfer.NewPlan(l, size, transfer.Wish{PartSize: part})
					checkPlan(t, l, size, p, err, fits && holds)
					p, err = transfer.NewPlan(l, transfer.Unknown, transfer.Wish{PartSize: part, ExpectedSize: size})
					checkPlan(t, l, size, transfer.Plan{Size: size, PartSize: p.PartSize}, err, holds && size <= l.MaxArchiveSize)
				}
				if t.Failed() {
					return
				}
			}
		})
	}
}

// checkPlan checks that a size was planned within the limits, or refused.
func checkPlan(t *testing.T, l vault.Limits, size int64, p transfer.Plan, err error, fits bool) {
	t.Helper()
	switch {
	case !fits && !errors.Is(err, vault.ErrInvalid):
		t.Errorf("%d bytes: %+v, %v, want ErrInvalid", size, p, err)
	case !fits:
	case err != nil:
		t.Errorf("%d bytes: %v", size, err)
	case p.PartSize < max(mib, l.MinPartSize) || p.PartSize > l.MaxPartSize || p.PartSize&(p.PartSize-1) != 0:
		t.Errorf("%d bytes in parts of %d", size, p.PartSize)
	case p.Parts() > l.MaxParts:
		t.Errorf("%d bytes in %d parts of %d", size, p.Parts(), p.PartSize)
	}
}

// The error for a size that does not fit names the largest size that fits.
func TestPlansSayWhatFits(t *testing.T) {
	l := kinds(t)["bucket"]
	for _, w := range []transfer.Wish{{}, {PartSize: 4 * gib}} {
		_, err := transfer.NewPlan(l, 45_000_000_000_000, w)
		if err == nil || !strings.Contains(err.Error(), humane.Bytes(10_000*4*gib)) {
			t.Errorf("got %v, want the largest size in it", err)
		}
	}
}

// A MaxArchiveSize that the parts cannot hold is ignored.
func TestPlansDoNotTrustTheMaximum(t *testing.T) {
	l := glacier()
	l.MaxArchiveSize, l.MaxPartSize = 50_000_000_000_000, 5*gib
	for size, want := range map[int64]error{10_000 * 4 * gib: nil, 10_000*4*gib + 1: vault.ErrInvalid, 50_000_000_000_000: vault.ErrInvalid} {
		if _, err := transfer.NewPlan(l, size, transfer.Wish{}); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v, want %v", size, err, want)
		}
		if _, err := transfer.NewPlan(l, transfer.Unknown, transfer.Wish{ExpectedSize: size}); !errors.Is(err, want) {
			t.Errorf("%d bytes expected: %v, want %v", size, err, want)
		}
	}
}
