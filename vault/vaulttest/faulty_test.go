package vaulttest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
	"firn/vault/vaulttest"
)

var errFault = errors.New("a fault of the test")

// newFaulty returns a vault with faults and the vault below it.
func newFaulty(t *testing.T, faults ...vaulttest.Fault) (*vaulttest.Faulty, vault.Vault) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vault")
	if err := dirvault.Create(dir, dirvault.Options{}); err != nil {
		t.Fatal(err)
	}
	v, err := dirvault.Open(dir, dirvault.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	return vaulttest.NewFaulty(v, faults...), v
}

func countUploads(t *testing.T, v vault.Vault) int {
	t.Helper()
	n := 0
	for _, err := range v.Uploads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func ice() (vault.Part, *bytes.Reader) {
	data := []byte("ice")
	return vault.Part{Size: 3, TreeHash: treehash.Sum(data), SHA256: sha256.Sum256(data)}, bytes.NewReader(data)
}

func TestFaultBeforeAndAfter(t *testing.T) {
	f, below := newFaulty(t,
		vaulttest.Fault{Method: "CreateUpload", Call: 1, Err: errFault},
		vaulttest.Fault{Method: "CreateUpload", Call: 3, Err: errFault, After: true},
		vaulttest.Fault{Method: "Uploads", Call: 1, Err: errFault},
		vaulttest.Fault{Method: "Uploads", Call: 2, Err: errFault, After: true},
	)
	for i, want := range []struct {
		err     error
		uploads int
	}{{errFault, 0}, {nil, 1}, {errFault, 2}, {nil, 3}} {
		_, err := f.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 1})
		if !errors.Is(err, want.err) {
			t.Errorf("call %d: %v, want %v", i+1, err, want.err)
		}
		if got := countUploads(t, below); got != want.uploads {
			t.Errorf("after call %d there are %d uploads, want %d", i+1, got, want.uploads)
		}
	}
	for call, want := range []int{0, 3} {
		n, failed := 0, false
		for _, err := range f.Uploads(t.Context()) {
			if failed = errors.Is(err, errFault); !failed {
				n++
			}
		}
		if n != want || !failed {
			t.Errorf("list %d gave %d uploads and failed: %t", call+1, n, failed)
		}
	}
	if f.Calls("CreateUpload") != 4 || f.Calls("Uploads") != 2 || f.Calls("Job") != 0 {
		t.Errorf("calls: %d, %d, %d", f.Calls("CreateUpload"), f.Calls("Uploads"), f.Calls("Job"))
	}
}

func TestFaultTruncates(t *testing.T) {
	f, _ := newFaulty(t,
		vaulttest.Fault{Method: "UploadPart", Call: 1, Truncate: 2},
		vaulttest.Fault{Method: "OpenOutput", Call: 1, Truncate: 2},
	)
	ctx := t.Context()
	id, err := f.CreateUpload(ctx, vault.UploadRequest{PartSize: 3})
	if err != nil {
		t.Fatal(err)
	}
	part, body := ice()
	if _, err := f.UploadPart(ctx, id, part, body); err == nil {
		t.Error("a truncated part was accepted")
	}
	part, body = ice()
	if _, err := f.UploadPart(ctx, id, part, body); err != nil {
		t.Fatal(err)
	}
	archive, err := f.CompleteUpload(ctx, id, vault.Completion{Size: 3, TreeHash: part.TreeHash, Parts: []vault.Part{part}})
	if err != nil {
		t.Fatal(err)
	}
	job, err := f.StartJob(ctx, vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ic", "ice"} {
		out, err := f.OpenOutput(ctx, job, vault.Range{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(out)
		if err := errors.Join(err, out.Close()); err != nil || string(got) != want {
			t.Errorf("the output is %q, error %v; want %q", got, err, want)
		}
	}
}

func TestFaultBlocks(t *testing.T) {
	release := make(chan struct{})
	f, below := newFaulty(t, vaulttest.Fault{Method: "CreateUpload", Block: release})
	cause := errors.New("no patience")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := f.CreateUpload(ctx, vault.UploadRequest{PartSize: 1}); !errors.Is(err, cause) {
		t.Errorf("blocked, with a context that ended: %v", err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := f.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 1})
		done <- err
	}()
	if n := countUploads(t, below); n != 0 {
		t.Errorf("%d uploads were created by blocked calls", n)
	}
	close(release)
	if err := <-done; err != nil {
		t.Errorf("released: %v", err)
	}
	if n := countUploads(t, below); n != 1 {
		t.Errorf("%d uploads are there, want 1", n)
	}
}
