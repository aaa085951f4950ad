package verbtest_test

import (
	"path/filepath"
	"testing"

	"firn/depot"
	"firn/reconcile"
)

// A file whose archive is known only from an inventory counts as present by its name, size
// and bytes, whatever its description.
func TestUploadRecognisesWhatAnInventoryLists(t *testing.T) {
	for name, test := range map[string]struct {
		stored, now  string // descriptions; empty means the name
		again, other bool
		present      bool
	}{
		"by its name":             {present: true},
		"with a description":      {stored: "June", now: "June", present: true},
		"with another one":        {now: "June", present: true},
		"described as something":  {stored: "June"},
		"another copy":            {again: true},
		"other bytes":             {other: true},
		"other bytes, described":  {stored: "June", now: "June", other: true},
		"another description yet": {stored: "June", now: "July"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			o := s.options()
			o.Description = test.stored
			before, _ := s.must(o)
			s.loseCatalog()
			if _, err := reconcile.Inventory(t.Context(), depot.Depot{Vault: s.vault, Journal: s.catalog, Now: s.clock.Now}, reconcile.Options{}); err != nil {
				t.Fatal(err)
			}
			s.file = filepath.Join(t.TempDir(), "film.mov") // another directory
			s.write(content(map[bool]uint64{false: 1, true: 2}[test.other], 5*mib+mib/2))
			o = s.options()
			o.Description, o.Again = test.now, test.again
			after, _ := s.must(o)
			if after.AlreadyPresent != test.present || (after.ArchiveID == before.ArchiveID) != test.present {
				t.Errorf("stored as %s, and then %+v", before.ArchiveID, after)
			}
			if test.now == "June" && test.stored == "" {
				s.wantNotice(`with the description "film.mov"`)
			}
		})
	}
}

// Two uploads on record with different descriptions are two archives.
func TestAnotherDescriptionIsAnotherArchive(t *testing.T) {
	s := newSite(t)
	o := s.options()
	o.Description = "June"
	june, _ := s.must(o)
	o.Description = "July"
	july, _ := s.must(o)
	o.Description = ""
	plain, _ := s.must(o)
	if july.AlreadyPresent || july.ArchiveID == june.ArchiveID {
		t.Errorf("July is %+v", july)
	}
	if !plain.AlreadyPresent {
		t.Errorf("without a description it is stored a third time: %+v", plain)
	}
}
