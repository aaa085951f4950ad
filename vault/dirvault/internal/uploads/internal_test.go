package uploads

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/dirvault/internal/rwlock"
)

// newStore is a store of uploads in an empty directory.
func newStore(t *testing.T) *Store {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	if err := root.Mkdir(layout.UploadsDir, 0o700); err != nil {
		t.Fatal(err)
	}
	return NewStore(files.NewDir(root), Options{
		Access: rwlock.New(), Now: time.Now, Leftover: func(err error) { t.Error(err) },
	})
}

func create(t *testing.T, s *Store, partSize int64) vault.UploadID {
	t.Helper()
	id, err := s.Create(vault.UploadRequest{PartSize: partSize}, s.Now().UTC())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestExpiredUploadKeepsNobodyWaiting: it disappears at once, but its bytes, of
// which there may be terabytes, are removed with no lock held.
func TestExpiredUploadKeepsNobodyWaiting(t *testing.T) {
	now := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	s := newStore(t)
	s.Now, s.Lifetime = func() time.Time { return now }, time.Hour
	id := create(t, s, 1)
	now = now.Add(time.Hour)
	_, expired, err := s.lookUp(id)
	if !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("an expired upload: %v", err)
	}
	if there, err := durable.IsThere(s.dir, path.Join(expired, dataFile)); err != nil || !there {
		t.Errorf("the bytes were removed with the lock held (%v)", err)
	}
	if there, err := durable.IsThere(s.dir, uploadPath(id, "")); err != nil || there {
		t.Errorf("the upload has not disappeared (%v)", err)
	}
	if _, err := s.Find(id); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("asked again: %v", err)
	}
}

// TestUploadIsReadAnew after a flush has failed in it: the parts acknowledged
// before are there, and the upload can be completed.
func TestUploadIsReadAnew(t *testing.T) {
	s := newStore(t)
	id := create(t, s, 4)
	data := []byte("cold")
	part := vault.Part{Size: 4, TreeHash: treehash.Sum(data)}
	if err := s.Receive(t.Context(), id, part, bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	u, err := s.use(id)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.access.RLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	u.access.CloseIfNotFlushed(errors.Join(errors.New("data"), durable.ErrNotFlushed))
	if err := s.Receive(t.Context(), id, part, bytes.NewReader(data)); !errors.Is(err, durable.ErrNotFlushed) {
		t.Errorf("Receive while somebody is at work in the upload: %v", err)
	}
	u.access.RUnlock()
	c := vault.Completion{Size: 4, TreeHash: part.TreeHash, Parts: []vault.Part{part}}
	published := false
	err = s.Complete(t.Context(), id, c, func(*Upload, treehash.Hash) error {
		published = true
		return nil
	})
	if err != nil || !published {
		t.Errorf("Complete: published %t, %v", published, err)
	}
}

// heldUp is a part that was received aside on a slow disk.
type heldUp struct {
	io.ReaderAt
	reached, goOn chan struct{}
	once          sync.Once
}

func (h *heldUp) ReadAt(b []byte, offset int64) (int, error) {
	h.once.Do(func() {
		close(h.reached)
		<-h.goOn
	})
	return h.ReaderAt.ReadAt(b, offset)
}

// TestSlowCopyHoldsNobodyUp: while a part is replaced by one that was received aside, its
// upload is completed or aborted at once, and the copying then changes nothing.
func TestSlowCopyHoldsNobodyUp(t *testing.T) {
	first, last, other := []byte("cold"), []byte("er"), []byte("warm")
	parts := []vault.Part{
		{Size: 4, TreeHash: treehash.Sum(first)},
		{Offset: 4, Size: 2, TreeHash: treehash.Sum(last)},
	}
	for what, end := range map[string]func(ctx context.Context, s *Store, id vault.UploadID) error{
		"abort": func(ctx context.Context, s *Store, id vault.UploadID) error { return s.Abort(ctx, id) },
		// The last part is missing while it is replaced, so the first is all.
		"complete": func(ctx context.Context, s *Store, id vault.UploadID) error {
			c := vault.Completion{Size: 4, TreeHash: parts[0].TreeHash, Parts: parts[:1]}
			return s.Complete(ctx, id, c, func(u *Upload, _ treehash.Hash) error {
				if err := u.Fit(4); err != nil {
					return err
				}
				if err := u.dir.Rename(u.Data(), "archive"); err != nil {
					return err
				}
				s.Forget(u)
				return nil
			})
		},
	} {
		s := newStore(t)
		id := create(t, s, 4)
		for i, data := range [][]byte{first, last} {
			if err := s.Receive(t.Context(), id, parts[i], bytes.NewReader(data)); err != nil {
				t.Fatal(err)
			}
		}
		u, err := s.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		temp := &heldUp{ReaderAt: bytes.NewReader(other), reached: make(chan struct{}), goOn: make(chan struct{})}
		r := &request{ctx: t.Context(), s: s, u: u, part: vault.Part{Offset: 4, Size: 4, TreeHash: treehash.Sum(other)}}
		copied := make(chan error, 1)
		go func() { copied <- r.copyPart(temp) }()
		<-temp.reached
		patience, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if err := end(patience, s, id); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		cancel()
		close(temp.goOn)
		if err := <-copied; !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("%s: the part ends with %v", what, err)
		}
		if what == "complete" {
			if data, err := u.dir.ReadFile("archive"); err != nil || !bytes.Equal(data, first) {
				t.Errorf("the archive is %q, %v", data, err)
			}
		}
	}
}

// TestCopiesComeOneAfterTheOther: of two requests that replace the same part, the later one
// waits, and both succeed.
func TestCopiesComeOneAfterTheOther(t *testing.T) {
	s := newStore(t)
	id := create(t, s, 4)
	if err := s.Receive(t.Context(), id, vault.Part{Size: 4, TreeHash: treehash.Sum([]byte("cold"))}, strings.NewReader("cold")); err != nil {
		t.Fatal(err)
	}
	u, err := s.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	part := vault.Part{Size: 4, TreeHash: treehash.Sum([]byte("warm"))}
	temp := &heldUp{ReaderAt: strings.NewReader("warm"), reached: make(chan struct{}), goOn: make(chan struct{})}
	ended := make(chan error, 2)
	go func() { ended <- (&request{ctx: t.Context(), s: s, u: u, part: part}).copyPart(temp) }()
	<-temp.reached
	go func() { ended <- s.Receive(t.Context(), id, part, strings.NewReader("warm")) }()
	close(temp.goOn)
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if parts, err := s.Parts(t.Context(), id); err != nil || len(parts) != 1 || parts[0] != part {
		t.Errorf("the parts are %+v, %v", parts, err)
	}
}

// FuzzJournal: a journal gives parts that may stand where they say, or an error.
// What it was cut to gives the same parts again.
func FuzzJournal(f *testing.F) {
	line := `{"offset":0,"size":100,"tree_hash":"` + treehash.Sum(nil).String() + "\"}\n"
	removed := `{"offset":0,"size":0,"tree_hash":""}` + "\n"
	for _, seed := range []string{
		"", line, line + line, line + removed, removed, line + line[:20], line + "x\n", "x\n" + line,
		line + strings.Repeat("\x00", 600), strings.Replace(line, "0,", "7,", 1), strings.Replace(line, "100", "101", 1),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		parts, size, err := readJournal(bytes.NewReader(data), 100)
		if err != nil {
			return
		}
		for offset, p := range parts {
			if p.Offset != offset || p.TreeHash.IsZero() || layout.CheckPosition(p.Offset, p.Size, 100) != nil {
				t.Fatalf("%q gives part %+v", data, p)
			}
		}
		if size > 0 && data[size-1] != '\n' {
			t.Fatalf("%q is cut to %d bytes, which end in the middle of a line", data, size)
		}
		again, _, err := readJournal(bytes.NewReader(data[:size]), 100)
		if err != nil || !maps.Equal(again, parts) {
			t.Fatalf("%q cut to %d bytes gives %+v rather than %+v (error %v)", data, size, again, parts, err)
		}
	})
}
