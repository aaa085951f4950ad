package catalog_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"firn/catalog"
	"firn/vault"
)

func TestPartsComeByOffset(t *testing.T) {
	c := fresh(t)
	u := saved(t, c, anUpload())
	bare := vault.Part{Offset: 1 << 45}
	want := []vault.Part{aPart(0), aPart(1), aPart(2), bare}
	for _, n := range []int{2, 3, 0, 1} {
		if err := c.SavePart(t.Context(), u.Key, want[n]); err != nil {
			t.Fatal(err)
		}
	}
	if got := all(t, c.Parts(t.Context(), u.Key)); !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestSavePartReplaces(t *testing.T) {
	c := fresh(t)
	u := saved(t, c, anUpload())
	again := aPart(7)
	again.Offset, again.Size, again.Receipt = 0, 12, "another"
	for _, p := range []vault.Part{aPart(0), again} {
		if err := c.SavePart(t.Context(), u.Key, p); err != nil {
			t.Fatal(err)
		}
	}
	if got := one(t, c.Parts(t.Context(), u.Key)); got != again {
		t.Errorf("got  %+v\nwant %+v", got, again)
	}
}

func TestSavePartNeedsItsUpload(t *testing.T) {
	if err := fresh(t).SavePart(t.Context(), 5, aPart(0)); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func TestDropParts(t *testing.T) {
	c := fresh(t)
	given, kept := saved(t, c, anUpload()), saved(t, c, anUpload())
	for _, key := range []int64{given.Key, kept.Key} {
		if err := c.SavePart(t.Context(), key, aPart(0)); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := c.DropParts(t.Context(), given.Key); err != nil {
			t.Fatal(err)
		}
	}
	if got := all(t, c.Parts(t.Context(), given.Key)); len(got) != 0 {
		t.Errorf("%d parts are left", len(got))
	}
	one(t, c.Parts(t.Context(), kept.Key))
}

func TestSavePartFromManyGoroutines(t *testing.T) {
	const savers, each = 16, 25
	c := fresh(t)
	u := saved(t, c, anUpload())
	var group sync.WaitGroup
	for s := range int64(savers) {
		group.Go(func() {
			for n := range int64(each) {
				if err := c.SavePart(t.Context(), u.Key, aPart(s*each+n)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	if got := all(t, c.Parts(t.Context(), u.Key)); len(got) != savers*each {
		t.Errorf("%d parts, want %d", len(got), savers*each)
	}
}

func TestSavingWhileListing(t *testing.T) {
	c := fresh(t)
	u := saved(t, c, anUpload())
	for n := range int64(20) {
		if err := c.SavePart(t.Context(), u.Key, aPart(n)); err != nil {
			t.Fatal(err)
		}
	}
	seen := 0
	for p, err := range c.Parts(t.Context(), u.Key) {
		if err != nil {
			t.Fatal(err)
		}
		seen++
		p.Offset += 1 << 40
		if err := c.SavePart(t.Context(), u.Key, p); err != nil {
			t.Fatal(err)
		}
		one(t, c.Uploads(t.Context(), vaultURL))
	}
	if seen != 20 {
		t.Errorf("the list had %d parts, want the 20 of its beginning", seen)
	}
	if got := all(t, c.Parts(t.Context(), u.Key)); len(got) != 40 {
		t.Errorf("%d parts were saved, want 40", len(got))
	}
}

// Lists within lists, deeper than any number of connections a pool might keep.
func TestNestedLists(t *testing.T) {
	c := fresh(t)
	u := saved(t, c, anUpload())
	for n := range int64(3) {
		if err := c.SavePart(t.Context(), u.Key, aPart(n)); err != nil {
			t.Fatal(err)
		}
	}
	if got := walk(t, c, u.Key, 6); got != 6 {
		t.Errorf("reached depth %d, want 6", got)
	}
}

func walk(t *testing.T, c *catalog.Catalog, key int64, depth int) int {
	if depth == 0 {
		return 0
	}
	for _, err := range c.Parts(t.Context(), key) {
		if err != nil {
			t.Fatal(err)
		}
		return 1 + walk(t, c, key, depth-1)
	}
	return 0
}

func BenchmarkSavePart(b *testing.B) {
	c, err := catalog.Open(b.Context(), b.TempDir()+"/catalog.db", catalog.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	u := anUpload()
	if err := c.SaveUpload(b.Context(), &u); err != nil {
		b.Fatal(err)
	}
	var n int64
	for b.Loop() {
		n++
		if err := c.SavePart(b.Context(), u.Key, aPart(n%10_000)); err != nil {
			b.Fatal(err)
		}
	}
}
