package catalog_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"firn/catalog"
)

// A process is killed while it saves parts, again and again over one catalog:
// every part whose SavePart had returned is there, and so is nothing else than
// perhaps the one after it.
func TestKilledWhileSaving(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	for _, parts := range []int{1, 2, 3, 5, 8, 13, 21, 34} {
		key, last := killWhileSaving(t, path, parts)
		c := open(t, path)
		n := int64(0)
		for _, p := range all(t, c.Parts(t.Context(), key)) {
			if p != aPart(n) {
				t.Fatalf("part %d is %+v", n, p)
			}
			n++
		}
		if n != last+1 && n != last+2 {
			t.Fatalf("the last part acknowledged was %d, and there are %d", last, n)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		quickCheck(t, path)
	}
}

// killWhileSaving kills a child after it saved at least so many parts, and
// returns the key of its upload and the last part that it said it had saved.
func killWhileSaving(t *testing.T, path string, parts int) (key, last int64) {
	t.Helper()
	saver := start(t, "save", path)
	var said []int64
	for saver.said.Scan() {
		n, err := strconv.ParseInt(saver.said.Text(), 10, 64)
		if err != nil {
			break // the kill cut the line
		}
		if said = append(said, n); len(said) == 1+parts {
			saver.kill(t)
		}
	}
	_ = saver.Wait() // it was killed
	if len(said) < 2 {
		t.Fatal("the child saved nothing")
	}
	return said[0], said[len(said)-1]
}

// quickCheck asks SQLite itself about a catalog that nobody has open.
func quickCheck(t *testing.T, path string) {
	t.Helper()
	db := raw(t, path)
	var verdict string
	if err := db.QueryRowContext(t.Context(), `PRAGMA quick_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("quick_check: %q, %v", verdict, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// raw opens the SQLite file without the catalog.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Processes that start at once on a catalog that is not there yet all get
// through, and lose nothing of each other.
func TestManyProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "catalog.db")
	var running []child
	for range 4 {
		running = append(running, start(t, "add", path))
	}
	for _, r := range running {
		if err := r.Wait(); err != nil {
			t.Errorf("a child failed: %v", err)
		}
	}
	c := open(t, path)
	uploads := all(t, c.Uploads(t.Context(), vaultURL))
	if want := len(running) * additions; len(uploads) != want {
		t.Errorf("%d uploads, want %d", len(uploads), want)
	}
	for _, u := range uploads {
		one(t, c.Parts(t.Context(), u.Key))
	}
}

// Where a log that was left behind cannot be written anew, nothing is added to it. The
// catalog can be read all the same.
func TestOpenWithoutRoomForTheLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	key, _ := killWhileSaving(t, path, 3)
	log := read(t, path+"-wal")
	if err := os.MkdirAll(filepath.Join(path+"-wal.new", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := open(t, path)
	if got := all(t, c.Parts(t.Context(), key)); len(got) < 3 {
		t.Errorf("%d parts can be read", len(got))
	}
	u := anUpload()
	for _, err := range []error{c.SaveUpload(t.Context(), &u), c.SavePart(t.Context(), key, aPart(9))} {
		if !errors.Is(err, catalog.ErrFull) {
			t.Errorf("got %v, want ErrFull", err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, path+"-wal"), log) {
		t.Error("the log was changed")
	}
	if err := os.RemoveAll(path + "-wal.new"); err != nil {
		t.Fatal(err)
	}
	saved(t, open(t, path), anUpload())
}
