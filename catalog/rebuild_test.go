package catalog_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/vault"
)

func rebuild(t *testing.T, path string) catalog.Rebuilt {
	t.Helper()
	r, err := catalog.Rebuild(t.Context(), path, catalog.Options{Now: func() time.Time { return instant }}, ignore)
	if err != nil {
		t.Fatalf("Rebuild: %v", err)
	}
	return r
}

// many returns the path of a closed catalog with so many archives that each table
// has several pages.
func many(t *testing.T) (path, exported string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "catalog.db")
	c, err := catalog.Open(t.Context(), path, catalog.Options{Now: func() time.Time { return instant }})
	if err != nil {
		t.Fatal(err)
	}
	var archives []record.Archive
	for n := range 150 {
		a := anArchive(vault.ArchiveID(fmt.Sprintf("archive %03d", n)))
		a.Name = fmt.Sprintf("/srv/images/disk %03d.img", n)
		archives = append(archives, a)
	}
	if _, err := c.MergeArchives(t.Context(), archives); err != nil {
		t.Fatal(err)
	}
	u := saved(t, c, anUpload())
	for n := range int64(50) {
		if err := c.SavePart(t.Context(), u.Key, aPart(n)); err != nil {
			t.Fatal(err)
		}
	}
	exported = export(t, c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return path, exported
}

func TestRebuildLeavesASoundCatalogAlone(t *testing.T) {
	path, _ := many(t)
	before := read(t, path)
	r := rebuild(t, path)
	if !r.Sound || r.Aside != "" || r.Lost || r.Archives != 150 {
		t.Errorf("got %+v", r)
	}
	if string(read(t, path)) != string(before) {
		t.Error("the file was changed")
	}
}

func TestRebuildBeginsACatalog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "catalog.db")
	if r := rebuild(t, path); !r.Sound || r.Items() != 0 {
		t.Errorf("got %+v", r)
	}
	if got := all(t, open(t, path).Archives(t.Context(), catalog.Filter{})); len(got) != 0 {
		t.Errorf("it has %d archives", len(got))
	}
}

// A catalog is sound after one rebuild, whichever page of whichever kind was lost.
// The archives are lost with their own page only: not with the few rows that name
// their vault and their inventory, nor an upload with its parts.
func TestRebuildOfEveryKind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	c, err := catalog.Open(t.Context(), path, catalog.Options{Now: func() time.Time { return instant }})
	if err != nil {
		t.Fatal(err)
	}
	furnish(t, c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	content := read(t, path)
	kept := map[string]catalog.Contents{ // of those named, so much
		"vaults":      {Archives: 5, Uploads: 5, Downloads: 1},
		"inventories": {Archives: 5, Uploads: 5, Downloads: 1},
		"archives":    {Archives: 4, Uploads: 5, Downloads: 1}, // as their uploads know them
		"parts":       {Archives: 5, Uploads: 5, Downloads: 1},
		"segments":    {Archives: 5, Uploads: 5, Downloads: 1},
	}
	for table, want := range kept {
		t.Run(table, func(t *testing.T) {
			var page int
			if err := raw(t, path).QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = $1`, table).Scan(&page); err != nil {
				t.Fatal(err)
			}
			spoilt := append([]byte{}, content...)
			copy(spoilt[(page-1)*pageSize:], strings.Repeat("\xa5", 64))
			path := filepath.Join(t.TempDir(), "catalog.db")
			write(t, path, spoilt)
			r := rebuild(t, path)
			if got := (catalog.Contents{Archives: r.Archives, Uploads: r.Uploads, Downloads: r.Downloads}); got != want || !r.Lost {
				t.Errorf("saved %+v, want %+v", r, want)
			}
			if n, err := open(t, path).Check(t.Context(), ignore); err != nil || n != r.Contents {
				t.Errorf("it holds %+v, %v, want %+v", n, err, r.Contents)
			}
		})
	}
}

// A catalog of a firn that knew no marks may be damaged before it is upgraded.
func TestRebuildOfACatalogWithoutMarks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	c := open(t, path)
	fill(t, c)
	want := savedDownload(t, c, aDownload())
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	older(t, path)
	change(t, path, `VACUUM`)
	db := raw(t, path)
	var page int
	if err := errors.Join(db.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = 'jobs'`).Scan(&page), db.Close()); err != nil {
		t.Fatal(err)
	}
	content := read(t, path)
	copy(content[(page-1)*pageSize:], strings.Repeat("\xa5", 64))
	write(t, path, content)
	rebuild(t, path)
	got, err := open(t, path).FindDownload(t.Context(), want.Vault, want.Archive, want.Target)
	if want.Mark, want.Key, want.Updated = "", got.Key, got.Updated; err != nil || got != want {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

// One row that makes no sense takes no other with it, wherever it stands.
func TestRebuildPassesOverRows(t *testing.T) {
	path, _ := many(t)
	if _, err := raw(t, path).Exec(`UPDATE archives SET tree_hash = 'abc' WHERE key IN (1, 50, 149, 150)`); err != nil {
		t.Fatal(err)
	}
	if r := rebuild(t, path); !r.Lost || r.Archives != 146 {
		t.Errorf("got %+v", r)
	}
}

// An inventory that was being read begins anew: what it had listed may be lost.
func TestRebuildReadsAnInventoryAnew(t *testing.T) {
	path, _ := many(t)
	if _, err := raw(t, path).Exec(`INSERT INTO inventories VALUES (1, $1, 'job 1', '', '', '', 0, '', 0,
		'reading', 'a position', 10, 0, 10, 0, 0, 0, 0, '', '', 0); DELETE FROM labels`, vaultURL); err != nil {
		t.Fatal(err)
	}
	rebuild(t, path)
	i := one(t, open(t, path).Inventories(t.Context(), ""))
	if i.State != record.Reading || i.Position != "" || i.Entries != 0 || i.Added != 0 {
		t.Errorf("got %+v", i)
	}
}

// What is only a wrong index is all there afterwards.
func TestRebuildMakesTheIndexesAnew(t *testing.T) {
	path, exported := many(t)
	if _, err := raw(t, path).Exec(`DELETE FROM ids WHERE archive_key > 50; DELETE FROM labels`); err != nil {
		t.Fatal(err)
	}
	if r := rebuild(t, path); r.Sound || r.Lost {
		t.Errorf("got %+v", r)
	}
	if got := export(t, open(t, path)); got != exported {
		t.Error("it is not what it was")
	}
}

// A file that is no database any more gives nothing back, and is kept.
func TestRebuildOfRubbish(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	write(t, path, []byte(strings.Repeat("not a database ", 1000)))
	r := rebuild(t, path)
	if !r.Lost || r.Items() != 0 || !strings.HasPrefix(string(read(t, r.Aside)), "not a database") {
		t.Errorf("got %+v", r)
	}
}

// What an earlier try has left and cannot be removed, as if another program had it open,
// keeps nobody from trying again.
func TestRebuildBesideALeftover(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	for _, name := range []string{".rebuilding", ".rebuilding+-wal"} {
		if err := os.MkdirAll(filepath.Join(path+name, "held"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, path, []byte(strings.Repeat("not a database ", 1000)))
	if r := rebuild(t, path); r.Sound || !strings.HasPrefix(string(read(t, r.Aside)), "not a database") {
		t.Errorf("got %+v", r)
	}
	if _, err := open(t, path).Check(t.Context(), ignore); err != nil {
		t.Error(err)
	}
}

func TestRebuildRefuses(t *testing.T) {
	path, _ := many(t)
	c := open(t, path)
	_, err := catalog.Rebuild(t.Context(), path, catalog.Options{}, ignore)
	if !errors.Is(err, vault.ErrLocked) {
		t.Errorf("while it is open: got %v, want ErrLocked", err)
	}
	if _, err := c.Check(t.Context(), ignore); err != nil {
		t.Error(err)
	}
	other := filepath.Join(t.TempDir(), "other.db")
	if _, err := raw(t, other).Exec(`CREATE TABLE cookies (x)`); err != nil {
		t.Fatal(err)
	}
	before := read(t, other)
	if _, err := catalog.Rebuild(t.Context(), other, catalog.Options{}, ignore); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("another program's database: got %v, want ErrInvalid", err)
	}
	if string(read(t, other)) != string(before) {
		t.Error("another program's database was changed")
	}
}

// A rebuild that was killed leaves the damaged catalog, or the new one; whoever
// opens it next, by whatever command, finds one of them and loses nothing.
func TestRebuildMayBeKilled(t *testing.T) {
	path, exported := many(t)
	good := read(t, path)
	bad := append([]byte{}, good...)
	copy(bad[pageSize:], strings.Repeat("\xa5", len(bad)/2))
	const aside = ".damaged-20261123T150405Z"
	for name, files := range map[string]map[string]string{
		"while it saved":            {"": string(bad), "-wal": "", ".rebuilding": string(good[:len(good)/2])},
		"before the old one moved":  {"": string(bad), "-wal": "", ".rebuilt": string(good)},
		"after the old one moved":   {aside: string(bad), ".rebuilt": string(good)},
		"after its log was left":    {aside: string(bad), "-wal": "rubbish of the damaged one", ".rebuilt": string(good)},
		"before it looked for logs": {aside: string(bad), "": "", ".rebuilt": string(good)},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "catalog.db")
			for suffix, content := range files {
				write(t, path+suffix, []byte(content))
			}
			_, isFinished := files[".rebuilt"]
			if !isFinished {
				rebuild(t, path)
			}
			c := open(t, path)
			if _, err := c.Check(t.Context(), ignore); err != nil {
				t.Error(err)
			}
			if got := export(t, c); isFinished && got != exported {
				t.Error("what had been saved is lost")
			}
			kept, _ := filepath.Glob(path + ".damaged-*")
			found := false
			for _, k := range kept {
				found = found || string(read(t, k)) == string(bad)
			}
			if !found {
				t.Errorf("the damaged one is not among %q", kept)
			}
		})
	}
}

// A rebuilt file does not replace the damaged one while some of it
// stands in its log only.
func TestRebuildWaitsForItsLog(t *testing.T) {
	path, exported := many(t)
	if _, err := raw(t, path).Exec(`DELETE FROM labels`); err != nil {
		t.Fatal(err)
	}
	var stranger *sql.DB // keeps SQLite from folding the log into the file
	intrude := func(catalog.Contents) {
		if _, err := os.Stat(path + ".rebuilding"); err != nil || stranger != nil {
			return
		}
		stranger = raw(t, path+".rebuilding")
		var n int
		if err := stranger.QueryRow(`SELECT count(*) FROM archives`).Scan(&n); err != nil {
			t.Error(err)
		}
	}
	if _, err := catalog.Rebuild(t.Context(), path, catalog.Options{}, intrude); !errors.Is(err, catalog.ErrFull) {
		t.Errorf("got %v, want ErrFull", err)
	}
	if err := stranger.Close(); err != nil {
		t.Fatal(err)
	}
	r := rebuild(t, path)
	if got := export(t, open(t, path)); r.Lost || got != exported {
		t.Errorf("got %+v, and it is not what it was", r)
	}
}

func TestRebuildEndsWithItsContext(t *testing.T) {
	path, _ := many(t)
	content := read(t, path)
	copy(content[2*pageSize:], strings.Repeat("\xa5", 64))
	write(t, path, content)
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	_, err := catalog.Rebuild(ctx, path, catalog.Options{}, ignore)
	if !errors.Is(err, stop) && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if string(read(t, path)) != string(content) {
		t.Error("the damaged file was changed")
	}
	if _, err := os.Stat(path + ".rebuilt"); err == nil {
		t.Error("something was finished")
	}
}
