//go:build !race || torture

package catalog_test

// These tests rebuild a catalog once for each of its pages, on one goroutine.

import (
	"path/filepath"
	"strings"
	"testing"
)

// Whichever page is damaged, a rebuilt catalog is sound, holds what stood on the
// others, and the damaged one lies beside it as it was.
func TestLongRebuildSavesWhatCanBeRead(t *testing.T) {
	path, exported := many(t)
	content := read(t, path)
	complete := 0
	for page := 1; page < len(content)/pageSize; page++ {
		spoilt := append([]byte{}, content...)
		copy(spoilt[page*pageSize:], strings.Repeat("\xa5", 64))
		dir := t.TempDir()
		path := filepath.Join(dir, "catalog.db")
		write(t, path, spoilt)
		r := rebuild(t, path)
		c := open(t, path)
		n, err := c.Check(t.Context(), ignore)
		if err != nil {
			t.Errorf("page %d: Check: %v", page, err)
		}
		if r.Sound || n != r.Contents {
			t.Errorf("page %d: got %+v, and it holds %+v", page, r, n)
		}
		if string(read(t, r.Aside)) != string(spoilt) {
			t.Errorf("page %d: the damaged file is not what it was", page)
		}
		got := export(t, c)
		if !r.Lost { // else even an empty table that cannot be read may have held something
			complete++
			if got != exported {
				t.Errorf("page %d: nothing was lost, and it is not what it was", page)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*rebuil*")); len(left) > 0 {
			t.Errorf("page %d: %q were left behind", page, left)
		}
	}
	if complete < 10 {
		t.Errorf("only %d pages, of indexes, could be lost without losing anything", complete)
	}
}

// A damaged catalog cannot always be upgraded. What can be read of it is saved all the
// same, whichever page is damaged.
func TestLongRebuildOfAnOlderSchema(t *testing.T) {
	path, _ := many(t)
	older(t, path)
	content := read(t, path)
	damaged, saved := 0, 0
	for page := 1; page < len(content)/pageSize; page++ {
		spoilt := append([]byte{}, content...)
		copy(spoilt[page*pageSize:], strings.Repeat("\xa5", 64))
		path := filepath.Join(t.TempDir(), "catalog.db")
		write(t, path, spoilt)
		if r := rebuild(t, path); !r.Sound {
			damaged++
			if r.Archives > 100 {
				saved++
			}
		}
	}
	if damaged < 10 || saved < damaged-5 { // nothing is found without the schema or the root of the table
		t.Errorf("of %d catalogs with a damaged page most was saved of %d", damaged, saved)
	}
}
