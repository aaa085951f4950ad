package dirvault_test

import (
	"os"
	"path/filepath"
	"testing"

	"firn/vault"
	"firn/vault/dirvault"
)

func TestDelete(t *testing.T) {
	dir := newVault(t)
	o := dirvault.Options{}
	// Others may write to the directory above, as they may to /tmp.
	if err := os.Chmod(filepath.Dir(dir), 0o777); err != nil {
		t.Fatal(err)
	}
	v := open(t, dir, o)
	wantClass(t, "a vault that is open", dirvault.Delete(t.Context(), dir, o), vault.ErrLocked)
	upload, completion := begin(t, v, noise(10), 10)
	var archive vault.ArchiveID
	for _, step := range []struct {
		what string
		do   func(v vault.Vault) error
		want error
	}{
		{"with an upload", func(vault.Vault) error { return nil }, vault.ErrInvalid},
		{"with an archive", func(v vault.Vault) (err error) {
			archive, err = v.CompleteUpload(t.Context(), upload, completion)
			return err
		}, vault.ErrInvalid},
		{"empty again", func(v vault.Vault) error { return v.DeleteArchive(t.Context(), archive) }, nil},
	} {
		if err := step.do(v); err != nil {
			t.Fatal(err)
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		err := dirvault.Delete(t.Context(), dir, o)
		if step.want == nil {
			if err != nil {
				t.Errorf("%s: %v", step.what, err)
			}
			break
		}
		wantClass(t, step.what, err, step.want)
		v = open(t, dir, o)
	}
	if left, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(left) != 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	wantClass(t, "deleted twice", dirvault.Delete(t.Context(), dir, o), vault.ErrNotFound)
	letters := t.TempDir()
	leave(t, letters, "letter", "dear")
	wantClass(t, "no vault", dirvault.Delete(t.Context(), letters, o), vault.ErrNotFound)
	if left := files(t, letters); len(left) != 1 {
		t.Errorf("a directory of letters holds %v", left)
	}
}

// TestDeletedElsewhere: a Root notices that somebody deleted one of its vaults.
func TestDeletedElsewhere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "root")
	r := openRoot(t, dir, dirvault.Options{})
	for _, name := range []string{"a", "b"} {
		if err := r.CreateVault(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if err := dirvault.Delete(t.Context(), filepath.Join(dir, name), dirvault.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := r.Open(t.Context(), "a")
	wantClass(t, "Open", err, vault.ErrNotFound)
	if err := r.CreateVault(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Open(t.Context(), "b"); err != nil {
		t.Errorf("a vault made anew: %v", err)
	}
}
