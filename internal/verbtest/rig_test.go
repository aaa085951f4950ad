package verbtest_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"firn/catalog"
	"firn/depot"
	"firn/jobs"
	"firn/record"
	"firn/treehash"
	"firn/upload"
	"firn/vault"
	"firn/vault/dirvault"
)

// rig is a vault with a catalog and a directory for downloads. Its jobs take hours and its
// outputs last a day. It runs in a synctest bubble, on the clock of the bubble.
type rig struct {
	t       *testing.T
	dir     string
	vault   *watched
	below   *named
	catalog *catalog.Catalog
	ctx     context.Context // of the calls

	mu      sync.Mutex
	notices []string
}

const (
	jobTime  = 4 * time.Hour
	lifetime = 24 * time.Hour
	rigURL   = "file://rig"
)

func newRig(t *testing.T) *rig {
	t.Helper()
	d := &rig{t: t, dir: t.TempDir(), ctx: t.Context()}
	options := dirvault.Options{
		RetrievalDelay: func(vault.JobKind, vault.Tier) time.Duration { return jobTime }, OutputLifetime: lifetime, InventoryEvery: -1,
	}
	cold := filepath.Join(d.dir, "cold")
	if err := dirvault.Create(cold, options); err != nil {
		t.Fatal(err)
	}
	v, err := dirvault.Open(cold, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, v) })
	d.below = &named{v, rigURL}
	d.vault = &watched{Vault: d.below}
	d.openCatalog()
	return d
}

func (d *rig) openCatalog() {
	d.t.Helper()
	c, err := catalog.Open(d.t.Context(), filepath.Join(d.dir, "catalog.db"), catalog.Options{})
	if err != nil {
		d.t.Fatal(err)
	}
	d.catalog = c
	d.t.Cleanup(func() { closed(d.t, c) })
}

// store stores data as an archive. The catalog does not learn of it.
func (d *rig) store(data []byte) record.Archive {
	d.t.Helper()
	path := filepath.Join(d.dir, "source")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		d.t.Fatal(err)
	}
	stored, err := upload.File(d.t.Context(), depot.Depot{Vault: d.below}, path, upload.Options{PartSize: mib, Again: true})
	if err != nil {
		d.t.Fatal(err)
	}
	return record.Archive{
		Vault: rigURL, ID: stored.ArchiveID, Name: path, Size: int64(len(data)),
		TreeHash: treehash.Sum(data), State: record.Stored,
	}
}

func (d *rig) notice(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notices = append(d.notices, text)
}

func (d *rig) wantNotice(part string) {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.ContainsFunc(d.notices, func(n string) bool { return strings.Contains(n, part) }) {
		d.t.Errorf("no notice has %q: %q", part, d.notices)
	}
}

// drain gives the calls to come a context of their own, and returns what ends it.
func (d *rig) drain() (end func()) {
	d.ctx, end = context.WithCancel(d.t.Context())
	return end
}

// depot has the catalog, and keeps the notices. Its vault is d.vault.
func (d *rig) depot(patience time.Duration) depot.Depot {
	return depot.Depot{Vault: d.vault, Journal: d.catalog, Notice: d.notice, Patience: patience}
}

func (d *rig) retrieving() retrieving {
	return retrieving{Depot: d.depot(0)}
}

func (d *rig) waiting() waiting {
	return waiting{Depot: d.depot(0)}
}

// retrieve asks for an archive and fails the test on any error.
func (d *rig) retrieve(a record.Archive, o retrieving) record.Job {
	d.t.Helper()
	job, err := jobs.Retrieve(d.t.Context(), at(d.vault, o.Depot), a, o.Options)
	if err != nil {
		d.t.Fatal(err)
	}
	return job
}

// atVault returns the jobs that the vault lists.
func (d *rig) atVault() (jobs []vault.Job) {
	d.t.Helper()
	for j, err := range d.below.Jobs(d.t.Context()) {
		if err != nil {
			d.t.Fatal(err)
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// onRecord returns the jobs in the catalog, newest first.
func (d *rig) onRecord(a record.Archive) (jobs []record.Job) {
	d.t.Helper()
	for j, err := range d.catalog.JobsFor(d.t.Context(), rigURL, a.ID) {
		if err != nil {
			d.t.Fatal(err)
		}
		jobs = append(jobs, j)
	}
	return jobs
}

func wait(d time.Duration) { <-time.After(d) }

// watched is a vault that records requests. A test can change its answers.
type watched struct {
	vault.Vault

	mu     sync.Mutex
	asked  int                // calls of Job
	listed int                // calls of Jobs
	starts []vault.JobRequest // that reached the vault
	reads  []vault.Range      // ranges of the archive that were read from outputs

	start func(vault.JobRequest) error // an error replaces the start
	// output replaces an opened output. Its range is a range of the archive.
	output func(vault.Range, vault.Output) (vault.Output, error)
}

func (w *watched) Job(ctx context.Context, id vault.JobID) (vault.Job, error) {
	w.mu.Lock()
	w.asked++
	w.mu.Unlock()
	return w.Vault.Job(ctx, id)
}

func (w *watched) Jobs(ctx context.Context) iter.Seq2[vault.Job, error] {
	w.mu.Lock()
	w.listed++
	w.mu.Unlock()
	return w.Vault.Jobs(ctx)
}

func (w *watched) StartJob(ctx context.Context, req vault.JobRequest) (vault.JobID, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.start != nil {
		if err := w.start(req); err != nil {
			return "", err
		}
	}
	w.starts = append(w.starts, req)
	return w.Vault.StartJob(ctx, req)
}

func (w *watched) OpenOutput(ctx context.Context, id vault.JobID, r vault.Range) (vault.Output, error) {
	job, err := w.Vault.Job(ctx, id)
	if err != nil {
		return vault.Output{}, err
	}
	out, err := w.Vault.OpenOutput(ctx, id, r)
	if err != nil {
		return out, err
	}
	r.Offset += job.Range.Offset
	w.mu.Lock()
	w.reads = append(w.reads, r)
	change := w.output
	w.mu.Unlock()
	if change == nil {
		return out, nil
	}
	changed, err := change(r, out)
	if err != nil {
		return vault.Output{}, errors.Join(err, out.Close())
	}
	return changed, nil
}
