package dirvault

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"firn/treehash"
	"firn/vault"
)

// failing is a directory in which nothing can be done.
func failing(t *testing.T) *os.Root {
	t.Helper()
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// withArchives is an open vault with two archives, and its directory.
func withArchives(t *testing.T) (*Vault, string, []vault.ArchiveID) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vault")
	if err := Create(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	v, err := Open(dir, Options{InventoryEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	var ids []vault.ArchiveID
	for _, text := range []string{"cold", "cool"} {
		id, c := begun(t, v, text)
		archive, err := v.CompleteUpload(t.Context(), id, c)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, archive)
	}
	return v, dir, ids
}

// begun is an upload that can be completed.
func begun(t *testing.T, v *Vault, text string) (vault.UploadID, vault.Completion) {
	t.Helper()
	id, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 4})
	if err != nil {
		t.Fatal(err)
	}
	data := []byte(text)
	part := vault.Part{Size: 4, TreeHash: treehash.Sum(data)}
	if _, err := v.UploadPart(t.Context(), id, part, bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	return id, vault.Completion{Size: 4, TreeHash: part.TreeHash, Parts: []vault.Part{part}}
}

// journalIn returns the text of the only journal of changes.
func journalIn(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "changes-*"))
	if err != nil || len(names) != 1 {
		t.Fatalf("the journals are %q, %v", names, err)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRecordThatCannotBeRemoved is left with its journal, and nothing changes until it is
// gone.
func TestRecordThatCannotBeRemoved(t *testing.T) {
	for what, drop := range map[string]func(c *count){
		"drop": func(c *count) {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.drop() == nil {
				t.Error("the record was dropped where nothing can be removed")
			}
		},
		"forgo": func(c *count) { c.forgo() },
		"start": func(c *count) { c.start(true, false) },
	} {
		v, dir, ids := withArchives(t)
		c, good := v.count, v.count.dir
		if err := c.begin(ids[0]); err != nil {
			t.Fatal(err)
		}
		before := journalIn(t, dir)
		line, err := c.enter(ids[1]) // it is to be flushed
		if err != nil || line == 0 {
			t.Fatalf("line %d, %v", line, err)
		}
		c.dir = failing(t)
		drop(c)
		if err := c.flush(line); err == nil {
			t.Errorf("%s: a line is said to be durable that was not flushed", what)
		}
		c.dir = good
		c.end(ids[1])
		c.end(ids[0])
		if _, err := os.Stat(filepath.Join(dir, countFile)); err == nil {
			if after := journalIn(t, dir); after[:min(len(after), len(before))] != before {
				t.Errorf("%s: the record that is left has the journal %q, which was %q", what, after, before)
			}
		} else if what != "start" { // which does not know the count, so that the end drops the record
			t.Errorf("%s: the record went: %v", what, err)
		}
		c.dir = failing(t)
		if err := c.begin(ids[0]); err == nil && what != "start" {
			t.Errorf("%s: an archive may go while a record is left that tells nothing of it", what)
		}
		c.dir = good
		if err := c.begin(ids[0]); err != nil {
			t.Errorf("%s: the record can be removed again: %v", what, err)
		}
		c.end(ids[0])
		if _, err := os.Stat(filepath.Join(dir, countFile)); what != "drop" && !os.IsNotExist(err) {
			t.Errorf("%s: there is a record: %v", what, err)
		}
	}
}
