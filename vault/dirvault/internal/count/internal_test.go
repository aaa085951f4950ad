package count

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/dirvault/internal/layout"
)

// failing is a directory in which every operation fails.
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

// withArchives is a count of two archives that has a record, in a directory that is like
// that of a vault.
func withArchives(t *testing.T) (*Count, string, []vault.ArchiveID) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, layout.ArchivesDir), 0o700); err != nil {
		t.Fatal(err)
	}
	var ids []vault.ArchiveID
	for _, end := range []string{"a", "b"} {
		id := vault.ArchiveID(strings.Repeat("a", layout.ArchiveIDLength-1) + end)
		if err := os.WriteFile(filepath.Join(dir, layout.ArchiveData(id)), []byte("cold"), 0o600); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	c := New(root)
	c.StartFrom(Tally{Archives: 2, Bytes: 8}, true)
	t.Cleanup(c.Close)
	return c, dir, ids
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

// TestRecordThatCannotBeRemoved: the record is left with its journal, and no archive can
// change until it is gone.
func TestRecordThatCannotBeRemoved(t *testing.T) {
	for what, drop := range map[string]func(c *Count){
		"drop": func(c *Count) {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.drop() == nil {
				t.Error("the record was dropped where nothing can be removed")
			}
		},
		"forgo": func(c *Count) { c.Forgo() },
		"start": func(c *Count) { c.Start(false) },
	} {
		c, dir, ids := withArchives(t)
		good := c.dir
		if err := c.Begin(ids[0]); err != nil {
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
		c.End(ids[1])
		c.End(ids[0])
		if _, err := os.Stat(filepath.Join(dir, countFile)); err == nil {
			if after := journalIn(t, dir); after[:min(len(after), len(before))] != before {
				t.Errorf("%s: the record that is left has the journal %q, which was %q", what, after, before)
			}
		} else if what != "start" { // which does not know the count, so that the end drops the record
			t.Errorf("%s: the record went: %v", what, err)
		}
		c.dir = failing(t)
		if err := c.Begin(ids[0]); err == nil && what != "start" {
			t.Errorf("%s: an archive may go while a record is left that tells nothing of it", what)
		}
		c.dir = good
		if err := c.Begin(ids[0]); err != nil {
			t.Errorf("%s: the record can be removed again: %v", what, err)
		}
		c.End(ids[0])
		if _, err := os.Stat(filepath.Join(dir, countFile)); what != "drop" && !os.IsNotExist(err) {
			t.Errorf("%s: there is a record: %v", what, err)
		}
	}
}
