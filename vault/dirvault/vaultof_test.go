package dirvault_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/dirvault"
)

// One vault that cannot be looked at keeps nobody from learning where an archive is, or
// that it is nowhere else.
func TestVaultOfWithABrokenVault(t *testing.T) {
	dir := t.TempDir()
	var damage []error
	root, err := dirvault.OpenRoot(dir, dirvault.Options{OnDamage: func(err error) { damage = append(damage, err) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := root.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, name := range []string{"broken", "films"} {
		if err := root.CreateVault(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	opened, err := root.Open(t.Context(), "films")
	if err != nil {
		t.Fatal(err)
	}
	films, ok := opened.(*dirvault.Vault)
	if !ok {
		t.Fatalf("opened a %T", opened)
	}
	id := store(t, films, noise(10), 10)
	archives := filepath.Join(dir, "broken", "archives")
	if err := errors.Join(os.Remove(archives), os.WriteFile(archives, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if name, err := root.VaultOf(t.Context(), id); name != "films" || err != nil {
		t.Errorf("it is in %q, %v", name, err)
	}
	damage = nil // the vaults are looked at in no order
	other := vault.ArchiveID(strings.Repeat("x", len(id)))
	if name, err := root.VaultOf(t.Context(), other); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("it is in %q, %v", name, err)
	}
	if len(damage) != 1 || !strings.Contains(damage[0].Error(), `vault "broken"`) {
		t.Errorf("told of %v", damage)
	}
}
