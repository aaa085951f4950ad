package dirvault_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
)

// leave puts a file into a vault, as a killed process may have left it.
func leave(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	// What a test does at once comes later than what was done before, on file systems with
	// coarse clocks, too.
	later := time.Now().Add(time.Second)
	if err := os.Chtimes(filepath.Dir(path), later, later); err != nil {
		t.Fatal(err)
	}
}

// reopen closes a vault, lets something happen to its directory and opens it.
func reopen(t *testing.T, v *dirvault.Vault, dir string, o dirvault.Options, between func()) *dirvault.Vault {
	t.Helper()
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	between()
	return open(t, dir, o)
}

// TestLeftovers: what a killed process leaves is removed when the vault is
// opened; archives and uploads stay as they are.
func TestLeftovers(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	data := noise(1000)
	archive := store(t, v, data, 300)
	upload, c := begin(t, v, data, 300)
	before := files(t, dir)

	temporary := "~" + strings.Repeat("x", 92)
	id92, id138 := strings.Repeat("u", 92), strings.Repeat("a", 138)
	v = reopen(t, v, dir, dirvault.Options{}, func() {
		leave(t, dir, temporary, "of vault.json")
		leave(t, dir, "archives/"+temporary, "of a truth")
		leave(t, dir, "archives/"+id138+".json", "published or deleted half way")
		leave(t, dir, "archives/"+id138+".leaves", "the same")
		leave(t, dir, "uploads/"+temporary+"/data", "aborted half way")
		leave(t, dir, "uploads/"+id92+"/data", "created half way")
		leave(t, dir, "uploads/"+strings.ToUpper(id92)+"/upload.json", "completed, not yet removed")
		leave(t, dir, "uploads/"+string(upload)+"/"+temporary, "a part to take the place of another")
		leave(t, dir, "jobs/"+temporary, "of a job")
		leave(t, dir, "notes/"+temporary, "of a note")
	})
	if after := files(t, dir); !maps.Equal(before, after) {
		t.Errorf("the vault holds %v, want %v", after, before)
	}
	if got := retrieve(t, v, archive); !bytes.Equal(got, data) {
		t.Error("the archive has changed")
	}
	if _, err := v.CompleteUpload(t.Context(), upload, c); err != nil {
		t.Errorf("the upload that was left open: %v", err)
	}
}

// TestForeignFiles: what this package did not make stays.
func TestForeignFiles(t *testing.T) {
	dir := newVault(t)
	for _, name := range []string{
		"README", "archives/notes.txt", "uploads/mine/data", "jobs/x",
		"outputs/mine", "outputs/mine.leaves",
	} {
		leave(t, dir, name, "mine")
	}
	before := files(t, dir)
	for _, name := range []string{"changes-2026", "changes-" + strings.Repeat("a", 26)} { // which files leaves out
		leave(t, dir, name, "mine")
		before[name] = 4
	}
	v := open(t, dir, fresh())
	if got := inventory(t, v); len(got) != 0 {
		t.Errorf("the inventory lists %v", got)
	}
	for name := range before {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("%s was removed: %v", name, err)
		}
	}
}

// TestKilledBetweenRenameAndRemoval: the archive is there, the upload's remains
// are removed, and completing again gives the id.
func TestKilledBetweenRenameAndRemoval(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	upload, c := begin(t, v, noise(1000), 300)
	remains := make(map[string][]byte)
	for _, name := range []string{"upload.json", "parts"} {
		b, err := os.ReadFile(filepath.Join(dir, "uploads", string(upload), name))
		if err != nil {
			t.Fatal(err)
		}
		remains[name] = b
	}
	first, err := v.CompleteUpload(t.Context(), upload, c)
	if err != nil {
		t.Fatal(err)
	}
	v = reopen(t, v, dir, dirvault.Options{}, func() {
		for name, b := range remains {
			leave(t, dir, "uploads/"+string(upload)+"/"+name, string(b))
		}
	})
	wantTidy(t, dir)
	if again, err := v.CompleteUpload(t.Context(), upload, c); err != nil || again != first {
		t.Errorf("completed again: %q, %v; want %q", again, err, first)
	}
}

// TestTornJournal: a line that was not written to its end was not acknowledged.
// The parts before it count, and more may follow.
func TestTornJournal(t *testing.T) {
	for _, torn := range []string{`{"offset":900,"size":1`, "\x00\x00\x00", "{\"offset\":900\x00\n"} {
		dir := newVault(t)
		v := open(t, dir, dirvault.Options{})
		data := noise(1000)
		id, c := begin(t, v, data[:900], 300)
		v = reopen(t, v, dir, dirvault.Options{}, func() {
			name := filepath.Join(dir, "uploads", string(id), "parts")
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			leave(t, dir, "uploads/"+string(id)+"/parts", string(b)+torn)
		})
		last, body := partOf(data, 900, 100)
		if _, err := v.UploadPart(t.Context(), id, last, body); err != nil {
			t.Fatalf("after %q: %v", torn, err)
		}
		v = reopen(t, v, dir, dirvault.Options{}, func() {})
		var got []vault.Part
		for p, err := range v.Parts(t.Context(), id) {
			if err != nil {
				t.Fatalf("after %q: %v", torn, err)
			}
			got = append(got, p)
		}
		if len(got) != len(c.Parts)+1 || got[3].TreeHash != last.TreeHash {
			t.Errorf("after %q the vault holds %d parts", torn, len(got))
		}
	}
}

// TestCopyWithoutEmptyDirectories: a vault survives programs that do not copy
// empty directories.
func TestCopyWithoutEmptyDirectories(t *testing.T) {
	dir := newVault(t)
	for _, name := range []string{"archives", "uploads", "jobs"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	v := open(t, dir, dirvault.Options{})
	store(t, v, noise(10), 10)
}

// TestExpiredJobsAreForgotten: a day after its output went, a job is not known
// to a vault that is opened.
func TestExpiredJobsAreForgotten(t *testing.T) {
	c := newClock()
	o := dirvault.Options{Now: c.Now, OutputLifetime: time.Hour, InventoryEvery: -1}
	dir := newVault(t)
	v := open(t, dir, o)
	job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory})
	if err != nil {
		t.Fatal(err)
	}
	c.Advance(time.Hour)
	v = reopen(t, v, dir, o, func() {})
	for _, err = range v.Inventory(t.Context(), job, "") {
	}
	wantClass(t, "Inventory", err, vault.ErrExpired)
	c.Advance(24 * time.Hour)
	v = reopen(t, v, dir, o, func() {})
	_, err = v.Job(t.Context(), job)
	wantClass(t, "Job", err, vault.ErrNotFound)
}
