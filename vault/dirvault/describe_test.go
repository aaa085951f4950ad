package dirvault_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
)

// lists are the two ways to list the vaults in a directory.
func lists(t *testing.T, dir string, o dirvault.Options) map[string]iter.Seq2[vault.Info, error] {
	t.Helper()
	return map[string]iter.Seq2[vault.Info, error]{
		"Root.Vaults": openRoot(t, dir, o).Vaults(t.Context(), ""),
		"List":        dirvault.List(t.Context(), dir, "", o),
	}
}

// TestVaultInUseIsListed as of its last count, beside the others.
func TestVaultInUseIsListed(t *testing.T) {
	c := newClock()
	dir := filepath.Join(t.TempDir(), "root")
	o := dirvault.Options{Now: c.Now, OnDamage: func(err error) { t.Error(err) }}
	r := openRoot(t, dir, o)
	for _, name := range []string{"a", "b", "c"} {
		if err := r.CreateVault(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	v, err := r.Open(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	store(t, v, noise(10), 10)
	c.Advance(24 * time.Hour)
	counted, err := r.DescribeVault(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	store(t, v, noise(10), 10)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	heldElsewhere(t, filepath.Join(dir, "b"))
	c.Advance(24 * time.Hour)
	for how, list := range lists(t, dir, o) {
		var got []string
		for info, err := range list {
			if err != nil {
				t.Fatalf("%s: %v", how, err)
			}
			got = append(got, info.Name)
			if info.Name == "b" && info != counted {
				t.Errorf("%s: described as %+v, want %+v", how, info, counted)
			}
		}
		if !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("%s: listed %q", how, got)
		}
	}
	if info, err := dirvault.Describe(t.Context(), filepath.Join(dir, "b"), o); err != nil || info != counted {
		t.Errorf("Describe: %+v, %v", info, err)
	}
}

// TestDamagedVaultIsLeftOut of the list, and somebody is told.
func TestDamagedVaultIsLeftOut(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "c"} {
		if err := dirvault.Create(filepath.Join(dir, name), dirvault.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	leave(t, dir, "b/vault.json", "{")
	leave(t, dir, "no vault/letter", "dear")
	var heard damages
	for how, list := range lists(t, dir, dirvault.Options{OnDamage: heard.hear}) {
		var got []string
		for info, err := range list {
			if err != nil {
				t.Fatalf("%s: %v", how, err)
			}
			got = append(got, info.Name)
		}
		if !slices.Equal(got, []string{"a", "c"}) {
			t.Errorf("%s: listed %q", how, got)
		}
		heard.want(t, how, `"b"`)
	}
	_, err := dirvault.Describe(t.Context(), filepath.Join(dir, "b"), dirvault.Options{})
	wantDamaged(t, "Describe", err)
}

func TestList(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"c", "a", "b"} {
		if err := dirvault.Create(filepath.Join(dir, name), dirvault.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	list := func(ctx context.Context, dir, from string) (names []string, last error) {
		for info, err := range dirvault.List(ctx, dir, from, dirvault.Options{}) {
			if err != nil {
				return names, err
			}
			names = append(names, info.Name)
		}
		return names, nil
	}
	for from, want := range map[string][]string{"": {"a", "b", "c"}, "aa": {"b", "c"}, "c": {"c"}, "d": nil} {
		if got, err := list(t.Context(), dir, from); err != nil || !slices.Equal(got, want) {
			t.Errorf("from %q: %q, %v", from, got, err)
		}
	}
	for info, err := range dirvault.List(t.Context(), dir, "", dirvault.Options{}) {
		if err != nil || info.Name != "a" {
			t.Errorf("the list begins with %q, %v", info.Name, err)
		}
		break
	}
	_, err := list(t.Context(), filepath.Join(dir, "missing"), "")
	wantClass(t, "a directory that is not there", err, vault.ErrNotFound)
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("no patience")
	cancel(cause)
	if got, err := list(ctx, dir, ""); !errors.Is(err, cause) || len(got) != 0 {
		t.Errorf("cancelled: %q, %v", got, err)
	}
}
