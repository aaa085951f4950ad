package dirvault_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
)

// stuck puts a directory with a file into a vault that cannot be removed until the
// function that it returns is called.
func stuck(t *testing.T, dir, name string) (loosen func()) {
	t.Helper()
	leave(t, dir, name+"/held", "by another program")
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.Chmod(path, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // wherever it is by then
		_ = filepath.WalkDir(filepath.Dir(dir), func(path string, d os.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				err = os.Chmod(path, 0o700)
			}
			return err
		})
	})
	return func() {
		if err := errors.Join(os.Chmod(path, 0o700), os.Remove(filepath.Join(path, "held"))); err != nil {
			t.Error(err)
		}
	}
}

// TestLeftoversThatStay: what cannot be removed keeps nobody from the vault. It is told,
// and removed when that is possible.
func TestLeftoversThatStay(t *testing.T) {
	if !bound(t) {
		return
	}
	id92, id138 := strings.Repeat("u", 92), strings.Repeat("a", 138)
	for _, name := range []string{
		"~" + id92, "archives/~" + id92, "archives/" + id138 + ".json", "archives/" + id138 + ".leaves",
		"uploads/~" + id92, "uploads/" + id92, "jobs/~" + id92, "jobs/" + id92 + ".output", "notes/~" + id92,
	} {
		var heard damages
		o := fresh()
		o.OnLeftover = heard.hear
		o.OnDamage = func(err error) { t.Errorf("%s: told of damage: %v", name, err) }
		dir := newVault(t)
		loosen := stuck(t, dir, name)
		for range 2 { // it is tried again
			v, err := dirvault.Open(dir, o)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			heard.want(t, name, "firn tries again")
			data := noise(1000)
			archive := store(t, v, data, 300)
			if got := retrieve(t, v, archive); !bytes.Equal(got, data) {
				t.Errorf("%s: the archive has other bytes", name)
			}
			if got := info(t, v); got.Archives != 1 {
				t.Errorf("%s: %+v", name, got)
			}
			if err := v.DeleteArchive(t.Context(), archive); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := v.Close(); err != nil {
				t.Error(err)
			}
		}
		loosen()
		open(t, dir, o)
		heard.want(t, name+", loosened")
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
}

// TestLeftoversOfRootThatStay keep nobody from the vaults.
func TestLeftoversOfRootThatStay(t *testing.T) {
	if !bound(t) {
		return
	}
	for _, name := range []string{"~" + strings.Repeat("u", 92), "@notes/~" + strings.Repeat("u", 92)} {
		var heard damages
		o := fresh()
		o.OnLeftover = heard.hear
		dir := filepath.Dir(newVault(t))
		loosen := stuck(t, dir, name)
		r, err := dirvault.OpenRoot(dir, o)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		heard.want(t, name, "firn tries again")
		if got := names(t, r, ""); len(got) != 1 {
			t.Errorf("%s: the vaults are %q", name, got)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		loosen()
		openRoot(t, dir, o)
		heard.want(t, name+", loosened")
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
}

// TestActsThatLeaveSomething are done all the same.
func TestActsThatLeaveSomething(t *testing.T) {
	if !bound(t) {
		return
	}
	var heard damages
	c := newClock()
	o := dirvault.Options{Now: c.Now, InventoryEvery: -1, UploadLifetime: time.Hour, OnLeftover: heard.hear}
	dir := newVault(t)
	v := open(t, dir, o)
	aborted, _ := begin(t, v, noise(10), 10)
	stuck(t, dir, "uploads/"+string(aborted)+"/stuck")
	if err := v.AbortUpload(t.Context(), aborted); err != nil {
		t.Error(err)
	}
	heard.want(t, "an aborted upload", "firn tries again")
	idle, _ := begin(t, v, noise(10), 10)
	stuck(t, dir, "uploads/"+string(idle)+"/stuck")
	c.Advance(time.Hour)
	for u, err := range v.Uploads(t.Context()) {
		t.Errorf("an upload is listed: %+v, %v", u, err)
	}
	heard.want(t, "an expired upload", "firn tries again")
	archive := store(t, v, noise(10), 10)
	remove(t, dir, "archives/"+string(archive)+".json")
	stuck(t, dir, "archives/"+string(archive)+".json")
	if err := v.DeleteArchive(t.Context(), archive); err != nil {
		t.Error(err)
	}
	heard.want(t, "a deleted archive", "firn tries again")
	_, err := v.Look(t.Context(), archive)
	wantClass(t, "Look", err, vault.ErrNotFound)
	if err := v.Close(); err != nil {
		t.Error(err)
	}
	if err := dirvault.Delete(t.Context(), dir, o); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(dir); !os.IsNotExist(err) {
		t.Errorf("the vault is still there: %v", err)
	}
}
