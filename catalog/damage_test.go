package catalog_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/catalog"
	"firn/record"
)

// pageSize is SQLite's, in bytes.
const pageSize = 4096

// A catalog that was closed properly is checked as it is read. One whose head or
// whose schema is damaged, or which lost pages, is refused when it is opened.
func TestDamagedFileIsRefused(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"another kind of file": func(b []byte) []byte { copy(b, "PNG file format 1"); return b },
		"text":                 func([]byte) []byte { return bytes.Repeat([]byte("not a database "), 1000) },
		"head overwritten":     func(b []byte) []byte { copy(b[16:100], make([]byte, 84)); return b },
		"cut to half":          func(b []byte) []byte { return b[:len(b)/2/pageSize*pageSize] },
		"cut inside a page":    func(b []byte) []byte { return b[:len(b)-100] },
		"cut to a few bytes":   func(b []byte) []byte { return b[:50] },
		"schema page":          func(b []byte) []byte { copy(b[100:400], bytes.Repeat([]byte{0xa5}, 300)); return b },
	} {
		t.Run(name, func(t *testing.T) {
			path := filled(t)
			content := damage(read(t, path))
			write(t, path, content)
			c, err := catalog.Open(t.Context(), path, catalog.Options{})
			if err == nil {
				t.Errorf("it was opened; Close: %v", c.Close())
			}
			if !errors.Is(err, catalog.ErrDamaged) || !strings.Contains(err.Error(), "keep a copy") {
				t.Errorf("got %v, want ErrDamaged and advice", err)
			}
			if !bytes.Equal(read(t, path), content) {
				t.Error("the file was changed")
			}
		})
	}
}

// After a crash every page is checked before anything is read: damage of any
// page is found at once, and neither the file nor its log is touched.
func TestEveryPageIsCheckedAfterACrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	_, _ = killWhileSaving(t, path, 1)
	c := open(t, path) // folds the log into the file
	fill(t, c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	_, _ = killWhileSaving(t, path, 1)
	healthy, log := read(t, path), read(t, path+"-wal")
	damaged := 0
	for page := 1; page < len(healthy)/pageSize; page++ {
		if inLog(log, page+1) {
			continue // the log has a whole copy of this page
		}
		damaged++
		content := bytes.Clone(healthy)
		copy(content[page*pageSize:], bytes.Repeat([]byte{0xa5}, 64))
		write(t, path, content)
		write(t, path+"-wal", log)
		c, err := catalog.Open(t.Context(), path, catalog.Options{})
		if err == nil {
			t.Errorf("page %d: it was opened; Close: %v", page, c.Close())
			continue
		}
		if !errors.Is(err, catalog.ErrDamaged) {
			t.Errorf("page %d: %v, want ErrDamaged", page, err)
		}
		if !bytes.Equal(read(t, path), content) || !bytes.Equal(read(t, path+"-wal"), log) {
			t.Fatalf("page %d: the file or its log was changed", page)
		}
	}
	if damaged < 5 {
		t.Errorf("only %d pages of %d could be damaged", damaged, len(healthy)/pageSize)
	}
}

// inLog reports whether a write-ahead log holds a page. Its head has 32 bytes,
// each frame 24 and a page, and a frame begins with the number of its page
// ("Database File Format", section 4, sqlite.org).
func inLog(log []byte, page int) bool {
	for at := 32; at+24 <= len(log); at += 24 + pageSize {
		if int(log[at+2])<<8|int(log[at+3]) == page {
			return true
		}
	}
	return false
}

// A crash alone is no damage.
func TestCrashIsNoDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	key, _ := killWhileSaving(t, path, 20)
	c := open(t, path)
	if got := one(t, c.Uploads(t.Context(), "")); got.Key != key {
		t.Errorf("upload %d, want %d", got.Key, key)
	}
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() == 0 {
		t.Errorf("the log is gone while the catalog is open: %v", err)
	}
}

// filled returns the path of a closed catalog with something in each table.
func filled(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "catalog.db")
	c := open(t, path)
	fill(t, c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func fill(t *testing.T, c *catalog.Catalog) {
	t.Helper()
	u := saved(t, c, anUpload())
	for n := range int64(50) {
		if err := c.SavePart(t.Context(), u.Key, aPart(n)); err != nil {
			t.Fatal(err)
		}
	}
	store(t, c, anArchive("a"), anArchive("b"))
	if err := c.SaveJob(t.Context(), &record.Job{Vault: vaultURL}); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
