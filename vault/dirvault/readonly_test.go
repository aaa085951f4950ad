//go:build !race || torture

package dirvault_test

import (
	"bytes"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
)

// stored is what a vault holds that is to be read.
type stored struct {
	dir      string
	archives map[vault.ArchiveID][]byte
	upload   vault.UploadID
	parts    int
	job      vault.JobID // for the first of the archives
}

// filledVault makes a vault with archives that have leaves and some that have none, an
// unfinished upload, jobs, and what a kill has left.
func filledVault(t *testing.T) stored {
	t.Helper()
	s := stored{dir: newVault(t), archives: make(map[vault.ArchiveID][]byte)}
	v, err := dirvault.Open(s.dir, dirvault.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []struct{ size, partSize int64 }{{3<<20 + 5, 1 << 20}, {2<<20 + 1, 1<<20 + 7}, {10, 10}} {
		data := noise(int(a.size))
		id := store(t, v, data, a.partSize)
		s.archives[id] = data
		if s.job, err = v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id}); err != nil {
			t.Fatal(err)
		}
	}
	id, c := begin(t, v, noise(1000), 300)
	s.upload, s.parts = id, len(c.Parts)
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	leave(t, s.dir, "~"+strings.Repeat("x", 92), "of vault.json")
	leave(t, s.dir, "archives/"+strings.Repeat("a", 138)+".json", "deleted half way")
	leave(t, s.dir, "uploads/"+strings.Repeat("u", 92)+"/data", "created half way")
	leave(t, s.dir, "scrub.json", `{
  "version": 1,
  "begun": "2026-02-03T04:05:06Z",
  "under_way": true,
  "asked": false,
  "after": "`+strings.Repeat("z", 138)+`",
  "archives": 0,
  "bytes": 0,
  "mended": 0,
  "damages": [],
  "left_out": 0
}
`)
	return s
}

// wantReadable reads everything that a vault has in every way.
func (s stored) wantReadable(t *testing.T, v *dirvault.Vault) {
	t.Helper()
	ctx := t.Context()
	bytesOf, count := int64(0), 0
	for range 2 { // as it is told again, too
		listed := inventory(t, v)
		for id, data := range s.archives {
			if a := listed[id]; a.Size != int64(len(data)) || a.TreeHash != treehash.Sum(data) {
				t.Errorf("the inventory says %+v of archive %q", a, id)
			}
			if got := retrieve(t, v, id); !bytes.Equal(got, data) {
				t.Errorf("archive %q has other bytes", id)
			}
			if a, err := v.Look(ctx, id); err != nil || a.Size != int64(len(data)) {
				t.Errorf("Look: %+v, %v", a, err)
			}
			bytesOf += int64(len(data)) + 32768
			count++
		}
		if len(listed) != len(s.archives) {
			t.Errorf("the inventory lists %d archives", len(listed))
		}
		if got := info(t, v); got.Archives != int64(count) || got.Bytes != bytesOf || got.Inventoried.IsZero() {
			t.Errorf("Info: %+v, want %d archives of %d bytes", got, count, bytesOf)
		}
		bytesOf, count = 0, 0
	}
	for u, err := range v.Uploads(ctx) {
		if err != nil || u.ID != s.upload {
			t.Errorf("Uploads: %+v, %v", u, err)
		}
	}
	parts := 0
	for _, err := range v.Parts(ctx, s.upload) {
		if err != nil {
			t.Error(err)
		}
		parts++
	}
	if parts != s.parts {
		t.Errorf("the upload has %d parts, want %d", parts, s.parts)
	}
	known := make(map[vault.JobID]bool)
	for j, err := range v.Jobs(ctx) {
		if err != nil {
			t.Error(err)
		}
		known[j.ID] = true
	}
	// Those from before, and of each round one for each archive and one for an inventory.
	if want := 3*len(s.archives) + 2; len(known) != want || !known[s.job] {
		t.Errorf("%d jobs are listed, want %d", len(known), want)
	}
	report, err := v.Scrub(ctx, dirvault.ScrubOptions{})
	if err != nil || report.Archives != int64(len(s.archives)) || report.Mended != 0 || len(report.Damages) != 0 {
		t.Errorf("Scrub: %+v, %v", report, err)
	}
}

// wantNoChange tries everything that must write.
func (s stored) wantNoChange(t *testing.T, v *dirvault.Vault) {
	t.Helper()
	ctx := t.Context()
	refused := func(what string, err error) {
		t.Helper()
		wantClass(t, what, err, vault.ErrReadOnly)
		wantClass(t, what, err, vault.ErrDenied)
		if err != nil && (!strings.Contains(err.Error(), "is read-only") || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := v.CreateUpload(ctx, vault.UploadRequest{PartSize: 1})
	refused("CreateUpload", err)
	part, body := partOf(noise(1000), 0, 300)
	_, err = v.UploadPart(ctx, s.upload, part, body)
	refused("UploadPart", err)
	_, err = v.CompleteUpload(ctx, s.upload, vault.Completion{})
	refused("CompleteUpload", err)
	refused("AbortUpload", v.AbortUpload(ctx, s.upload))
	for id := range s.archives {
		refused("DeleteArchive", v.DeleteArchive(ctx, id))
	}
	refused("Delete", dirvault.Delete(ctx, s.dir, dirvault.Options{}))
}

// TestLongReadOnly: a directory that cannot be written is read all the same, in every way,
// and nothing in it changes.
func TestLongReadOnly(t *testing.T) {
	if !bound(t) {
		return
	}
	for what, o := range map[string]dirvault.Options{
		"always fresh":       fresh(),
		"reads are verified": {InventoryEvery: -1, VerifyReads: true},
	} {
		for lack, take := range map[string]func(dir string){
			"nothing":           func(string) {},
			"a lock":            func(dir string) { remove(t, dir, "lock") },
			"empty directories": func(dir string) { remove(t, dir, "notes") },
			"records":           func(dir string) { remove(t, dir, "count.json"); remove(t, dir, "jobtimes") },
		} {
			s := filledVault(t)
			take(s.dir)
			forbid(t, s.dir)
			before := states(t, s.dir)
			v := open(t, s.dir, o)
			another := open(t, s.dir, o) // many may read at once
			s.wantReadable(t, v)
			s.wantNoChange(t, another)
			if err := v.Close(); err != nil {
				t.Error(err)
			}
			if after := states(t, s.dir); !maps.Equal(after, before) {
				t.Errorf("%s, without %s: the directory has changed: %v, was %v", what, lack, after, before)
			}
		}
	}
}

// TestLongReadOnlyInPart: a vault in which only some directories can be written is no
// vault to be written to.
func TestLongReadOnlyInPart(t *testing.T) {
	if !bound(t) {
		return
	}
	for _, name := range []string{"archives", "uploads", "jobs", "notes"} {
		s := filledVault(t)
		forbid(t, filepath.Join(s.dir, name))
		before := states(t, s.dir)
		v := open(t, s.dir, fresh())
		s.wantReadable(t, v)
		s.wantNoChange(t, v)
		if after := states(t, s.dir); !maps.Equal(after, before) {
			t.Errorf("with %s as it is, the directory has changed: %v, was %v", name, after, before)
		}
	}
}

// TestLongReadOnlyAndEmpty: a copy without the directories that are empty.
func TestLongReadOnlyAndEmpty(t *testing.T) {
	dir := newVault(t)
	for _, name := range []string{"archives", "uploads", "jobs", "notes"} {
		remove(t, dir, name)
	}
	o := fresh()
	o.ReadOnly = true
	v := open(t, dir, o)
	if got := inventory(t, v); len(got) != 0 {
		t.Errorf("the inventory lists %v", got)
	}
	if got := info(t, v); got.Archives != 0 || got.Inventoried.IsZero() {
		t.Errorf("Info: %+v", got)
	}
	if got := jobIDs(t, v); len(got) != 1 {
		t.Errorf("the jobs are %q", got)
	}
	if report, err := v.Scrub(t.Context(), dirvault.ScrubOptions{}); err != nil || report.Archives != 0 {
		t.Errorf("Scrub: %+v, %v", report, err)
	}
}

// TestLongOpenedToRead: a vault that could be written is not, if that is asked for.
func TestLongOpenedToRead(t *testing.T) {
	s := filledVault(t)
	before := states(t, s.dir)
	o := fresh()
	o.ReadOnly = true
	v := open(t, s.dir, o)
	s.wantReadable(t, v)
	if after := states(t, s.dir); !maps.Equal(after, before) {
		t.Errorf("the directory has changed: %v, was %v", after, before)
	}
	_, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 1})
	wantClass(t, "CreateUpload", err, vault.ErrReadOnly)
	// Whoever writes waits until nobody reads.
	_, err = dirvault.Open(s.dir, fresh())
	wantClass(t, "Open to write", err, vault.ErrLocked)
}

// TestLongRootToRead: the vaults of a Root that is only read are read, and their server may
// leave notes, which last as long as it does.
func TestLongRootToRead(t *testing.T) {
	if !bound(t) {
		return
	}
	s := filledVault(t)
	dir := filepath.Dir(s.dir)
	leave(t, dir, "~"+strings.Repeat("x", 92)+"/vault.json", "of a vault on its way out")
	forbid(t, dir)
	before := states(t, dir)
	_, err := dirvault.OpenRoot(dir, fresh())
	wantClass(t, "OpenRoot", err, vault.ErrReadOnly)
	o := fresh()
	o.ReadOnly = true
	r := openRoot(t, dir, o)
	ctx := t.Context()
	if err := r.Ready(ctx); err != nil {
		t.Error(err)
	}
	if got := names(t, r, ""); len(got) != 1 || got[0] != "vault" {
		t.Errorf("the vaults are %q", got)
	}
	v, err := r.Open(ctx, "vault")
	if err != nil {
		t.Fatal(err)
	}
	for id, data := range s.archives {
		if got := retrieve(t, v, id); !bytes.Equal(got, data) {
			t.Errorf("archive %q has other bytes", id)
		}
	}
	wantClass(t, "CreateVault", r.CreateVault(ctx, "more"), vault.ErrReadOnly)
	wantClass(t, "DeleteVault", r.DeleteVault(ctx, "vault"), vault.ErrReadOnly)
	for _, name := range []string{"vault", ""} {
		if err := r.SetNote(ctx, name, "told", []byte("x")); err != nil {
			t.Error(err)
		}
		if got, err := r.Note(ctx, name, "told"); err != nil || string(got) != "x" {
			t.Errorf("the note says %q, %v", got, err)
		}
		if err := r.SetNote(ctx, name, "told", nil); err != nil {
			t.Error(err)
		}
		_, err := r.Note(ctx, name, "told")
		wantClass(t, "a note that was removed", err, vault.ErrNotFound)
	}
	wantClass(t, "SetNote", r.SetNote(ctx, "nowhere", "told", nil), vault.ErrNotFound)
	if after := states(t, dir); !maps.Equal(after, before) {
		t.Errorf("the directory has changed: %v, was %v", after, before)
	}
}

// TestLongJobsOfReadOnlyVaultTakeTime as they do elsewhere, and expire.
func TestLongJobsOfReadOnlyVaultTakeTime(t *testing.T) {
	s := filledVault(t)
	c := newClock()
	v := open(t, s.dir, dirvault.Options{
		Now: c.Now, InventoryEvery: -1, ReadOnly: true, OutputLifetime: time.Hour,
		RetrievalDelay: func(vault.JobKind, vault.Tier) time.Duration { return time.Hour },
	})
	id, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory})
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.OpenOutput(t.Context(), id, vault.Range{})
	wantClass(t, "at once", err, vault.ErrNotReady)
	c.Advance(time.Hour)
	if got := document(t, v, id); !strings.Contains(got, `"ArchiveList":[{`) {
		t.Errorf("the inventory is %q", got)
	}
	c.Advance(time.Hour)
	_, err = v.OpenOutput(t.Context(), id, vault.Range{})
	wantClass(t, "too late", err, vault.ErrExpired)
	c.Advance(24 * time.Hour)
	_, err = v.Job(t.Context(), id)
	wantClass(t, "a day later", err, vault.ErrNotFound)
}
