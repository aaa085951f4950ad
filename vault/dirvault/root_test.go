package dirvault_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
)

func openRoot(t *testing.T, dir string, o dirvault.Options) *dirvault.Root {
	t.Helper()
	r, err := dirvault.OpenRoot(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func names(t *testing.T, r *dirvault.Root, from string) []string {
	t.Helper()
	var all []string
	for info, err := range r.Vaults(t.Context(), from) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, info.Name)
	}
	return all
}

func TestRoot(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vaults")
	c := newClock()
	r := openRoot(t, dir, dirvault.Options{Now: c.Now})
	for _, name := range []string{"b", "a-1", "B", "...", "b", "lock", "vault.json"} {
		if err := r.CreateVault(t.Context(), name); err != nil {
			t.Errorf("CreateVault %q: %v", name, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "credentials"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	want := []string{"...", "B", "a-1", "b", "lock", "vault.json"}
	if got := names(t, r, ""); !slices.Equal(got, want) {
		t.Errorf("the vaults are %q, want %q", got, want)
	}
	if got := names(t, r, "a"); !slices.Equal(got, want[2:]) {
		t.Errorf("from \"a\" the vaults are %q, want %q", got, want[2:])
	}
	if got := names(t, r, "b"); !slices.Equal(got, want[3:]) {
		t.Errorf("from \"b\" the vaults are %q, want %q", got, want[3:])
	}
	first, err := r.Open(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.Open(t.Context(), "b"); err != nil || again != first {
		t.Errorf("opened again, the vault is another value (error %v)", err)
	}
	archive := store(t, first, []byte("cold"), 4)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}

	r = openRoot(t, dir, dirvault.Options{})
	if got := names(t, r, ""); !slices.Equal(got, want) {
		t.Errorf("after opening again the vaults are %q, want %q", got, want)
	}
	v, err := r.Open(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	if got := retrieve(t, v, archive); string(got) != "cold" {
		t.Errorf("the archive holds %q", got)
	}
	info, err := r.DescribeVault(t.Context(), "b")
	if err != nil || !info.Created.Equal(c.Now()) {
		t.Errorf("DescribeVault: %+v, %v", info, err)
	}
}

func TestRootRefusesNames(t *testing.T) {
	outer := t.TempDir()
	if err := dirvault.Create(filepath.Join(outer, "secret"), dirvault.Options{}); err != nil {
		t.Fatal(err)
	}
	before := files(t, outer)
	r := openRoot(t, filepath.Join(outer, "root"), dirvault.Options{})
	for _, name := range []string{
		"", ".", "..", "a/b", "../secret", "/etc", `a\b`, "a b", "a\x00", "ü", "~lock", "credentials.json", "Credentials.JSON", "a:b", strings.Repeat("x", 256),
	} {
		wantClass(t, "CreateVault "+name, r.CreateVault(t.Context(), name), vault.ErrInvalid)
		_, err := r.Open(t.Context(), name)
		wantClass(t, "Open "+name, err, vault.ErrNotFound)
		_, err = r.DescribeVault(t.Context(), name)
		wantClass(t, "DescribeVault "+name, err, vault.ErrNotFound)
		wantClass(t, "DeleteVault "+name, r.DeleteVault(t.Context(), name), vault.ErrNotFound)
	}
	if err := r.CreateVault(t.Context(), strings.Repeat("x", 255)); err != nil {
		t.Errorf("a name of 255 characters: %v", err)
	}
	if after := files(t, filepath.Join(outer, "secret")); len(after) != len(before) {
		t.Errorf("the vault outside holds %v, before %v", after, before)
	}
}

func TestRootRefusesADirectoryOfOthers(t *testing.T) {
	for _, mode := range []os.FileMode{0o770, 0o702, 0o777} {
		dir := t.TempDir()
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		r, err := dirvault.OpenRoot(dir, dirvault.Options{})
		if runtime.GOOS == "windows" { // which has no such modes
			if err != nil {
				t.Error(err)
			} else if err := r.Close(); err != nil {
				t.Error(err)
			}
			continue
		}
		wantClass(t, "OpenRoot with mode "+mode.String(), err, vault.ErrInvalid)
	}
}

func TestDeleteVault(t *testing.T) {
	c := newClock()
	dir := filepath.Join(t.TempDir(), "root")
	r := openRoot(t, dir, dirvault.Options{Now: c.Now, InventoryEvery: time.Hour})
	ctx := t.Context()
	if err := r.CreateVault(ctx, "cold"); err != nil {
		t.Fatal(err)
	}
	v, err := r.Open(ctx, "cold")
	if err != nil {
		t.Fatal(err)
	}
	id, completion := begin(t, v, []byte("ice"), 3)
	archive, err := v.CompleteUpload(ctx, id, completion)
	if err != nil {
		t.Fatal(err)
	}
	wantClass(t, "with an archive", r.DeleteVault(ctx, "cold"), vault.ErrInvalid)
	c.Advance(time.Hour)
	if _, err := r.DescribeVault(ctx, "cold"); err != nil {
		t.Fatal(err)
	}
	wantClass(t, "with an archive that was counted", r.DeleteVault(ctx, "cold"), vault.ErrInvalid)
	if err := v.DeleteArchive(ctx, archive); err != nil {
		t.Fatal(err)
	}
	wantClass(t, "written to since it was counted", r.DeleteVault(ctx, "cold"), vault.ErrInvalid)
	if _, err := v.CreateUpload(ctx, vault.UploadRequest{PartSize: 0}); err == nil {
		t.Error("the vault takes anything after a refused deletion")
	}
	c.Advance(time.Hour)
	if err := r.DeleteVault(ctx, "cold"); err != nil {
		t.Fatalf("empty and counted: %v", err)
	}

	wantClass(t, "deleted twice", r.DeleteVault(ctx, "cold"), vault.ErrNotFound)
	_, err = r.Open(ctx, "cold")
	wantClass(t, "Open", err, vault.ErrNotFound)
	_, err = v.CreateUpload(ctx, vault.UploadRequest{PartSize: 1})
	wantClass(t, "CreateUpload in a deleted vault", err, vault.ErrNotFound)
	wantClass(t, "DeleteArchive in a deleted vault", v.DeleteArchive(ctx, archive), vault.ErrNotFound)
	if left := files(t, dir); len(left) != 1 {
		t.Errorf("the root holds %v", left)
	}
	if err := r.CreateVault(ctx, "cold"); err != nil {
		t.Errorf("CreateVault after the deletion: %v", err)
	}
}

// TestRootCleansUp: vaults that were on their way in or out are removed, and
// nothing else is.
func TestRootCleansUp(t *testing.T) {
	dir := t.TempDir()
	temporary := "~" + strings.Repeat("x", 92)
	for _, name := range []string{temporary + "/archives/a", "~mine/b", "photos/c"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	r := openRoot(t, dir, dirvault.Options{})
	wantClass(t, "CreateVault over other files", r.CreateVault(t.Context(), "photos"), vault.ErrExists)
	got := files(t, dir)
	delete(got, "~lock")
	if _, mine := got["~mine/b"]; !mine || len(got) != 2 {
		t.Errorf("the root holds %v", got)
	}
}

// TestOpeningAVaultKeepsNobodyFromOthers: one that takes long to open is waited for by who
// wants that one alone, and by Close.
func TestOpeningAVaultKeepsNobodyFromOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "root")
	r := openRoot(t, dir, dirvault.Options{})
	for _, name := range []string{"large", "small"} {
		if err := r.CreateVault(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "large", "count.json"), []byte("not a count"), 0o600); err != nil {
		t.Fatal(err)
	}
	opening, goOn := make(chan struct{}), make(chan struct{})
	r = openRoot(t, dir, dirvault.Options{OnDamage: func(error) { // it is to be counted anew
		close(opening)
		<-goOn
	}})
	large := make(chan error, 2)
	describe := func(ctx context.Context) {
		_, err := r.DescribeVault(ctx, "large")
		large <- err
	}
	go describe(t.Context())
	<-opening
	if _, err := r.DescribeVault(t.Context(), "small"); err != nil {
		t.Errorf("the other vault: %v", err)
	}
	if err := r.CreateVault(t.Context(), "third"); err != nil {
		t.Errorf("a new vault: %v", err)
	}
	if n, err := r.VaultCount(t.Context()); n != 3 || err != nil {
		t.Errorf("%d vaults, %v", n, err)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	go describe(ctx)
	giveUp()
	if err := <-large; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up waiting: %v", err)
	}
	closed := make(chan error, 1)
	go func() { closed <- r.Close() }()
	for {
		if _, err := r.VaultCount(t.Context()); errors.Is(err, fs.ErrClosed) {
			break
		}
		runtime.Gosched()
	}
	select {
	case err := <-closed:
		t.Errorf("Close did not wait: %v", err)
	default:
	}
	close(goOn)
	if err := <-large; err != nil && !errors.Is(err, fs.ErrClosed) {
		t.Errorf("who waited: %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	if again, err := dirvault.Open(filepath.Join(dir, "large"), dirvault.Options{}); err != nil {
		t.Errorf("after Close: %v", err)
	} else if err := again.Close(); err != nil {
		t.Error(err)
	}
}
