package vaulttest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
	"firn/vault/vaulttest"
)

// store is a real store to check. It consists of directories, counts the actions that cost
// money, and has scripted faults.
type store struct {
	t       *testing.T
	options dirvault.Options
	faults  []vaulttest.Fault
	spent   *spending
	opened  []*vaulttest.Tidy
}

type spending struct{ archives, sent, bytes, jobs atomic.Int64 }

// counted is a vault that counts the actions that cost money.
type counted struct {
	vault.Vault
	spent *spending
}

func (c counted) CreateUpload(ctx context.Context, req vault.UploadRequest) (vault.UploadID, error) {
	c.spent.sent.Add(1)
	return c.Vault.CreateUpload(ctx, req)
}

func (c counted) UploadPart(ctx context.Context, id vault.UploadID, p vault.Part, body io.ReadSeeker) (vault.Part, error) {
	c.spent.sent.Add(1)
	c.spent.bytes.Add(max(0, p.Size))
	return c.Vault.UploadPart(ctx, id, p, body)
}

func (c counted) CompleteUpload(ctx context.Context, id vault.UploadID, done vault.Completion) (vault.ArchiveID, error) {
	c.spent.sent.Add(1)
	archive, err := c.Vault.CompleteUpload(ctx, id, done)
	if err == nil {
		c.spent.archives.Add(1)
	}
	return archive, err
}

func (c counted) StartJob(ctx context.Context, req vault.JobRequest) (vault.JobID, error) {
	c.spent.jobs.Add(1)
	return c.Vault.StartJob(ctx, req)
}

func (s *store) open(context.Context) (vault.Vault, error) {
	dir := filepath.Join(s.t.TempDir(), "vault")
	if err := dirvault.Create(dir, s.options); err != nil {
		return nil, err
	}
	v, err := dirvault.Open(dir, s.options)
	if err != nil {
		return nil, err
	}
	s.t.Cleanup(func() { _ = v.Close() })
	tidy := vaulttest.NewTidy(counted{vaulttest.NewFaulty(v, s.faults...), s.spent})
	s.opened = append(s.opened, tidy)
	return tidy, nil
}

// reopen returns the same value: these tests do not need another process.
func (s *store) reopen(_ context.Context, v vault.Vault) (vault.Vault, error) { return v, nil }

// check returns the results by behaviour.
func (s *store) check(o vaulttest.Options) map[string]vaulttest.Result {
	s.t.Helper()
	s.spent = &spending{}
	results := map[string]vaulttest.Result{}
	err := vaulttest.Check(s.t.Context(), o, s.open, s.reopen, func(r vaulttest.Result) { results[r.Behaviour] = r })
	if err != nil || len(results) != vaulttest.Behaviours() {
		s.t.Fatalf("%d of %d results, %v", len(results), vaulttest.Behaviours(), err)
	}
	return results
}

// A store that keeps the contract passes, the check costs no more than Expected says, and
// leaves nothing behind.
func TestCheckOfAGoodStore(t *testing.T) {
	s := &store{t: t, options: dirvault.Options{InventoryEvery: -1}}
	for name, r := range s.check(vaulttest.Options{}) {
		if len(r.Failures) > 0 || r.Skipped != "" {
			t.Errorf("%s: %q, skipped %q", name, r.Failures, r.Skipped)
		}
	}
	most := vaulttest.Expected(1 << 20)
	got := vaulttest.Load{
		Archives: s.spent.archives.Load(), UploadRequests: s.spent.sent.Load(),
		Bytes: s.spent.bytes.Load(), Jobs: s.spent.jobs.Load(),
	}
	if got.Archives > most.Archives || got.UploadRequests > most.UploadRequests || got.Bytes > most.Bytes || got.Jobs > most.Jobs {
		t.Errorf("the check did %+v, more than %+v", got, most)
	}
	if 2*got.Archives < most.Archives || 2*got.UploadRequests < most.UploadRequests || 2*got.Bytes < most.Bytes || 2*got.Jobs < most.Jobs {
		t.Errorf("the check did %+v, less than half of %+v", got, most)
	}
	for _, v := range s.opened {
		if err := v.Clean(t.Context()); err != nil {
			t.Error(err)
		}
		left(t, v)
	}
}

// left fails the test if a vault contains anything.
func left(t *testing.T, v vault.Vault) {
	t.Helper()
	for u, err := range v.Uploads(t.Context()) {
		t.Fatalf("upload %q is left, %v", u.ID, err)
	}
	job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory})
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range v.Inventory(t.Context(), job, "") {
		t.Fatalf("archive %q is left, %v", e.ID, err)
	}
}

// If jobs take hours and the clock cannot be moved, everything else is checked.
func TestCheckOfASlowStore(t *testing.T) {
	s := &store{t: t, options: dirvault.Options{
		RetrievalDelay: func(vault.JobKind, vault.Tier) time.Duration { return 4 * time.Hour },
		OutputLifetime: 24 * time.Hour, InventoryEvery: 24 * time.Hour,
	}}
	results := s.check(vaulttest.Options{JobTime: 4 * time.Hour})
	whole, partly := 0, 0
	for name, r := range results {
		if len(r.Failures) > 0 {
			t.Errorf("%s: %q", name, r.Failures)
		}
		if r.Skipped == "" {
			whole++
		} else {
			partly++
		}
	}
	if whole < 7 || partly < 15 || results["round trip"].Skipped == "" || results["most parts"].Skipped != "" {
		t.Errorf("%d behaviours were checked, %d in part: %v", whole, partly, results)
	}
}

// A violation is reported for the behaviour that it breaks.
func TestCheckOfABadStore(t *testing.T) {
	s := &store{t: t, options: dirvault.Options{InventoryEvery: -1}, faults: []vaulttest.Fault{{Method: "AbortUpload", Err: vault.ErrUnavailable}}}
	results := s.check(vaulttest.Options{})
	if r := results["abort twice"]; !strings.Contains(fmt.Sprint(r.Failures), vault.ErrUnavailable.Error()) {
		t.Errorf("failures %q", r.Failures)
	}
	if r := results["round trip"]; len(r.Failures) > 0 {
		t.Errorf("failures %q", r.Failures)
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := &store{t: t, spent: &spending{}}
	n := 0
	err := vaulttest.Check(ctx, vaulttest.Options{}, s.open, s.reopen, func(vaulttest.Result) {
		if n++; n == 2 {
			cancel(enough)
		}
	})
	if n != 2 || !errors.Is(err, enough) {
		t.Errorf("after %d results: %v", n, err)
	}
}
