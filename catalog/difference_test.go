package catalog_test

import (
	"maps"
	"slices"
	"testing"

	"firn/catalog"
	"firn/record"
)

// checkDifferences compares what the record says of two snapshots with the files of both.
func checkDifferences(t *testing.T, b *catalog.Backups, was, is taken) {
	t.Helper()
	before, after := was.want(), is.want()
	sizeOf := func(f record.File) int64 {
		if f.Kind == record.Directory {
			return -1
		}
		return f.Size
	}
	seen := map[string]bool{}
	for d, err := range b.Differences(t.Context(), was.Snapshot, is.Snapshot) {
		if err != nil {
			t.Fatal(err)
		}
		if seen[d.Path] {
			t.Errorf("%q comes twice", d.Path)
		}
		seen[d.Path] = true
		for _, side := range []struct {
			file  record.File
			files map[string]int64
		}{{d.Was, before}, {d.Is, after}} {
			size, isThere := side.files[d.Path]
			if isThere != (side.file.Kind != 0) || isThere && size != sizeOf(side.file) {
				t.Errorf("%q differs as %+v, the model has %d, %t", d.Path, side.file, size, isThere)
			}
		}
	}
	paths := slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	for _, path := range paths {
		now, isThere := after[path]
		if old, wasThere := before[path]; (wasThere != isThere || old != now) && !seen[path] {
			t.Errorf("%q has changed from %d to %d, and is not among the differences", path, old, now)
		}
	}
}
