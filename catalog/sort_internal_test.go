package catalog

import (
	"fmt"
	"testing"
	"time"

	"firn/record"
	"firn/vault"
)

// A catalog that leaves only a few archives unsorted keeps its indexes in step
// while an inventory is read, whatever it lists twice and whoever else saves.
func TestSortingInOnTheWay(t *testing.T) {
	c := openPrivate(t)
	c.atMost = 7
	i := record.Inventory{Vault: "file:///v", Source: "job 1", Date: time.Unix(1e9, 0).UTC(), State: record.Reading}
	if err := c.SaveInventory(t.Context(), &i); err != nil {
		t.Fatal(err)
	}
	for n := range 10 {
		var entries []record.Archive
		for k := range 5 {
			id := vault.ArchiveID(fmt.Sprintf("id %d", (n*4+k)*7%36)) // 36 different ones, each call repeats one of the last
			entries = append(entries, record.Archive{ID: id, Name: "/srv/" + string(id), Size: 1})
		}
		if err := c.SaveEntries(t.Context(), &i, entries, nil, "on"); err != nil {
			t.Fatal(err)
		}
		if n == 4 {
			if _, err := c.MarkDeleting(t.Context(), i.Vault, []record.Archive{{ID: "id 35"}, {ID: "id 1"}, {ID: "other"}}); err != nil {
				t.Fatal(err)
			}
		}
		outOfStep(t, c)
	}
	if err := c.FinishInventory(t.Context(), &i); err != nil {
		t.Fatal(err)
	}
	outOfStep(t, c)
	if i.Entries != 50 || i.Added+i.Confirmed != 50 || i.Differing != 0 {
		t.Errorf("the counts are %+v", i)
	}
	var archives, indexed, deleting int
	if err := c.db.Reader.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM archives), (SELECT count(*) FROM ids),
		(SELECT count(*) FROM archives WHERE state = 'deleting')`).Scan(&archives, &indexed, &deleting); err != nil {
		t.Fatal(err)
	}
	if archives != 37 || indexed != 37 || deleting != 3 {
		t.Errorf("%d archives, %d in the index, %d deleting; want 37, 37, 3", archives, indexed, deleting)
	}
}

// outOfStep fails the test if the indexes are not what the archives say.
func outOfStep(t *testing.T, c *Catalog) {
	t.Helper()
	var problems int
	if err := c.db.Reader.QueryRowContext(t.Context(), `SELECT
		(SELECT count(*) FROM (SELECT vault_key, archive_id, key FROM archives WHERE key <= (SELECT upto FROM sorted)
			EXCEPT SELECT vault_key, archive_id, archive_key FROM ids)) +
		(SELECT count(*) FROM (SELECT vault_key, archive_id, archive_key FROM ids
			EXCEPT SELECT vault_key, archive_id, key FROM archives)) +
		(SELECT count(*) FROM (SELECT vault_key, slashed, label, archive_key FROM labels_of
			WHERE archive_key <= (SELECT upto FROM sorted) EXCEPT SELECT vault_key, slashed, label, archive_key FROM labels)) +
		(SELECT count(*) FROM (SELECT vault_key, slashed, label, archive_key FROM labels
			EXCEPT SELECT vault_key, slashed, label, archive_key FROM labels_of)) +
		(SELECT count(*) FROM (SELECT vault_key, created, key FROM archives WHERE key <= (SELECT upto FROM sorted)
			EXCEPT SELECT vault_key, created, archive_key FROM creations)) +
		(SELECT count(*) FROM (SELECT vault_key, created, archive_key FROM creations
			EXCEPT SELECT vault_key, created, key FROM archives))`).Scan(&problems); err != nil {
		t.Fatal(err)
	}
	if problems > 0 {
		t.Fatalf("%d rows of the indexes differ from the archives", problems)
	}
}
