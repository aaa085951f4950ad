package dirvault_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
)

func noise(size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(b)
	return b
}

// TestOddPartSizes: a directory takes part sizes from which the tree hash of the
// whole does not follow.
func TestOddPartSizes(t *testing.T) {
	v := open(t, newVault(t), dirvault.Options{})
	data := noise(3<<20 + 5)
	for _, partSize := range []int64{1 << 20, 1<<20 + 1, 700_001, 3 << 20, 3<<20 + 5, 1 << 40} {
		if got := retrieve(t, v, store(t, v, data, partSize)); !bytes.Equal(got, data) {
			t.Errorf("part size %d: other bytes came back", partSize)
		}
		id, c := begin(t, v, data, partSize)
		c.TreeHash[0] ^= 1
		_, err := v.CompleteUpload(t.Context(), id, c)
		var checksum *vault.ChecksumError
		if !errors.As(err, &checksum) || checksum.Computed != treehash.Sum(data) || checksum.Sent != c.TreeHash {
			t.Errorf("part size %d, wrong tree hash: %v", partSize, err)
		}
	}
}

// TestBytesOnDisk: an archive is one plain file, read-only, beside its truth.
func TestBytesOnDisk(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	data := noise(100_000)
	id := store(t, v, data, 30_000)
	name := filepath.Join(dir, "archives", string(id))
	got, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("the file of the archive has %d bytes, error %v", len(got), err)
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode() != 0o444 {
		t.Errorf("its mode is %s", info.Mode())
	}
	if len(id) != 138 || id[0] == '-' {
		t.Errorf("the archive id is %q", id)
	}
	wantTidy(t, dir)
}

// endless is a body that never ends of itself.
type endless struct{ read func() }

func (e endless) Read(b []byte) (int, error)     { e.read(); return len(b), nil }
func (e endless) Seek(int64, int) (int64, error) { return 0, nil }

// TestCancelledInTheMiddle: a part whose context ends while it is received ends
// too, and leaves no part. Sent again, it is taken.
func TestCancelledInTheMiddle(t *testing.T) {
	v := open(t, newVault(t), dirvault.Options{})
	data := make([]byte, 4<<20)
	id, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: int64(len(data))})
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	part, body := partOf(data, 0, int64(len(data)))
	reads := 0
	_, err = v.UploadPart(ctx, id, part, endless{func() {
		if reads++; reads == 3 {
			cancel(cause)
		}
	}})
	wantClass(t, "UploadPart", err, cause)
	for p, err := range v.Parts(t.Context(), id) {
		t.Errorf("the vault holds part %+v, error %v", p, err)
	}
	if _, err := v.UploadPart(t.Context(), id, part, body); err != nil {
		t.Error(err)
	}
}

// TestBodyOfAnotherLength: a body must have the bytes announced, no more and no
// fewer, and its own error is told.
func TestBodyOfAnotherLength(t *testing.T) {
	v := open(t, newVault(t), dirvault.Options{})
	id, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 100})
	if err != nil {
		t.Fatal(err)
	}
	data := noise(101)
	part, _ := partOf(data, 0, 100)
	_, err = v.UploadPart(t.Context(), id, part, bytes.NewReader(data[:99]))
	wantClass(t, "short body", err, vault.ErrInvalid)
	_, err = v.UploadPart(t.Context(), id, part, bytes.NewReader(data))
	wantClass(t, "long body", err, vault.ErrInvalid)
	broken := errors.New("the cable was cut")
	_, err = v.UploadPart(t.Context(), id, part, failing{bytes.NewReader(data[:50]), broken})
	wantClass(t, "failing body", err, broken)
	for p, err := range v.Parts(t.Context(), id) {
		t.Errorf("the vault holds part %+v, error %v", p, err)
	}
}

// failing is a body that ends with an error.
type failing struct {
	*bytes.Reader
	err error
}

func (f failing) Read(b []byte) (int, error) {
	n, err := f.Reader.Read(b)
	if errors.Is(err, io.EOF) {
		err = f.err
	}
	return n, err
}

// TestWhichHashIsWrong: of two wrong hashes the linear one is told, as by the
// service.
func TestWhichHashIsWrong(t *testing.T) {
	v := open(t, newVault(t), dirvault.Options{})
	id, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 10})
	if err != nil {
		t.Fatal(err)
	}
	good, _ := partOf(noise(10), 0, 10)
	other, _ := partOf(noise(20), 10, 10)
	for _, c := range []struct {
		name             string
		linear, tree     treehash.Hash
		wrongIsTheLinear bool
	}{
		{"both", other.SHA256, other.TreeHash, true},
		{"the linear one", other.SHA256, good.TreeHash, true},
		{"the tree hash", good.SHA256, other.TreeHash, false},
		{"the only one", treehash.Hash{}, other.TreeHash, false},
	} {
		_, body := partOf(noise(10), 0, 10)
		_, err := v.UploadPart(t.Context(), id, vault.Part{Size: 10, SHA256: c.linear, TreeHash: c.tree}, body)
		var mismatch *vault.ChecksumError
		if !errors.As(err, &mismatch) || mismatch.Linear != c.wrongIsTheLinear {
			t.Errorf("wrong: %s: %v", c.name, err)
		}
	}
}

// gated is a body that tells when it is first read and then waits.
type gated struct {
	*bytes.Reader
	reading, goOn chan struct{}
	begun         bool
}

func (g *gated) Read(b []byte) (int, error) {
	if !g.begun {
		g.begun = true
		close(g.reading)
		<-g.goOn
	}
	return g.Reader.Read(b)
}

// TestCompletedWithAnotherHash: repeating a completion with other words is an
// error, not the old answer.
func TestCompletedWithAnotherHash(t *testing.T) {
	v := open(t, newVault(t), dirvault.Options{})
	id, c := begin(t, v, noise(10), 10)
	if _, err := v.CompleteUpload(t.Context(), id, c); err != nil {
		t.Fatal(err)
	}
	other := c
	other.TreeHash[0] ^= 1
	_, err := v.CompleteUpload(t.Context(), id, other)
	wantClass(t, "another tree hash", err, vault.ErrChecksum)
	other = c
	other.Size++
	_, err = v.CompleteUpload(t.Context(), id, other)
	wantClass(t, "another size", err, vault.ErrInvalid)
}

// TestSlowPartIsNotIdle: an upload that is receiving a part does not expire.
func TestSlowPartIsNotIdle(t *testing.T) {
	c := newClock()
	v := open(t, newVault(t), dirvault.Options{Now: c.Now, UploadLifetime: time.Hour})
	id, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 3})
	if err != nil {
		t.Fatal(err)
	}
	part, body := partOf([]byte("ice"), 0, 3)
	reading, goOn := make(chan struct{}), make(chan struct{})
	slow := make(chan error, 1)
	go func() {
		_, err := v.UploadPart(t.Context(), id, part, &gated{Reader: body, reading: reading, goOn: goOn})
		slow <- err
	}()
	<-reading
	c.Advance(3 * time.Hour)
	for u, err := range v.Uploads(t.Context()) {
		if err != nil || u.ID != id {
			t.Errorf("Uploads: %+v, %v", u, err)
		}
	}
	close(goOn)
	if err := <-slow; err != nil {
		t.Errorf("the slow part: %v", err)
	}
	if _, err := v.CompleteUpload(t.Context(), id, vault.Completion{Size: 3, TreeHash: part.TreeHash, Parts: []vault.Part{part}}); err != nil {
		t.Errorf("CompleteUpload: %v", err)
	}
}

// TestIdleUploadsExpire: a request keeps an upload alive, in this process and
// the next; without one it is gone, with its bytes.
func TestIdleUploadsExpire(t *testing.T) {
	c := newClock()
	o := dirvault.Options{Now: c.Now, UploadLifetime: 24 * time.Hour}
	dir := newVault(t)
	v := open(t, dir, o)
	id, completion := begin(t, v, noise(10), 10)
	for range 3 {
		c.Advance(24*time.Hour - 1)
		for _, err := range v.Parts(t.Context(), id) {
			if err != nil {
				t.Fatalf("an upload in use: %v", err)
			}
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		v = open(t, dir, o)
	}
	c.Advance(12 * time.Hour)
	for u, err := range v.Uploads(t.Context()) { // looking is not using
		if err != nil || u.ID != id {
			t.Fatalf("Uploads: %+v, %v", u, err)
		}
	}
	c.Advance(12 * time.Hour)
	_, err := v.CompleteUpload(t.Context(), id, completion)
	wantClass(t, "an idle upload", err, vault.ErrNotFound)
	wantTidy(t, dir)

	for _, look := range []func(*dirvault.Vault){
		func(v *dirvault.Vault) {
			for u, err := range v.Uploads(t.Context()) {
				t.Errorf("the idle upload %+v is listed, error %v", u, err)
			}
		},
		func(v *dirvault.Vault) {
			if err := v.Close(); err != nil {
				t.Fatal(err)
			}
			open(t, dir, o)
		},
	} {
		begin(t, v, noise(10), 10)
		c.Advance(24 * time.Hour)
		look(v)
		wantTidy(t, dir)
	}
}
