package dirvault_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
)

// list starts an inventory job and returns it with the archives that it lists.
func list(t *testing.T, v vault.Vault, l vault.Listing) (vault.Job, []vault.ArchiveID) {
	t.Helper()
	id, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory, List: l})
	if err != nil {
		t.Fatal(err)
	}
	var ids []vault.ArchiveID
	for e, err := range v.Inventory(t.Context(), id, "") {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, e.ID)
	}
	return describe(t, v, id), ids
}

// document reads the whole output of a job.
func document(t *testing.T, v vault.Vault, id vault.JobID) string {
	t.Helper()
	out, err := v.OpenOutput(t.Context(), id, vault.Range{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(out)
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// sorted is the order of an inventory.
func sorted(ids ...vault.ArchiveID) []vault.ArchiveID { return slices.Sorted(slices.Values(ids)) }

// TestInventoryLags as that of the service does: a job gives the last one that
// was taken, and there is none at first.
func TestInventoryLags(t *testing.T) {
	c := newClock()
	o := dirvault.Options{Now: c.Now, InventoryEvery: time.Hour}
	dir := newVault(t)
	v := open(t, dir, o)
	none := func(what string) {
		t.Helper()
		_, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory})
		wantClass(t, what, err, vault.ErrNotFound)
		if err != nil && !strings.Contains(err.Error(), "no inventory yet") {
			t.Errorf("%s: %v", what, err)
		}
	}
	want := func(what string, ids ...vault.ArchiveID) {
		t.Helper()
		if _, got := list(t, v, vault.Listing{}); !slices.Equal(got, sorted(ids...)) {
			t.Errorf("%s: listed %q, want %q", what, got, ids)
		}
	}
	c.Advance(48 * time.Hour)
	none("nothing was ever there")
	first := store(t, v, noise(1), 1)
	c.Advance(time.Hour - 1)
	none("the first change is not old enough")
	c.Advance(1)
	want("the first", first)
	second := store(t, v, noise(2), 2)
	if err := v.DeleteArchive(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	v = reopen(t, v, dir, o, func() {})
	c.Advance(time.Hour - 1)
	want("the first is not old enough", first)
	c.Advance(1)
	want("the second", second)
}

// TestInventoryIsFresh where it never gets old, but is not taken for nothing.
func TestInventoryIsFresh(t *testing.T) {
	c := newClock()
	o := dirvault.Options{Now: c.Now, InventoryEvery: -1}
	dir := newVault(t)
	v := open(t, dir, o)
	want := func(what string, taken time.Time, ids ...vault.ArchiveID) {
		t.Helper()
		if _, got := list(t, v, vault.Listing{}); !slices.Equal(got, sorted(ids...)) {
			t.Errorf("%s: listed %q, want %q", what, got, ids)
		}
		if got := info(t, v); !got.Inventoried.Equal(taken) || got.Archives != int64(len(ids)) {
			t.Errorf("%s: %+v", what, got)
		}
		c.Advance(time.Minute)
	}
	first := c.Now()
	want("nothing was ever there", first)
	want("nothing has changed", first)
	archive := store(t, v, noise(1), 1)
	second := c.Now()
	want("an archive came", second, archive)
	v = reopen(t, v, dir, o, func() {})
	want("nothing has changed again", second, archive)
	if err := v.DeleteArchive(t.Context(), archive); err != nil {
		t.Fatal(err)
	}
	want("it went", c.Now())
}

// TestInventoryNoticesCopies: archives that somebody copied into the directory,
// from a backup perhaps, or removed from it.
func TestInventoryNoticesCopies(t *testing.T) {
	from, dir := newVault(t), newVault(t)
	archive := store(t, open(t, from, fresh()), noise(10), 10)
	v := open(t, dir, fresh())
	list(t, v, vault.Listing{})
	files := []string{"archives/" + string(archive), "archives/" + string(archive) + ".json"}
	moved := func(what string, ids ...vault.ArchiveID) {
		t.Helper()
		touched := time.Now().Add(time.Duration(len(ids)+1) * time.Second)
		if err := os.Chtimes(filepath.Join(dir, "archives"), touched, touched); err != nil {
			t.Fatal(err)
		}
		if _, got := list(t, v, vault.Listing{}); !slices.Equal(got, ids) {
			t.Errorf("%s: listed %q, want %q", what, got, ids)
		}
	}
	for _, name := range files {
		b, err := os.ReadFile(filepath.Join(from, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		leave(t, dir, name, string(b))
	}
	moved("copied into the vault", archive)
	for _, name := range files {
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	moved("removed by hand")
}

// TestInventoryIsMadeAnew when it is not as it was written, although it is not
// due, and somebody is told.
func TestInventoryIsMadeAnew(t *testing.T) {
	c := newClock()
	var heard damages
	o := dirvault.Options{Now: c.Now, OnDamage: heard.hear}
	dir := newVault(t)
	v := open(t, dir, o)
	archive := store(t, v, noise(10), 10)
	c.Advance(24 * time.Hour)
	list(t, v, vault.Listing{})
	good, err := os.ReadFile(filepath.Join(dir, "inventory.json"))
	if err != nil {
		t.Fatal(err)
	}
	for what, damage := range map[string]func(){
		"cut short": func() { leave(t, dir, "inventory.json", string(good[:len(good)-1])) },
		"changed":   func() { leave(t, dir, "inventory.json", strings.Replace(string(good), `"Size":10`, `"Size":11`, 1)) },
		"missing": func() {
			if err := os.Remove(filepath.Join(dir, "inventory.json")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		v = reopen(t, v, dir, o, damage)
		if _, got := list(t, v, vault.Listing{CSV: true}); !slices.Equal(got, []vault.ArchiveID{archive}) {
			t.Errorf("%s: listed %q", what, got)
		}
		heard.want(t, what, "inventory.json")
		list(t, v, vault.Listing{})
		heard.want(t, what+", and made anew")
	}
}

// TestVaultOfAnEarlierVersion, which counted archives but kept no list, is listed
// at once.
func TestVaultOfAnEarlierVersion(t *testing.T) {
	c := newClock()
	dir := newVault(t)
	o := dirvault.Options{Now: c.Now}
	v := open(t, dir, o)
	archive := store(t, v, noise(10), 10)
	v = reopen(t, v, dir, o, func() {
		leave(t, dir, "vault.json", `{
  "version": 1,
  "created": "2026-02-03T04:05:06Z",
  "changed": false,
  "inventoried": "2026-02-03T04:05:06Z",
  "archives": 1,
  "bytes": 32778
}
`)
	})
	if _, got := list(t, v, vault.Listing{}); !slices.Equal(got, []vault.ArchiveID{archive}) {
		t.Errorf("listed %q, want %q", got, archive)
	}
}

// TestInventoryDocument is the service's, and names the vault as the service
// would.
func TestInventoryDocument(t *testing.T) {
	c := newClock()
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{
		Now: c.Now, InventoryEvery: -1,
		ARN: func(name string) string { return "arn:of:" + name },
	})
	id := store(t, v, noise(10), 10)
	c.Advance(1500 * time.Millisecond)
	line := fmt.Sprintf(`{"ArchiveId":"%s","ArchiveDescription":"a test","CreationDate":"2026-02-03T04:05:06Z","Size":10,"SHA256TreeHash":"%s"}`,
		id, treehash.Sum(noise(10)))
	for l, want := range map[vault.Listing]string{
		{}:          `{"VaultARN":"arn:of:vault","InventoryDate":"2026-02-03T04:05:07Z","ArchiveList":[` + line + `]}`,
		{Limit: 1}:  `{"VaultARN":"arn:of:vault","InventoryDate":"2026-02-03T04:05:07Z","ArchiveList":[` + line + `]}`,
		{CSV: true}: "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\r\n" + string(id) + ",a test,2026-02-03T04:05:06Z,10," + treehash.Sum(noise(10)).String() + "\r\n",
	} {
		j, _ := list(t, v, l)
		if got := document(t, v, j.ID); got != want || j.Size != int64(len(want)) {
			t.Errorf("%+v: a document of %d bytes: %s, want %s", l, j.Size, got, want)
		}
	}
}

// TestInventoryFromAMarker begins at the archive that it names, or where that one
// was.
func TestInventoryFromAMarker(t *testing.T) {
	v := open(t, newVault(t), fresh())
	var ids []vault.ArchiveID
	for range 5 {
		ids = append(ids, store(t, v, noise(1), 1))
	}
	slices.Sort(ids)
	j, got := list(t, v, vault.Listing{Limit: 2})
	if !slices.Equal(got, ids[:2]) || j.Marker == "" {
		t.Fatalf("listed %q and marker %q, want %q", got, j.Marker, ids[:2])
	}
	if _, got := list(t, v, vault.Listing{Marker: j.Marker}); !slices.Equal(got, ids[2:]) {
		t.Errorf("from the marker on: listed %q, want %q", got, ids[2:])
	}
	if err := v.DeleteArchive(t.Context(), ids[2]); err != nil {
		t.Fatal(err)
	}
	next, got := list(t, v, vault.Listing{Limit: 2, Marker: j.Marker})
	if !slices.Equal(got, ids[3:]) || next.Marker != "" {
		t.Errorf("from an archive that is gone: listed %q and marker %q, want %q", got, next.Marker, ids[3:])
	}
}

// TestInventoryOfSeconds: what an inventory says of dates, and so what it selects
// by, has no fractions.
func TestInventoryOfSeconds(t *testing.T) {
	c := newClock()
	c.Advance(700 * time.Millisecond)
	at := c.Now()
	v := open(t, newVault(t), dirvault.Options{Now: c.Now, InventoryEvery: -1})
	store(t, v, noise(1), 1)
	for _, w := range []struct {
		list   vault.Listing
		listed int
	}{
		{vault.Listing{Since: at}, 1},
		{vault.Listing{Since: at.Add(200 * time.Millisecond)}, 1},
		{vault.Listing{Since: at.Add(300 * time.Millisecond)}, 0},
		{vault.Listing{Until: at}, 1},
		{vault.Listing{Until: at.Add(-700 * time.Millisecond)}, 0},
		{vault.Listing{Since: at.In(time.FixedZone("east", 3600)), Until: at.Add(time.Second)}, 1},
	} {
		j, got := list(t, v, w.list)
		if len(got) != w.listed {
			t.Errorf("%+v: %d archives are listed, want %d", w.list, len(got), w.listed)
		}
		if !j.List.Since.Equal(w.list.Since) || !j.List.Until.Equal(w.list.Until) {
			t.Errorf("%+v: the job says %+v", w.list, j.List)
		}
	}
}

// TestInventoryRefuses what it cannot list.
func TestInventoryRefuses(t *testing.T) {
	v := open(t, newVault(t), fresh())
	archive := store(t, v, noise(1), 1)
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	for _, l := range []vault.Listing{
		{Limit: -1},
		{Marker: "x"},
		{Marker: string(archive) + "x"},
		{Marker: "-" + string(archive)[1:]},
		{Marker: "../" + string(archive)[3:]},
		{Since: year(10_000)},
		{Until: year(10_000)},
		{Since: year(-1)},
		{Since: year(2001), Until: year(2000)},
	} {
		_, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory, List: l})
		wantClass(t, fmt.Sprintf("%+v", l), err, vault.ErrInvalid)
	}
	_, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive, List: vault.Listing{Limit: 1}})
	wantClass(t, "a listing of an archive", err, vault.ErrInvalid)
	if jobs := jobIDs(t, v); len(jobs) != 0 {
		t.Errorf("jobs were started: %q", jobs)
	}
}

// TestOutputsOfInventories go with their jobs, and so do those of jobs that were
// not started to the end.
func TestOutputsOfInventories(t *testing.T) {
	c := newClock()
	o := dirvault.Options{Now: c.Now, InventoryEvery: -1, OutputLifetime: time.Hour}
	dir := newVault(t)
	v := open(t, dir, o)
	j, _ := list(t, v, vault.Listing{})
	left := func() []string {
		t.Helper()
		var names []string
		for name := range files(t, filepath.Join(dir, "jobs")) {
			names = append(names, strings.Replace(name, string(j.ID), "ID", 1))
		}
		return slices.Sorted(slices.Values(names))
	}
	v = reopen(t, v, dir, o, func() {
		leave(t, dir, "jobs/"+strings.Repeat("j", 92)+".output", "of a job that was not started")
		leave(t, dir, "jobs/mine.output", "")
	})
	if got := left(); !slices.Equal(got, []string{"ID.json", "ID.output", "mine.output"}) {
		t.Errorf("jobs holds %q", got)
	}
	c.Advance(24 * time.Hour)
	jobIDs(t, v)
	if got := left(); len(got) != 3 {
		t.Errorf("before the job is forgotten jobs holds %q", got)
	}
	c.Advance(time.Hour)
	jobIDs(t, v)
	if got := left(); !slices.Equal(got, []string{"mine.output"}) {
		t.Errorf("after the job was forgotten jobs holds %q", got)
	}
}

// TestDamagedOutput is not taken for a complete one.
func TestDamagedOutput(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, fresh())
	store(t, v, noise(1), 1)
	j, _ := list(t, v, vault.Listing{})
	both := func() []error {
		var listed error
		for _, listed = range v.Inventory(t.Context(), j.ID, "") {
		}
		out, err := v.OpenOutput(t.Context(), j.ID, vault.Range{})
		if err == nil {
			err = out.Close()
		}
		return []error{listed, err}
	}
	leave(t, dir, "jobs/"+string(j.ID)+".output", document(t, v, j.ID)[1:])
	for _, err := range both() {
		wantDamaged(t, "cut short", err)
	}
	if err := os.Remove(filepath.Join(dir, "jobs", string(j.ID)+".output")); err != nil {
		t.Fatal(err)
	}
	for _, err := range both() {
		wantClass(t, "removed", err, vault.ErrExpired)
	}
	for _, after := range []string{"0", "-1", "+5", "05", "x", "1e3", fmt.Sprint(j.Size + 1), "99999999999999999999"} {
		var err error
		for _, err = range v.Inventory(t.Context(), j.ID, after) {
		}
		wantClass(t, "behind "+after, err, vault.ErrInvalid)
	}
}

// TestInventoryAfterRepair: damage that was mended is not told of again, but an
// inventory from before stays as it is.
func TestInventoryAfterRepair(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, fresh())
	archive := store(t, v, noise(10), 10)
	name := "archives/" + string(archive) + ".json"
	truth, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	leave(t, dir, name, "{")
	job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory, List: vault.Listing{Limit: 1}})
	if err != nil {
		t.Fatal(err)
	}
	leave(t, dir, name, string(truth))
	if _, got := list(t, v, vault.Listing{}); !slices.Equal(got, []vault.ArchiveID{archive}) {
		t.Errorf("after the repair: listed %q, want %q", got, archive)
	}
	for e, err := range v.Inventory(t.Context(), job, "") {
		if err != nil || e.Bad == "" || e.ID != archive {
			t.Errorf("the inventory from before lists %+v, %v", e, err)
		}
	}
	if !json.Valid([]byte(document(t, v, job))) {
		t.Error("the document from before is no JSON")
	}
}
