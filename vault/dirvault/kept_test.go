package dirvault_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
)

// TestOutputOutlivesTheArchive: what a finished job gives can be read for as long as
// the job says, whatever happens to the archive: whole and in ranges with their
// hashes, over a restart, with leaves or without. Then nothing is left of it.
func TestOutputOutlivesTheArchive(t *testing.T) {
	const mib = 1 << 20
	data := noise(3*mib + 7)
	for _, verify := range []bool{false, true} {
		for _, lost := range []bool{false, true} {
			c := newClock()
			o := dirvault.Options{
				Now: c.Now, OutputLifetime: 24 * time.Hour, InventoryEvery: -1, VerifyReads: verify,
				RetrievalDelay: func(_ vault.JobKind, tier vault.Tier) time.Duration {
					return map[vault.Tier]time.Duration{vault.Bulk: 8 * time.Hour}[tier]
				},
			}
			dir := newVault(t)
			v := open(t, dir, o)
			archive := store(t, v, data, 2*mib)
			if lost {
				if err := os.Remove(leavesFile(dir, archive)); err != nil {
					t.Fatal(err)
				}
			}
			start := func(r vault.Range, tier vault.Tier) vault.JobID {
				t.Helper()
				id, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive, Range: r, Tier: tier})
				if err != nil {
					t.Fatal(err)
				}
				return id
			}
			whole, piece, later := start(vault.Range{}, ""), start(vault.Range{Offset: mib, Size: mib}, ""), start(vault.Range{}, vault.Bulk)
			if err := v.DeleteArchive(t.Context(), archive); err != nil {
				t.Fatal(err)
			}
			if left := inventory(t, v); len(left) != 0 {
				t.Errorf("the inventory lists %v", left)
			}
			if _, err := v.Look(t.Context(), archive); err == nil {
				t.Error("the archive can be looked at")
			}
			if _, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive}); err == nil {
				t.Error("the archive can be retrieved again")
			}
			read := func(id vault.JobID, r, want vault.Range) {
				t.Helper()
				if j := describe(t, v, id); j.Status != vault.Succeeded {
					t.Errorf("the job is %+v", j)
				}
				out, err := v.OpenOutput(t.Context(), id, r)
				if err != nil {
					t.Errorf("verify %t, leaves lost %t: %v", verify, lost, err)
					return
				}
				defer out.Close()
				got, err := io.ReadAll(out)
				if err != nil || string(got) != string(data[want.Offset:want.End()]) {
					t.Errorf("the output has %d bytes, want %d: %v", len(got), want.Size, err)
				}
				if hash := treehash.Sum(got); treehash.Aligned(want.Offset, want.End()-1, int64(len(data))) && out.TreeHash != hash {
					t.Errorf("the output has tree hash %s, want %s", out.TreeHash, hash)
				}
			}
			readAll := func() {
				t.Helper()
				read(whole, vault.Range{}, vault.Range{Size: int64(len(data))})
				read(whole, vault.Range{Offset: 2 * mib, Size: mib}, vault.Range{Offset: 2 * mib, Size: mib})
				read(whole, vault.Range{Offset: 5, Size: mib}, vault.Range{Offset: 5, Size: mib})
				read(piece, vault.Range{}, vault.Range{Offset: mib, Size: mib})
			}
			readAll()
			v = reopen(t, v, dir, o, func() {})
			readAll()
			c.Advance(24 * time.Hour)
			_, err := v.OpenOutput(t.Context(), whole, vault.Range{})
			wantClass(t, "an expired output", err, vault.ErrExpired)
			read(later, vault.Range{}, vault.Range{Size: int64(len(data))})
			v = reopen(t, v, dir, o, func() {})
			read(later, vault.Range{}, vault.Range{Size: int64(len(data))})
			c.Advance(8 * time.Hour)
			for j, err := range v.Jobs(t.Context()) {
				t.Errorf("an expired job is listed: %+v, %v", j, err)
			}
			if left, err := os.ReadDir(filepath.Join(dir, "outputs")); err != nil || len(left) != 0 {
				t.Errorf("of the archive is left: %v, %v", left, err)
			}
		}
	}
}

// TestKeptOutputDoesNotKeepTheVault: the vault is empty all the same.
func TestKeptOutputDoesNotKeepTheVault(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "root")
	r := openRoot(t, dir, dirvault.Options{InventoryEvery: -1, OutputLifetime: time.Hour})
	if err := r.CreateVault(t.Context(), "cold"); err != nil {
		t.Fatal(err)
	}
	v, err := r.Open(t.Context(), "cold")
	if err != nil {
		t.Fatal(err)
	}
	archive := store(t, v, noise(10), 10)
	if _, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive}); err != nil {
		t.Fatal(err)
	}
	if err := v.DeleteArchive(t.Context(), archive); err != nil {
		t.Fatal(err)
	}
	if err := r.DeleteVault(t.Context(), "cold"); err != nil {
		t.Fatal(err)
	}
	if left := files(t, dir); len(left) != 1 {
		t.Errorf("the root holds %v", left)
	}
}

// TestKeptWhileAJobIsDamaged: it may be the one that gives what is kept. What is there is
// removed when the job can be read again, and has expired.
func TestKeptWhileAJobIsDamaged(t *testing.T) {
	c := newClock()
	var left []error
	o := dirvault.Options{
		Now: c.Now, OutputLifetime: 24 * time.Hour, InventoryEvery: -1,
		OnDamage: func(error) {}, OnLeftover: func(err error) { left = append(left, err) },
	}
	dir := newVault(t)
	v := open(t, dir, o)
	archive := store(t, v, noise(10), 10)
	job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.DeleteArchive(t.Context(), archive); err != nil {
		t.Fatal(err)
	}
	name := "jobs/" + string(job) + ".json"
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(dir, "outputs", string(archive))
	v = reopen(t, v, dir, o, func() { leave(t, dir, name, "damaged") })
	if _, err := os.Stat(kept); err != nil || len(left) == 0 {
		t.Errorf("while the job is damaged: %v; told of what is left: %v", err, left)
	}
	v = reopen(t, v, dir, o, func() { leave(t, dir, name, string(text)) })
	out, err := v.OpenOutput(t.Context(), job, vault.Range{})
	if err != nil {
		t.Fatalf("when the job can be read again: %v", err)
	}
	if err := out.Close(); err != nil {
		t.Error(err)
	}
	c.Advance(24 * time.Hour)
	reopen(t, v, dir, o, func() {})
	if _, err := os.Stat(kept); !os.IsNotExist(err) {
		t.Errorf("after its time: %v", err)
	}
}

// TestKeptOutputGoesWhenItExpires: at the next call that looks at its job or writes to the
// vault, when the vault is opened, and in a round of scrubs over vaults that nobody uses.
func TestKeptOutputGoesWhenItExpires(t *testing.T) {
	for what, use := range map[string]func(r *dirvault.Root, v vault.Vault, id vault.JobID){
		"Job": func(_ *dirvault.Root, v vault.Vault, id vault.JobID) { _, _ = v.Job(t.Context(), id) },
		"OpenOutput": func(_ *dirvault.Root, v vault.Vault, id vault.JobID) {
			_, _ = v.OpenOutput(t.Context(), id, vault.Range{})
		},
		"Jobs": func(_ *dirvault.Root, v vault.Vault, _ vault.JobID) {
			for j, err := range v.Jobs(t.Context()) {
				t.Errorf("an expired job is listed: %+v, %v", j, err)
			}
		},
		"CreateUpload": func(_ *dirvault.Root, v vault.Vault, _ vault.JobID) {
			if _, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 1}); err != nil {
				t.Error(err)
			}
		},
		"SetNote": func(r *dirvault.Root, _ vault.Vault, _ vault.JobID) {
			if err := r.SetNote(t.Context(), "cold", "tags", []byte("{}")); err != nil {
				t.Error(err)
			}
		},
		"Scrub": func(r *dirvault.Root, _ vault.Vault, _ vault.JobID) {
			ctx, cancel := context.WithCancel(t.Context())
			r.Scrub(ctx, time.Hour, dirvault.ScrubOptions{Found: func(dirvault.Damage) { cancel() }})
			cancel()
		},
	} {
		t.Run(what, func(t *testing.T) {
			c := newClock()
			dir := filepath.Join(t.TempDir(), "root")
			r := openRoot(t, dir, dirvault.Options{Now: c.Now, InventoryEvery: -1, OutputLifetime: time.Hour})
			if err := r.CreateVault(t.Context(), "cold"); err != nil {
				t.Fatal(err)
			}
			v, err := r.Open(t.Context(), "cold")
			if err != nil {
				t.Fatal(err)
			}
			archive := store(t, v, noise(10), 10)
			id, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive})
			if err != nil {
				t.Fatal(err)
			}
			if err := v.DeleteArchive(t.Context(), archive); err != nil {
				t.Fatal(err)
			}
			kept := filepath.Join(dir, "cold", "outputs", string(archive))
			if _, err := os.Stat(kept); err != nil {
				t.Fatalf("while the job gives it: %v", err)
			}
			if what == "Scrub" { // whose damage ends the round
				damaged := store(t, v, noise(11), 11)
				overwrite(t, filepath.Join(dir, "cold", "archives", string(damaged)), noise(5))
			}
			c.Advance(time.Hour)
			use(r, v, id)
			if _, err := os.Stat(kept); !os.IsNotExist(err) {
				t.Errorf("after its time: %v", err)
			}
		})
	}
}
