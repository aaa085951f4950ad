package catalog_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"firn/catalog"
)

func TestCheckCountsWhatIsThere(t *testing.T) {
	c := fresh(t)
	furnish(t, c)
	n, err := c.Check(t.Context(), ignore)
	want := catalog.Contents{Vaults: 1, Inventories: 1, Archives: 5, Bytes: 4 << 42, Uploads: 5, Jobs: 1, Downloads: 1}
	if err != nil || n != want {
		t.Errorf("got %+v, %v, want %+v", n, err, want)
	}
}

// What stands twice is compared, and nothing is believed because it can be read.
func TestCheckFindsWhatDoesNotAgree(t *testing.T) {
	for name, c := range map[string]struct{ spoil, want string }{
		"an id is not indexed":       {`DELETE FROM ids WHERE archive_id = 'a'`, "1 archives are not found by their id"},
		"an id is indexed wrongly":   {`UPDATE ids SET archive_key = 99 WHERE archive_id = 'a'`, "1 archives are not found by their id"},
		"a creation is not indexed":  {`DELETE FROM creations WHERE archive_key = 1`, "1 archives are not found by their creation"},
		"a name is not indexed":      {`DELETE FROM labels WHERE archive_key = 1`, "names of archives are not found"},
		"an index has too much":      {`INSERT INTO ids VALUES (1, 'ghost', 99)`, "1 ids of archives that are not on record"},
		"a label has no archive":     {`INSERT INTO labels VALUES (1, 0, 'ghost', 99)`, "1 names of archives that are not on record"},
		"a creation has no archive":  {`INSERT INTO creations VALUES (1, '', 99)`, "1 creations of archives that are not on record"},
		"an upload has no archive":   {`UPDATE uploads SET archive_id = 'ghost' WHERE archive_id = 'a'`, "1 finished uploads whose archive is not on record"},
		"a part has no upload":       {`DELETE FROM uploads WHERE state = 'open'`, "3 rows refer to rows that do not exist"},
		"a hash is none":             {`UPDATE archives SET tree_hash = 'abc' WHERE key = 1`, "64 hexadecimal digits"},
		"a time is none":             {`UPDATE jobs SET started = 'yesterday'`, "yesterday"},
		"an archive has another key": {`UPDATE archives SET archive_id = 'z' WHERE key = 1`, "1 archives are not found by their id"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "catalog.db")
			furnished := open(t, path)
			furnish(t, furnished)
			if _, err := raw(t, path).Exec(c.spoil); err != nil {
				t.Fatal(err)
			}
			_, err := furnished.Check(t.Context(), ignore)
			if !errors.Is(err, catalog.ErrDamaged) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want ErrDamaged and %q", err, c.want)
			}
		})
	}
}

// Every page is read: damage that opening the catalog does not meet is found.
func TestCheckFindsADamagedPage(t *testing.T) {
	path := filled(t)
	content := read(t, path)
	found := 0
	for page := 1; page < len(content)/pageSize; page++ {
		spoilt := append([]byte{}, content...)
		copy(spoilt[page*pageSize:], strings.Repeat("\xa5", 64))
		write(t, path, spoilt)
		c, err := catalog.Open(t.Context(), path, catalog.Options{})
		if err == nil {
			_, err = c.Check(t.Context(), ignore)
			_ = c.Close() // it may not be able to
		}
		if !errors.Is(err, catalog.ErrDamaged) {
			t.Errorf("page %d: got %v, want ErrDamaged", page, err)
		}
		found++
	}
	if found < 5 {
		t.Errorf("only %d pages were damaged", found)
	}
}
