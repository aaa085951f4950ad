package dirvault_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
)

// newVault makes an empty vault and returns its directory.
func newVault(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vault")
	if err := dirvault.Create(dir, dirvault.Options{}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// open opens a vault that is closed when the test ends.
func open(t *testing.T, dir string, o dirvault.Options) *dirvault.Vault {
	t.Helper()
	v, err := dirvault.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

func partOf(data []byte, offset, size int64) (vault.Part, *bytes.Reader) {
	body := data[offset : offset+size]
	return vault.Part{
		Offset: offset, Size: size, TreeHash: treehash.Sum(body), SHA256: sha256.Sum256(body),
	}, bytes.NewReader(body)
}

// begin starts an upload and sends all of data, in parts of partSize.
func begin(t *testing.T, v vault.Vault, data []byte, partSize int64) (vault.UploadID, vault.Completion) {
	t.Helper()
	id, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: partSize, Description: "a test"})
	if err != nil {
		t.Fatal(err)
	}
	c := vault.Completion{Size: int64(len(data)), TreeHash: treehash.Sum(data)}
	for off := int64(0); off < c.Size; off += partSize {
		part, body := partOf(data, off, min(partSize, c.Size-off))
		stored, err := v.UploadPart(t.Context(), id, part, body)
		if err != nil {
			t.Fatal(err)
		}
		c.Parts = append(c.Parts, stored)
	}
	return id, c
}

// store makes an archive of data.
func store(t *testing.T, v vault.Vault, data []byte, partSize int64) vault.ArchiveID {
	t.Helper()
	id, c := begin(t, v, data, partSize)
	archive, err := v.CompleteUpload(t.Context(), id, c)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// fresh are the options of a vault whose inventory is never old.
func fresh() dirvault.Options { return dirvault.Options{InventoryEvery: -1} }

// inventory lists all archives by id, in a vault whose inventory is never old.
func inventory(t *testing.T, v vault.Vault) map[vault.ArchiveID]vault.Archive {
	t.Helper()
	job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory})
	if err != nil {
		t.Fatal(err)
	}
	archives := make(map[vault.ArchiveID]vault.Archive)
	for a, err := range v.Inventory(t.Context(), job, "") {
		if err != nil {
			t.Fatal(err)
		}
		archives[a.ID] = a.Archive
	}
	return archives
}

// retrieve returns the bytes of an archive.
func retrieve(t *testing.T, v vault.Vault, id vault.ArchiveID) []byte {
	t.Helper()
	job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id})
	if err != nil {
		t.Fatal(err)
	}
	out, err := v.OpenOutput(t.Context(), job, vault.Range{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(out)
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
	return data
}

// files lists everything below dir, with sizes, by slash-separated path; but not the
// record of how many archives there are and when jobs were made, which changes with them.
func files(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	found := make(map[string]int64)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if d.Name() != "count.json" && d.Name() != "jobtimes" && !strings.HasPrefix(d.Name(), "changes-") {
			found[filepath.ToSlash(rel)] = info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func wantClass(t *testing.T, what string, err, class error) {
	t.Helper()
	if !errors.Is(err, class) {
		t.Errorf("%s: got error %v, want one that is %q", what, err, class)
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}
