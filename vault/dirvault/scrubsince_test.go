package dirvault_test

import (
	"path/filepath"
	"testing"
	"time"

	"firn/vault/dirvault"
)

// TestScrubbedSince is of the vault that has waited longest.
func TestScrubbedSince(t *testing.T) {
	c := newClock()
	dir := filepath.Join(t.TempDir(), "root")
	r := openRoot(t, dir, dirvault.Options{Now: c.Now})
	if since, ok := r.ScrubbedSince(); ok {
		t.Errorf("without a vault it is %s", since)
	}
	want := func(what string, at time.Time) {
		t.Helper()
		if since, ok := r.ScrubbedSince(); !ok || !since.Equal(at) {
			t.Errorf("%s it is %s, %t; want %s", what, since, ok, at)
		}
	}
	scrub := func(name string) time.Time {
		t.Helper()
		v, err := r.Open(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		opened, _ := v.(*dirvault.Vault)
		scrubbed(t, opened, dirvault.ScrubOptions{})
		return c.Now()
	}
	first := c.Now()
	for _, name := range []string{"a", "b"} {
		if err := r.CreateVault(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Hour)
	}
	want("before the first scrub", first)
	a := scrub("a")
	want("with one scrubbed", first.Add(time.Hour))
	c.Advance(time.Hour)
	scrub("b")
	want("with both scrubbed", a)
	leave(t, dir, "b/scrub.json", "{}")
	leave(t, dir, "b/vault.json", "{}")
	want("with one that does not tell", time.Time{})
	if err := r.CreateVault(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	want("with one that does not tell, and one more", time.Time{})
}
