package dirvault_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/dirvault"
)

// TestNotes: a note is there until it is replaced or removed, outlives the
// process, belongs to one vault and goes with it.
func TestNotes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "root")
	r := openRoot(t, dir, dirvault.Options{})
	for _, name := range []string{"cold", "ice"} {
		if err := r.CreateVault(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	set := func(name string, data []byte) {
		t.Helper()
		if err := r.SetNote(t.Context(), "cold", name, data); err != nil {
			t.Fatalf("SetNote %q: %v", name, err)
		}
	}
	want := func(vaultName, name string, data []byte) {
		t.Helper()
		got, err := r.Note(t.Context(), vaultName, name)
		if data == nil {
			wantClass(t, "Note "+name+" of "+vaultName, err, vault.ErrNotFound)
		} else if err != nil || !bytes.Equal(got, data) {
			t.Errorf("note %q of %q: %.300q, %v", name, vaultName, got, err)
		}
	}
	large, longest := noise(1<<20), strings.Repeat("x", 64)
	want("cold", "topic", nil)
	set("topic", []byte("one"))
	set("topic", []byte("two"))
	set("empty", []byte{})
	set(longest, large)
	set("gone", []byte("three"))
	for range 2 {
		set("gone", nil)
	}
	for range 2 {
		want("cold", "topic", []byte("two"))
		want("cold", "empty", []byte{})
		want("cold", longest, large)
		want("cold", "gone", nil)
		want("ice", "topic", nil)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		r = openRoot(t, dir, dirvault.Options{})
	}
	if err := r.DeleteVault(t.Context(), "cold"); err != nil {
		t.Fatal(err)
	}
	want("cold", "topic", nil)
	wantClass(t, "SetNote in a deleted vault", r.SetNote(t.Context(), "cold", "topic", []byte("four")), vault.ErrNotFound)
	if err := r.CreateVault(t.Context(), "cold"); err != nil {
		t.Fatal(err)
	}
	want("cold", "topic", nil)
}

func TestNotesAreRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "root")
	r := openRoot(t, dir, dirvault.Options{})
	if err := r.CreateVault(t.Context(), "cold"); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	for _, name := range []string{"", ".", "..", "../vault.json", "a/b", "A", "a_b", "a.json", "~a", "ü", "\x00", strings.Repeat("x", 65)} {
		wantClass(t, "SetNote "+name, r.SetNote(t.Context(), "cold", name, []byte("x")), vault.ErrInvalid)
		wantClass(t, "SetNote of nothing "+name, r.SetNote(t.Context(), "cold", name, nil), vault.ErrInvalid)
		_, err := r.Note(t.Context(), "cold", name)
		wantClass(t, "Note "+name, err, vault.ErrInvalid)
	}
	wantClass(t, "a large note", r.SetNote(t.Context(), "cold", "large", make([]byte, 1<<20+1)), vault.ErrInvalid)
	after := files(t, dir)
	delete(after, "cold/lock") // held since the vault was opened
	if len(after) != len(before) {
		t.Errorf("the root holds %v, before %v", after, before)
	}
	leave(t, dir, "cold/notes/large", strings.Repeat("x", 1<<20+1))
	_, err := r.Note(t.Context(), "cold", "large")
	wantDamaged(t, "Note", err)
}
