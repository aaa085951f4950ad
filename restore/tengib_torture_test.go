//go:build torture

package restore_test

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"firn/internal/seal"
	"firn/pack"
	"firn/record"
	"firn/restore"
	"firn/source"
	"firn/upload"
)

// A file of 1 MiB out of a pack of 10 GiB, in a vault, moves at most 4 MiB.
func TestLongOneFileOfTenGiB(t *testing.T) {
	const files = 10 << 10
	r, log, clock := glacier(t)
	r.seal()
	s := r.begin("h", "home")
	on := record.Pack{ID: randomID(), Vault: s.Vault, Snapshot: s.Key, Sequence: 1, State: record.Writing}
	book := r.catalog.Backups()
	if err := book.SavePack(t.Context(), &on); err != nil {
		t.Fatal(err)
	}
	content := make([]byte, 1<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(content) // never fails
	numbered := func(i int) string {
		binary.LittleEndian.PutUint64(content, uint64(i))
		return string(content)
	}
	changes := []record.FileChange{{Directory: r.place(s, "home", dir("home")), File: record.File{Kind: record.Directory, Mode: 0o755, ModTime: fileTime.UnixNano()}}}
	from, to := io.Pipe()
	written := make(chan error, 1)
	go func() {
		written <- func() (err error) {
			defer func() { to.CloseWithError(err) }()
			sealed, err := seal.NewWriter(to, r.recipients)
			if err != nil {
				return err
			}
			on.Header = sealed.Head()
			w, err := pack.NewWriter(sealed, pack.WriterOptions{ID: on.ID, Created: fileTime})
			if err != nil {
				return err
			}
			defer w.Abort()
			for i := range files {
				e := pack.Entry{Type: pack.TypeFile, Name: fmt.Sprintf("home/%d", i), Mode: 0o644, ModTime: fileTime, Size: 1 << 20, Digest: sha256.Sum256([]byte(numbered(i)))}
				if e, err = w.AddContent(t.Context(), e, content); err != nil {
					return err
				}
				changes = append(changes, record.FileChange{
					Directory: changes[0].Directory,
					File:      record.File{Name: fmt.Sprint(i), Kind: record.Regular, Mode: 0o644, Size: e.Size, ModTime: fileTime.UnixNano()},
					Content:   &record.Content{Digest: record.Digest(e.Digest), Size: e.Size, Pack: on.Key, Offset: e.Offset},
				})
			}
			tail, err := w.Close()
			if err != nil {
				return err
			}
			on.PlainSize, on.Tail, on.IndexDigest = tail.PackSize, w.End(), tail.IndexDigest[:]
			return sealed.Close()
		}()
	}()
	got, err := upload.From(t.Context(), r.depot(), source.Stream(from), upload.Options{Description: "pack", SpoolDir: t.TempDir(), PartSize: 64 << 20})
	if err := errors.Join(err, from.Close(), <-written); err != nil {
		t.Fatal(err)
	}
	on.State, on.Archive, on.Size = record.Packed, got.ArchiveID, got.Size
	if err := errors.Join(book.SavePack(t.Context(), &on), book.Apply(t.Context(), s.Key, changes)); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"home/": ""}
	for _, i := range []int{0, 4711, files - 1} {
		before := sent(log.requests(t, "GET", "/output"))
		r.inSteps(clock, restore.Selection{Snapshot: s.ID, Patterns: []string{fmt.Sprintf("home/%d", i)}})
		if moved := sent(log.requests(t, "GET", "/output")) - before; moved > 4<<20 {
			t.Errorf("file %d: %d bytes were moved", i, moved)
		}
		want[fmt.Sprintf("home/%d", i)] = numbered(i)
	}
	r.want(want)
}
