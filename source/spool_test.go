package source_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"firn/internal/disk"
	"firn/internal/seal"
	"firn/record"
	"firn/source"
	"firn/vault"
)

// key is a key of a test.
type key struct {
	public string
	ids    seal.Identities
}

func newKey(t *testing.T) key {
	t.Helper()
	file, public, err := seal.NewIdentity(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	ids, err := seal.ReadIdentities(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return key{public, ids}
}

func newSpool(t *testing.T, dir string, keys ...key) *source.Spool {
	t.Helper()
	var public []string
	for _, k := range keys {
		public = append(public, k.public)
	}
	s, err := source.NewSpool(dir, "file:///cold", public)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// write writes a file and gives it a time.
func write(t *testing.T, path string, content []byte, at int64) {
	t.Helper()
	if err := errors.Join(os.WriteFile(path, content, 0o644), os.Chtimes(path, time.Unix(at, 0), time.Unix(at, 0))); err != nil {
		t.Fatal(err)
	}
}

// sealedBytes opens a file through the spool and returns its encrypted form.
func sealedBytes(t *testing.T, s *source.Spool, path string) ([]byte, record.Source) {
	t.Helper()
	sealed, err := s.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(io.NewSectionReader(sealed.At, 0, sealed.Size()))
	if err = errors.Join(err, sealed.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := sealed.CheckUnchanged(); err != nil {
		t.Error(err)
	}
	return all, sealed.Identity
}

func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestSpoolEncryptsAFileOnce(t *testing.T) {
	k := newKey(t)
	dir := filepath.Join(t.TempDir(), "a*[b]", "spool")
	path := filepath.Join(t.TempDir(), "june.tar")
	content := bytes.Repeat([]byte("firn"), 100_000)
	write(t, path, content, 1e9)
	s := newSpool(t, dir, k)
	sealed, id := sealedBytes(t, s, path)
	r, err := seal.Open(bytes.NewReader(sealed), int64(len(sealed)), k.ids)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
	if err != nil || !bytes.Equal(plain, content) {
		t.Errorf("decrypted %d bytes, %v", len(plain), err)
	}
	if id.Path != path+".age" || id.Size != int64(len(sealed)) || id.Size != s.Size(int64(len(content))) || !id.ModTime.Equal(time.Unix(1e9, 0)) {
		t.Errorf("on record as %+v", id)
	}
	again, sameID := sealedBytes(t, newSpool(t, dir, k), path)
	if !bytes.Equal(again, sealed) || sameID != id {
		t.Error("the file was encrypted twice")
	}
	if names := namesIn(t, dir); len(names) != 1 {
		t.Errorf("the spool has %q", names)
	}
	if err := s.Remove(path); err != nil {
		t.Fatal(err)
	}
	if names := namesIn(t, dir); len(names) != 0 {
		t.Errorf("the spool has %q after it was emptied", names)
	}
	fresh, freshID := sealedBytes(t, s, path)
	if bytes.Equal(fresh, sealed) || source.LooksUnchanged(id, freshID) {
		t.Error("bytes that were encrypted again look like those before")
	}
}

// TestSpoolFollowsTheFile: another state of the file, or other recipients, replace what was
// encrypted before. Files of others stay.
func TestSpoolFollowsTheFile(t *testing.T) {
	first, second := newKey(t), newKey(t)
	dir, sources := t.TempDir(), t.TempDir()
	path, other := filepath.Join(sources, "a"), filepath.Join(sources, "b")
	write(t, path, []byte("one"), 1e9)
	write(t, other, []byte("other"), 1e9)
	s := newSpool(t, dir, first)
	_, otherID := sealedBytes(t, s, other)
	_, id := sealedBytes(t, s, path)
	write(t, path, []byte("two"), 2e9)
	_, changed := sealedBytes(t, s, path)
	_, forBoth := sealedBytes(t, newSpool(t, dir, first, second), path)
	if source.LooksUnchanged(id, changed) || source.LooksUnchanged(changed, forBoth) {
		t.Error("another state looks unchanged")
	}
	if names := namesIn(t, dir); len(names) != 2 {
		t.Errorf("the spool has %q", names)
	}
	if _, same := sealedBytes(t, s, other); same != otherID {
		t.Error("the other file was encrypted again")
	}
}

func TestSpoolKnowsWhatIsStored(t *testing.T) {
	k := newKey(t)
	path := filepath.Join(t.TempDir(), "a")
	write(t, path, []byte("one"), 1e9)
	s := newSpool(t, t.TempDir(), k)
	_, id := sealedBytes(t, s, path)
	plain, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	last := record.Upload{State: record.Completed, Source: id}
	if !s.IsStored(last, plain.Identity) {
		t.Error("a stored file is not known")
	}
	later := plain.Identity
	later.ModTime = later.ModTime.Add(1)
	if s.IsStored(last, later) || s.IsStored(record.Upload{State: record.Open, Source: id}, plain.Identity) ||
		newSpool(t, t.TempDir(), k, newKey(t)).IsStored(last, plain.Identity) {
		t.Error("something that was not stored is known")
	}
	if _, err := s.Stored(last).At.ReadAt(make([]byte, 1), 0); !errors.Is(err, source.ErrGone) {
		t.Errorf("the bytes of a stored file: %v", err)
	}
}

func TestSpoolAfterAnInterruption(t *testing.T) {
	k := newKey(t)
	dir := t.TempDir()
	path := filepath.Join(t.TempDir(), "a")
	write(t, path, bytes.Repeat([]byte("x"), 3<<20), 1e9)
	s := newSpool(t, dir, k)
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := s.Open(ended, path); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if names := namesIn(t, dir); len(names) != 0 {
		t.Errorf("an interruption leaves %q", names)
	}
	_, _ = sealedBytes(t, s, path)
	complete := filepath.Join(dir, namesIn(t, dir)[0])
	part := complete[:len(complete)-len("-0123456789abcdef.age")] + ".part"
	if err := errors.Join(os.Truncate(complete, 100), os.WriteFile(part, bytes.Repeat([]byte("y"), 9<<20), 0o600)); err != nil {
		t.Fatal(err)
	}
	if sealed, id := sealedBytes(t, s, path); int64(len(sealed)) != id.Size {
		t.Errorf("%d bytes of %d", len(sealed), id.Size)
	}
	if err := os.Remove(complete); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(part)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if locked, err := disk.Lock(f); err != nil || !locked {
		t.Fatal(locked, err)
	}
	if _, err := s.Open(t.Context(), path); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("while another process encrypts the file: %v", err)
	}
}

func TestSpoolRefuses(t *testing.T) {
	k := newKey(t)
	dir := t.TempDir()
	s := newSpool(t, filepath.Join(dir, "spool"), k)
	if _, err := s.Open(t.Context(), dir); !errors.Is(err, source.ErrUnreadable) {
		t.Errorf("a directory: %v", err)
	}
	if _, err := source.NewSpool(dir, "file:///cold", []string{"AGE-SECRET-KEY-1"}); !errors.Is(err, seal.ErrSecret) {
		t.Errorf("a secret key: %v", err)
	}
}
