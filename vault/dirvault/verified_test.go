package dirvault_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"firn/vault"
	"firn/vault/dirvault"
)

func verifying() dirvault.Options { return dirvault.Options{VerifyReads: true} }

func dataFile(dir string, id vault.ArchiveID) string {
	return filepath.Join(dir, "archives", string(id))
}

// damage flips a bit of each of these bytes of an archive.
func damage(t *testing.T, dir string, id vault.ArchiveID, at ...int64) {
	t.Helper()
	name := dataFile(dir, id)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range at {
		data[i] ^= 4
	}
	overwrite(t, name, data)
}

// read reads a range of an archive by a job of its own.
func read(t *testing.T, v vault.Vault, id vault.ArchiveID, r vault.Range) ([]byte, error) {
	t.Helper()
	job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id})
	if err != nil {
		t.Fatal(err)
	}
	out, err := v.OpenOutput(t.Context(), job, r)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(out)
	return data, errors.Join(err, out.Close())
}

func wantDamageAt(t *testing.T, what string, err error, want vault.DamageError) {
	t.Helper()
	got, ok := errors.AsType[*vault.DamageError](err)
	if !ok || got.Archive != want.Archive || got.Range != want.Range || got.Somewhere != want.Somewhere {
		t.Errorf("%s: got error %v, want damage of %+v", what, err, want)
	}
}

// TestDamagedBytesAreNotGiven: of two damaged MiB of five and a half no byte is
// given, and every other byte can be had.
func TestDamagedBytesAreNotGiven(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, verifying())
	data := noise(5*mib + mib/2)
	id := store(t, v, data, 2*mib)
	damage(t, dir, id, mib+7, 5*mib+mib/2-1)
	second := vault.DamageError{Archive: id, Range: vault.Range{Offset: mib, Size: mib}}
	last := vault.DamageError{Archive: id, Range: vault.Range{Offset: 5 * mib, Size: mib / 2}}
	for _, c := range []struct {
		r     vault.Range
		given int64 // bytes
		want  *vault.DamageError
	}{
		{vault.Range{Size: mib}, mib, nil},
		{vault.Range{Offset: 3, Size: 5}, 5, nil},
		{vault.Range{Offset: 2 * mib, Size: 3 * mib}, 3 * mib, nil},
		{vault.Range{Offset: 2*mib + 1, Size: 3*mib - 2}, 3*mib - 2, nil},
		{vault.Range{}, mib, &second},
		{vault.Range{Size: mib + 1}, mib, &second},
		{vault.Range{Offset: 9, Size: mib}, mib - 9, &second},
		{vault.Range{Offset: mib, Size: mib}, 0, &second},
		{vault.Range{Offset: 2*mib - 1, Size: 1}, 0, &second},
		{vault.Range{Offset: 4*mib + 5, Size: mib}, mib - 5, &last},
		{vault.Range{Offset: 5 * mib, Size: 1}, 0, &last},
	} {
		if err := v.Close(); err != nil { // what it knew of damage goes
			t.Fatal(err)
		}
		v = open(t, dir, verifying())
		got, err := read(t, v, id, c.r)
		if !bytes.Equal(got, data[c.r.Offset:c.r.Offset+c.given]) {
			t.Errorf("%+v: got %d bytes, or others than were stored; want %d", c.r, len(got), c.given)
		}
		if c.want == nil && err != nil {
			t.Errorf("%+v: %v", c.r, err)
		}
		if c.want != nil {
			wantDamageAt(t, "read", err, *c.want)
		}
	}
	_, err := read(t, v, id, vault.Range{Offset: mib, Size: 1})
	if want := "bytes 1048576-2097151 of archive \"" + string(id) + "\" are damaged"; !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %q, want %q in it", err, want)
	}
}

// TestDamagedSmallArchives: an archive of one MiB at most has its own hash to be
// compared with, and one that was cut off is damaged where bytes are missing.
func TestDamagedSmallArchives(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, verifying())
	small, empty, cut := store(t, v, noise(10), mib), store(t, v, nil, mib), store(t, v, noise(3*mib), mib)
	damage(t, dir, small, 9)
	overwrite(t, dataFile(dir, cut), noise(2*mib+1))
	if got, err := read(t, v, empty, vault.Range{}); err != nil || len(got) > 0 {
		t.Errorf("the empty archive: %q, %v", got, err)
	}
	_, err := read(t, v, small, vault.Range{Size: 1})
	wantDamageAt(t, "ten bytes", err, vault.DamageError{Archive: small, Range: vault.Range{Size: 10}})
	got, err := read(t, v, cut, vault.Range{})
	wantDamageAt(t, "cut off", err, vault.DamageError{Archive: cut, Range: vault.Range{Offset: 2 * mib, Size: mib}})
	if !bytes.Equal(got, noise(2*mib)) {
		t.Errorf("of the archive that was cut off %d bytes came", len(got))
	}
}

// TestLeavesAreMade anew when they are wanted and not there or not right, if the
// bytes are those that were stored. Else no byte is given, and nobody says where
// the damage is.
func TestLeavesAreMade(t *testing.T) {
	data := noise(3*mib + 5)
	good := leavesOf(data)
	for what, bad := range map[string][]byte{
		"not there": nil,
		"too short": good[:64],
		"wrong":     append(bytes.Clone(good[:127]), good[127]^1),
	} {
		dir := newVault(t)
		v := open(t, dir, verifying())
		id := store(t, v, data, 2*mib)
		spoil := func() {
			overwrite(t, leavesFile(dir, id), bad)
			if bad == nil {
				if err := os.Remove(leavesFile(dir, id)); err != nil {
					t.Fatal(err)
				}
			}
		}
		spoil()
		if got, err := read(t, v, id, vault.Range{Offset: mib, Size: mib}); err != nil || !bytes.Equal(got, data[mib:2*mib]) {
			t.Errorf("%s: %d bytes, %v", what, len(got), err)
		}
		if got, err := os.ReadFile(leavesFile(dir, id)); err != nil || !bytes.Equal(got, good) {
			t.Errorf("%s: there are no new leaves, or others: %v", what, err)
		}
		spoil()
		damage(t, dir, id, 2*mib)
		all := vault.DamageError{Archive: id, Range: vault.Range{Size: int64(len(data))}, Somewhere: true}
		for range 2 {
			_, err := read(t, v, id, vault.Range{Size: 1})
			wantDamageAt(t, what, err, all)
		}
		_, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id, Range: vault.Range{Size: mib}})
		wantDamageAt(t, what+", when a hash is to be told", err, all)
		damage(t, dir, id, 2*mib)
		if got, err := read(t, v, id, vault.Range{}); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s, when the bytes were brought back: %d bytes, %v", what, len(got), err)
		}
		for name := range files(t, filepath.Join(dir, "archives")) {
			if strings.HasPrefix(name, "~") {
				t.Errorf("%s: %s was left", what, name)
			}
		}
	}
}

// TestLeavesThatChanged since they were found good are not taken for damage of the
// archive.
func TestLeavesThatChanged(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, verifying())
	data := noise(3 * mib)
	id := store(t, v, data, mib)
	if _, err := read(t, v, id, vault.Range{}); err != nil {
		t.Fatal(err)
	}
	name := leavesFile(dir, id)
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, name, make([]byte, 96))
	if err := os.Chtimes(name, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	_, err = read(t, v, id, vault.Range{})
	if _, blamed := errors.AsType[*vault.DamageError](err); err == nil || blamed {
		t.Errorf("with other leaves: %v", err)
	}
	if got, err := read(t, v, id, vault.Range{}); err != nil || !bytes.Equal(got, data) {
		t.Errorf("the next time: %d bytes, %v", len(got), err)
	}
}

// TestVerifiedReader is a reader like any other, and done with once it is closed.
func TestVerifiedReader(t *testing.T) {
	v := open(t, newVault(t), verifying())
	data := noise(2*mib + 5)
	id := store(t, v, data, mib)
	job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id})
	if err != nil {
		t.Fatal(err)
	}
	out, err := v.OpenOutput(t.Context(), job, vault.Range{Offset: mib - 10, Size: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if err := iotest.TestReader(out, data[mib-10:mib+990]); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := out.Close(); err != nil {
			t.Error(err)
		}
	}
	if n, err := out.Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, io.EOF) {
		t.Errorf("after Close: %d bytes, %v", n, err)
	}
}

// TestDamageIsKnownTheSecondTime: who was cut off at a damaged leaf learns why when he
// asks again, until the archive is mended.
func TestDamageIsKnownTheSecondTime(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, verifying())
	data := noise(4 * mib)
	id := store(t, v, data, mib)
	damage(t, dir, id, 2*mib+5)
	third := vault.DamageError{Archive: id, Range: vault.Range{Offset: 2 * mib, Size: mib}}
	got, err := read(t, v, id, vault.Range{})
	wantDamageAt(t, "at first", err, third)
	if !bytes.Equal(got, data[:2*mib]) {
		t.Errorf("at first %d bytes came", len(got))
	}
	for range 2 {
		got, err = read(t, v, id, vault.Range{})
		wantDamageAt(t, "asked again", err, third)
		if len(got) > 0 {
			t.Errorf("asked again %d bytes came", len(got))
		}
	}
	if got, err = read(t, v, id, vault.Range{Size: 2 * mib}); err != nil || !bytes.Equal(got, data[:2*mib]) {
		t.Errorf("before the damage: %d bytes, %v", len(got), err)
	}
	damage(t, dir, id, 2*mib+5) // the same bit, back again
	if got, err = read(t, v, id, vault.Range{}); err != nil || !bytes.Equal(got, data) {
		t.Errorf("mended: %d bytes, %v", len(got), err)
	}
}
