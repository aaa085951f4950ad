package dirvault_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
)

const mib = treehash.LeafSize

// leavesOf is what a file of leaves has to hold.
func leavesOf(data []byte) []byte {
	var leaves []byte
	for leaf := range slices.Chunk(data, mib) {
		hash := treehash.Sum(leaf)
		leaves = append(leaves, hash[:]...)
	}
	return leaves
}

func leavesFile(dir string, id vault.ArchiveID) string {
	return filepath.Join(dir, "archives", string(id)+".leaves")
}

// overwrite changes a file in place, whatever its mode, a while after it was
// written.
func overwrite(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Second)
	if err := os.Chtimes(name, later, later); err != nil {
		t.Fatal(err)
	}
}

// TestLeavesAreKept for every archive of more than one leaf whose parts end where
// leaves do, in whatever order they came and however often.
func TestLeavesAreKept(t *testing.T) {
	data, other := noise(5*mib+mib/2), bytes.Repeat([]byte("other!"), mib)
	for _, c := range []struct {
		what     string
		size     int
		partSize int64
		kept     bool
	}{
		{"parts of a leaf", len(data), mib, true},
		{"parts of four leaves", len(data), 4 * mib, true},
		{"parts of three leaves", len(data), 3 * mib, true},
		{"one part", len(data), 8 * mib, true},
		{"one leaf", mib, mib, false},
		{"one short leaf", 10, mib, false},
		{"nothing", 0, mib, false},
		{"parts that cut leaves", len(data), mib + 1, false},
	} {
		dir := newVault(t)
		v := open(t, dir, dirvault.Options{})
		id, completion := begin(t, v, data[:c.size], c.partSize)
		// What is sent again, other or wrong in between leaves no trace.
		for _, p := range slices.Backward(completion.Parts) {
			replaced, body := partOf(other, 0, p.Size)
			replaced.Offset = p.Offset
			if _, err := v.UploadPart(t.Context(), id, replaced, body); err != nil {
				t.Fatal(err)
			}
			again, body := partOf(data, p.Offset, p.Size)
			if _, err := v.UploadPart(t.Context(), id, again, body); err != nil {
				t.Fatal(err)
			}
			if _, err := v.UploadPart(t.Context(), id, again, bytes.NewReader(other[:p.Size])); err == nil {
				t.Fatal("a part was taken with a wrong hash")
			}
		}
		archive, err := v.CompleteUpload(t.Context(), id, completion)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(leavesFile(dir, archive))
		if c.kept && (err != nil || !bytes.Equal(got, leavesOf(data[:c.size]))) {
			t.Errorf("%s: %d bytes of leaves are wrong, or %v", c.what, len(got), err)
		}
		if !c.kept && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: there are leaves of no use, or %v", c.what, err)
		}
		if err := v.DeleteArchive(t.Context(), archive); err != nil {
			t.Fatal(err)
		}
		if left := files(t, filepath.Join(dir, "archives")); len(left) != 0 {
			t.Errorf("%s: deleting left %v", c.what, left)
		}
	}
}

// rangeHashes asks for the third and fourth MiB of an archive in each of the ways
// in which a hash of them is given.
func rangeHashes(t *testing.T, v vault.Vault, id vault.ArchiveID) map[string]treehash.Hash {
	t.Helper()
	r := vault.Range{Offset: 2 * mib, Size: 2 * mib}
	start := func(r vault.Range) vault.Job {
		job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id, Range: r})
		if err != nil {
			t.Fatal(err)
		}
		j, err := v.Job(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	out, err := v.OpenOutput(t.Context(), start(vault.Range{}).ID, r)
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return map[string]treehash.Hash{"a job for the range": start(r).TreeHash, "a range of the output": out.TreeHash}
}

// TestRangesAreNotRead for their hash when there are leaves: bytes that have
// changed on the disk since do not have it.
func TestRangesAreNotRead(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	data := noise(5*mib + 1)
	id := store(t, v, data, 4*mib)
	overwrite(t, filepath.Join(dir, "archives", string(id)), make([]byte, len(data)))
	for way, got := range rangeHashes(t, v, id) {
		if want := treehash.Sum(data[2*mib : 4*mib]); got != want {
			t.Errorf("%s has tree hash %s, want %s", way, got, want)
		}
	}
}

// TestLeavesAreNotTrusted when they are not those of the archive, also when they
// became so after they were used. The range is then read.
func TestLeavesAreNotTrusted(t *testing.T) {
	data := noise(5*mib + 1)
	good := leavesOf(data)
	for what, bad := range map[string][]byte{
		"empty":        {},
		"too short":    good[:len(good)-32],
		"too long":     append(bytes.Clone(good), good[:32]...),
		"of others":    leavesOf(make([]byte, len(data))),
		"one bit off":  append(bytes.Clone(good[:len(good)-1]), good[len(good)-1]^1),
		"out of order": append(bytes.Clone(good[32:]), good[:32]...),
		"not there":    nil,
	} {
		dir := newVault(t)
		v := open(t, dir, dirvault.Options{})
		id := store(t, v, data, mib)
		for round := range 2 {
			if round > 0 && bad == nil {
				if err := os.Remove(leavesFile(dir, id)); err != nil {
					t.Fatal(err)
				}
			} else if round > 0 {
				overwrite(t, leavesFile(dir, id), bad)
			}
			for way, got := range rangeHashes(t, v, id) {
				if want := treehash.Sum(data[2*mib : 4*mib]); got != want {
					t.Errorf("%s: %s has tree hash %s, want %s", what, way, got, want)
				}
			}
		}
	}
}
