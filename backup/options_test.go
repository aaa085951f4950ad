package backup_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"firn/backup"
	"firn/catalog"
	"firn/depot"
	"firn/vault"
)

// What cannot be backed up is refused before anything is written.
func TestRefused(t *testing.T) {
	r := newRig(t)
	d := r.open()
	defer func() { must(t, d.Close()) }()
	book := d.Catalog.Backups()
	run := func(d depot.Depot, o backup.Options, roots ...string) error {
		_, err := backup.Run(t.Context(), d, book, roots, o)
		_, planned := backup.Estimate(t.Context(), d, book, roots, o)
		if (err == nil) != (planned == nil) {
			t.Errorf("the backup returns %v, the estimate %v", err, planned)
		}
		return err
	}
	for name, err := range map[string]error{
		"no directory":     run(d.Depot, r.o),
		"the format's":     run(d.Depot, r.o, "/.firn"),
		"below the format": run(d.Depot, r.o, "/.firn/x"),
		"no record":        run(depot.Depot{Vault: d.Vault}, r.o, r.dir),
		"a bad pattern":    run(d.Depot, backup.Options{SpoolDir: r.spool, Exclude: []string{"a[z-"}}, r.dir),
		"a bad key":        run(d.Depot, backup.Options{SpoolDir: r.spool, Recipients: []string{"age1"}}, r.dir),
		"a negative size":  run(d.Depot, backup.Options{SpoolDir: r.spool, PackSize: -1}, r.dir),
	} {
		if !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := run(d.Depot, r.o, filepath.Join(r.dir, "missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing directory: %v", err)
	}
	if archives, err := filepath.Glob(filepath.Join(r.cold, "archives", "*")); err != nil || len(archives) > 0 {
		t.Errorf("the vault has %q, %v", archives, err)
	}
}

// One backup at a time runs for each vault.
func TestLocked(t *testing.T) {
	r := newRig(t)
	c, err := catalog.Open(t.Context(), r.file, catalog.Options{})
	must(t, err)
	defer func() { must(t, c.Close()) }()
	unlock, err := c.LockVault(t.Context(), r.url, "backup")
	must(t, err)
	if _, err := r.run(context.Background()); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("while another one runs: %v", err)
	}
	must(t, unlock())
	r.mustRun()
}

// An estimate says what a backup then does, and writes nothing.
func TestEstimate(t *testing.T) {
	r := newRig(t)
	r.fill(0)
	r.o.Exclude = []string{"d1"}
	estimate := func() backup.Plan {
		t.Helper()
		d := r.open()
		defer func() { must(t, d.Close()) }()
		p, err := backup.Estimate(t.Context(), d.Depot, d.Catalog.Backups(), []string{r.dir}, r.o)
		must(t, err)
		return p
	}
	check := func() {
		t.Helper()
		p := estimate()
		report, err := r.run(context.Background())
		must(t, err)
		if p.Files != report.Files || p.Bytes != report.Bytes || p.New != report.New || p.Changed != report.Changed ||
			p.Unchanged != report.Unchanged || p.Gone != report.Gone || p.Omitted != report.Omitted || p.Store != report.Stored+report.Reused {
			t.Errorf("the plan is %+v, the report %s", p, text(report))
		}
		if want := (p.Store + r.o.PackSize - 1) / r.o.PackSize; p.Packs != want || (want == 0) != (len(report.Packs) == 0) {
			t.Errorf("%d packs planned for %d bytes, %d were made", p.Packs, p.Store, len(report.Packs))
		}
	}
	check()
	check()
	r.fill(1)
	check()
}

// The end of a context interrupts a backup, which the same call continues.
func TestInterrupted(t *testing.T) {
	r := newRig(t)
	r.fill(0)
	ctx, cancel := context.WithCancel(t.Context())
	d := r.open()
	d.Packing = func(p depot.Packing) {
		if p.Files == 20 {
			cancel()
		}
	}
	report, err := backup.Run(ctx, d.Depot, d.Catalog.Backups(), []string{r.dir}, r.o)
	if !errors.Is(err, depot.ErrInterrupted) || report.Snapshot.ID == "" {
		t.Errorf("got %v", err)
	}
	must(t, d.Close())
	r.o.Tags = []string{"later"}
	if next := r.mustRun(); !next.Continued || next.Snapshot.ID != report.Snapshot.ID || !slices.Equal(next.Snapshot.Tags, r.o.Tags) {
		t.Errorf("the snapshot is not continued: %+v", next.Snapshot)
	}
}
