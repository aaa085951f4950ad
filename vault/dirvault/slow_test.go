package dirvault_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
)

// patience is a context that ends long after everything that waits for nobody is done,
// and long before the test.
func patience(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// slowPart is a part whose body the test holds up.
type slowPart struct {
	goOn chan struct{}
	done chan error
}

// sendSlowly begins to send a part. None of its bytes comes before rest is called.
func sendSlowly(t *testing.T, v vault.Vault, id vault.UploadID, data []byte, offset, size int64) *slowPart {
	t.Helper()
	part, body := partOf(data, offset, size)
	s := &slowPart{make(chan struct{}), make(chan error, 1)}
	reading := make(chan struct{})
	go func() {
		_, err := v.UploadPart(t.Context(), id, part, &gated{Reader: body, reading: reading, goOn: s.goOn})
		s.done <- err
	}()
	<-reading
	return s
}

// rest sends the rest of the part.
func (s *slowPart) rest() error {
	close(s.goOn)
	return <-s.done
}

// TestSlowPartHoldsNobodyUp: while a part is on its way, its upload is completed and
// aborted at once, and what comes of the part later changes nothing.
func TestSlowPartHoldsNobodyUp(t *testing.T) {
	const partSize = 1 << 20
	data := noise(2*partSize + 5)
	t.Run("sent again", func(t *testing.T) {
		dir := newVault(t)
		v := open(t, dir, fresh())
		id, c := begin(t, v, data, partSize)
		slow := sendSlowly(t, v, id, data, 0, partSize)
		archive, err := v.CompleteUpload(patience(t), id, c)
		if err != nil {
			t.Fatal(err)
		}
		wantClass(t, "the part", slow.rest(), vault.ErrNotFound)
		wantArchive(t, v, archive, data)
	})
	t.Run("with other bytes", func(t *testing.T) {
		v := open(t, newVault(t), fresh())
		id, c := begin(t, v, data, partSize)
		slow := sendSlowly(t, v, id, noise(3 * partSize)[5:], 0, partSize)
		archive, err := v.CompleteUpload(patience(t), id, c)
		if err != nil {
			t.Fatal(err)
		}
		wantClass(t, "the part", slow.rest(), vault.ErrNotFound)
		wantArchive(t, v, archive, data)
	})
	t.Run("behind the end", func(t *testing.T) {
		v := open(t, newVault(t), fresh())
		id, c := begin(t, v, data, partSize)
		slow := sendSlowly(t, v, id, noise(4*partSize), 3*partSize, partSize)
		archive, err := v.CompleteUpload(patience(t), id, c)
		if err != nil {
			t.Fatal(err)
		}
		wantClass(t, "the part", slow.rest(), vault.ErrNotFound)
		wantArchive(t, v, archive, data)
	})
	t.Run("aborted", func(t *testing.T) {
		dir := newVault(t)
		v := open(t, dir, fresh())
		id, _ := begin(t, v, data, partSize)
		slow := sendSlowly(t, v, id, data, 0, partSize)
		if err := v.AbortUpload(patience(t), id); err != nil {
			t.Fatal(err)
		}
		wantClass(t, "the part", slow.rest(), vault.ErrNotFound)
		wantTidy(t, dir)
	})
}

// dying is a context that ends at the n-th look at it.
type dying struct {
	context.Context
	looks, at int
}

func (d *dying) Err() error {
	if d.looks++; d.looks >= d.at {
		return context.Canceled
	}
	return nil
}

// halved is the body of a part that is held up when so many bytes were read.
type halved struct {
	*bytes.Reader
	left       int
	half, rest chan struct{}
}

func (h *halved) Read(b []byte) (int, error) {
	if h.left == 0 {
		h.left = -1
		close(h.half)
		<-h.rest
	}
	if h.left > 0 {
		b = b[:min(len(b), h.left)]
	}
	n, err := h.Reader.Read(b)
	if h.left > 0 {
		h.left -= n
	}
	return n, err
}

// TestPartThatWasCutIsNotStored: a completion that fails has cut off what had come of a
// part behind the end. The part is not stored with a hole in its place.
func TestPartThatWasCutIsNotStored(t *testing.T) {
	const partSize = 1 << 20
	data := noise(2 * partSize)
	for at := 1; ; at++ {
		dir := newVault(t)
		v := open(t, dir, fresh())
		id, c := begin(t, v, data[:partSize], partSize)
		part, _ := partOf(data, partSize, partSize)
		body := bytes.NewReader(data[partSize:])
		half, rest := make(chan struct{}), make(chan struct{})
		done := make(chan error, 1)
		go func() {
			_, err := v.UploadPart(t.Context(), id, part, &halved{body, partSize / 2, half, rest})
			done <- err
		}()
		<-half
		_, err := v.CompleteUpload(&dying{Context: t.Context(), at: at}, id, c)
		close(rest)
		sent := <-done
		if err == nil {
			return // it has ended before the context did
		}
		if sent != nil {
			wantClass(t, "the part", sent, vault.ErrUnavailable)
			if _, err := v.UploadPart(t.Context(), id, part, bytes.NewReader(data[partSize:])); err != nil {
				t.Fatal(err)
			}
		}
		whole := vault.Completion{Size: 2 * partSize, TreeHash: treehash.Sum(data)}
		for p, err := range v.Parts(t.Context(), id) {
			if err != nil {
				t.Fatal(err)
			}
			whole.Parts = append(whole.Parts, p)
		}
		archive, err := v.CompleteUpload(t.Context(), id, whole)
		if err != nil {
			t.Fatal(err)
		}
		wantArchive(t, v, archive, data)
	}
}

func wantArchive(t *testing.T, v vault.Vault, id vault.ArchiveID, data []byte) {
	t.Helper()
	if got := retrieve(t, v, id); treehash.Sum(got) != treehash.Sum(data) {
		t.Errorf("the archive has %d bytes, and not the %d that were stored", len(got), len(data))
	}
}

// TestSlowPartKeepsNoPlace: who sends a part that another request has begun to send
// does not wait for it. The one that is whole first is stored.
func TestSlowPartKeepsNoPlace(t *testing.T) {
	const partSize = 2 << 20
	data, others := noise(partSize+5), noise(2 * partSize)[5:]
	for _, test := range []struct {
		name string
		slow []byte
		want error
	}{
		{"the same bytes", data, nil},
		{"other bytes", others, vault.ErrUnavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := newVault(t)
			v := open(t, dir, fresh())
			id, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: partSize})
			if err != nil {
				t.Fatal(err)
			}
			slow := sendSlowly(t, v, id, test.slow, 0, partSize)
			c := vault.Completion{Size: int64(len(data)), TreeHash: treehash.Sum(data)}
			for offset := int64(0); offset < c.Size; offset += partSize {
				part, body := partOf(data, offset, min(partSize, c.Size-offset))
				if _, err := v.UploadPart(patience(t), id, part, body); err != nil {
					t.Fatal(err)
				}
				c.Parts = append(c.Parts, part)
			}
			if err := slow.rest(); !errors.Is(err, test.want) {
				t.Errorf("the slow part: %v, want %v", err, test.want)
			}
			archive, err := v.CompleteUpload(t.Context(), id, c)
			if err != nil {
				t.Fatal(err)
			}
			wantArchive(t, v, archive, data)
			leaves, err := os.ReadFile(leavesFile(dir, archive))
			if err != nil || string(leaves) != string(leavesOf(data)) {
				t.Errorf("the leaves are not those of the bytes: %v", err)
			}
		})
	}
}

// TestDeleteVaultWaitsForNoClient: a vault without archives is deleted with its unfinished
// uploads, also while parts of them come, and other vaults go on meanwhile.
func TestDeleteVaultWaitsForNoClient(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "root")
	r := openRoot(t, dir, fresh())
	for _, name := range []string{"cold", "colder"} {
		if err := r.CreateVault(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	v, err := r.Open(t.Context(), "cold")
	if err != nil {
		t.Fatal(err)
	}
	data := noise(3)
	id, c := begin(t, v, data, 3)
	slow := sendSlowly(t, v, id, data, 0, 3)
	if err := r.DeleteVault(patience(t), "cold"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.DescribeVault(t.Context(), "colder"); err != nil {
		t.Error(err)
	}
	if err := r.CreateVault(t.Context(), "cold"); err != nil {
		t.Error(err)
	}
	wantClass(t, "the part", slow.rest(), vault.ErrNotFound)
	_, err = v.CompleteUpload(t.Context(), id, c)
	wantClass(t, "CompleteUpload", err, vault.ErrNotFound)
	again, err := r.Open(t.Context(), "cold")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 1}); err != nil {
		t.Errorf("the vault that was made anew: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 3 { // with the lock
		t.Errorf("the root holds %v, %v", left, err)
	}
}

// TestCloseWaitsForNoClient: a part that is on its way when the vault is closed is told so.
func TestCloseWaitsForNoClient(t *testing.T) {
	v, err := dirvault.Open(newVault(t), fresh())
	if err != nil {
		t.Fatal(err)
	}
	data := noise(3)
	id, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 3})
	if err != nil {
		t.Fatal(err)
	}
	slow := sendSlowly(t, v, id, data, 0, 3)
	closed := make(chan error, 1)
	go func() { closed <- v.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Fatal(err)
		}
	case <-patience(t).Done():
		t.Error("Close waits for the client")
	}
	wantClass(t, "the part", slow.rest(), os.ErrClosed)
}
