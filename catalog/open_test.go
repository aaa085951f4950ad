package catalog_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"firn/catalog"
	"firn/vault"
)

func TestOpenMakesPrivateFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "firn")
	path := filepath.Join(dir, "catalog.db")
	c := open(t, path)
	saved(t, c, anUpload())
	if runtime.GOOS == "windows" {
		return // its modes tell nothing
	}
	for name, want := range map[string]fs.FileMode{
		filepath.Dir(dir): 0o700 | fs.ModeDir, dir: 0o700 | fs.ModeDir, filepath.Join(dir, "locks"): 0o700 | fs.ModeDir,
		path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600,
	} {
		info, err := os.Stat(name)
		if err != nil {
			t.Error(err)
		} else if info.Mode() != want {
			t.Errorf("%s has mode %s, want %s", name, info.Mode(), want)
		}
	}
}

func TestOpenTakesAnyPath(t *testing.T) {
	names := []string{"catalog.db", "a b%20c#d&e;f=g", "über", "'quoted'"}
	if runtime.GOOS != "windows" {
		names = append(names, "what?mode=memory", `"x"`, "a:b", "line\nline", `back\slash`)
	}
	for _, name := range names {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		u := saved(t, open(t, path), anUpload())
		if got := one(t, open(t, path).Uploads(t.Context(), "")); got != u {
			t.Errorf("%q: got %+v", name, got)
		}
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%q: the catalog is not in its file: %v", name, err)
		}
	}
}

func TestOpenThroughALink(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "real", "catalog.db"), filepath.Join(dir, "link.db")
	c := open(t, path)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := c.LockUpload(t.Context(), vaultURL, "path", "description"); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, link).LockUpload(t.Context(), vaultURL, "path", "description"); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("got %v, want the same locks by both names", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	write(t, file, nil)
	foreign := filepath.Join(dir, "foreign.db")
	if _, err := raw(t, foreign).ExecContext(t.Context(), `CREATE TABLE theirs (x)`); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	newer := filled(t)
	db := raw(t, newer)
	if _, err := db.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ path, says string }{
		"newer schema":        {newer, "newer firn"},
		"another program":     {foreign, "another program"},
		"a directory":         {filepath.Join(dir, "sub"), ""},
		"below a file":        {filepath.Join(file, "catalog.db"), ""},
		"nothing to name":     {"", ""},
		"a NUL in its middle": {filepath.Join(dir, "a\x00b"), ""},
	} {
		var before []byte
		if test.says != "" {
			before = read(t, test.path)
		}
		c, err := catalog.Open(t.Context(), test.path, catalog.Options{})
		if err == nil {
			t.Errorf("%s: it was opened; Close: %v", name, c.Close())
			continue
		}
		if errors.Is(err, catalog.ErrDamaged) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, test.says)
		}
		if test.says != "" && string(read(t, test.path)) != string(before) {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := os.Stat("locks"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a path that names nothing left locks behind: %v", err)
	}
}

func TestCloseLeavesOneFile(t *testing.T) {
	path := filled(t)
	for _, ending := range []string{"-wal", "-shm", "-journal"} {
		if _, err := os.Stat(path + ending); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there: %v", ending, err)
		}
	}
	c := open(t, path)
	for range 2 {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	u := anUpload()
	if err := c.SaveUpload(t.Context(), &u); err == nil {
		t.Error("a closed catalog saved an upload")
	}
}

// Other tools make copies that have no log beside them. There a list would keep
// writers out, so whoever comes first gives them one.
func TestOpenTakesACopyWithoutALog(t *testing.T) {
	path := filled(t)
	mode := ""
	db := raw(t, path)
	if err := db.QueryRowContext(t.Context(), `PRAGMA journal_mode = DELETE`).Scan(&mode); err != nil || mode != "delete" {
		t.Fatalf("mode %q, %v", mode, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	c := open(t, path)
	for _, err := range c.Uploads(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		saved(t, c, anUpload()) // while the list is walked
		break
	}
	if _, err := os.Stat(path + "-wal"); err != nil {
		t.Errorf("there is no log: %v", err)
	}
}
