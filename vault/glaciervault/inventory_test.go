package glaciervault_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/glaciervault"
	"firn/vault/inventory"
)

// listed returns archive i of the inventories in this file.
func listed(i int) vault.Archive {
	return vault.Archive{
		ID: vault.ArchiveID(fmt.Sprintf("A%d", i)), Description: "photos, \"2015\"", Size: 3 << 20,
		Created: time.Date(2015, 3, 1, 10, 0, 0, 0, time.UTC),
	}
}

// inventoryOf returns a document that lists this many archives.
func inventoryOf(t *testing.T, csv bool, archives int) string {
	t.Helper()
	var document strings.Builder
	w, err := inventory.NewWriter(&document, csv, inventory.Head{VaultARN: "arn", Date: at(0)})
	for i := range archives {
		err = errors.Join(err, w.Add(listed(i)))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return document.String()
}

// serveInventory serves a document as the output of a finished job. Its content type is
// that of its form if contentType is empty.
func serveInventory(t *testing.T, document string, csv bool, contentType string) *glaciervault.Vault {
	t.Helper()
	form := "JSON"
	if csv {
		form = "CSV"
	}
	if contentType == "" {
		contentType = map[bool]string{false: "application/json", true: "text/csv"}[csv]
	}
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		if !strings.HasSuffix(r.URL.Path, "/output") {
			reply(w, 200, fmt.Sprintf(`{"Action":"InventoryRetrieval","StatusCode":"Succeeded","InventorySizeInBytes":%d,
				"InventoryRetrievalParameters":{"Format":%q}}`, len(document), form))
			return
		}
		w.Header().Set("Content-Type", contentType)
		http.ServeContent(w, r.Request, "", time.Time{}, strings.NewReader(document))
	})
	return openAt(t, s.URL)
}

func entriesOf(t *testing.T, v *glaciervault.Vault, after string) (entries []vault.Entry, last error) {
	t.Helper()
	for e, err := range v.Inventory(t.Context(), "JOB", after) {
		if last != nil {
			t.Fatal("the list goes on after an error")
		}
		if last = err; err == nil {
			entries = append(entries, e)
		}
	}
	return entries, last
}

// TestInventory reads each form from its beginning and behind each entry, also if only the
// job shows the form.
func TestInventory(t *testing.T) {
	isolate(t)
	const n = 5
	for _, csv := range []bool{false, true} {
		for _, contentType := range []string{"", "application/octet-stream"} {
			t.Run(fmt.Sprintf("CSV %t, %q", csv, contentType), func(t *testing.T) {
				v := serveInventory(t, inventoryOf(t, csv, n), csv, contentType)
				all, err := entriesOf(t, v, "")
				if err != nil || len(all) != n {
					t.Fatalf("%d entries, %v", len(all), err)
				}
				for i, e := range all {
					if e.Archive != listed(i) || e.AsOf.Equal(at(0)) == csv {
						t.Errorf("entry %d is %+v", i, e)
					}
					rest, err := entriesOf(t, v, e.Next)
					if err != nil || len(rest) != n-1-i {
						t.Errorf("%d entries behind entry %d, %v", len(rest), i, err)
					}
					for j, e := range rest {
						if e.Archive != listed(i+1+j) || e.Next != all[i+1+j].Next {
							t.Errorf("behind entry %d comes %+v", i, e)
						}
					}
				}
			})
		}
	}
}

func TestInventoriesThatMakeNoSense(t *testing.T) {
	isolate(t)
	whole := inventoryOf(t, false, 2)
	odd := strings.Replace(whole, `"ArchiveId":"A0"`, `"ArchiveId":"../x"`, 1)
	for name, c := range map[string]struct {
		document, contentType, after string
		entries                      int
		class                        error
	}{
		"a bad entry":          {odd, "", "", 2, nil},
		"ends early":           {whole[:len(whole)-1], "", "", 2, vault.ErrUnavailable},
		"nothing":              {"", "", "", 0, vault.ErrUnavailable},
		"another thing":        {"[1,2]", "", "", 0, vault.ErrInvalid},
		"behind no entry":      {whole, "", "nowhere", 0, vault.ErrInvalid},
		"before the beginning": {whole, "", "-5", 0, vault.ErrInvalid},
		"behind its end":       {whole, "", "100000", 0, vault.ErrInvalid},
		"behind no such entry": {whole, "", "3", 0, vault.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			entries, err := entriesOf(t, serveInventory(t, c.document, false, c.contentType), c.after)
			if !errors.Is(err, c.class) || len(entries) != c.entries {
				t.Errorf("%d entries, %v", len(entries), err)
			}
		})
	}
	entries, err := entriesOf(t, serveInventory(t, odd, false, ""), "")
	if err != nil || entries[0].Bad == "" || !strings.Contains(entries[0].Raw, "../x") || entries[1].Archive != listed(1) {
		t.Errorf("%+v, %v", entries, err)
	}
}

// TestInventoryOfNoInventory: neither the output of another job nor that of an unfinished
// job is an inventory.
func TestInventoryOfNoInventory(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		switch early := strings.Contains(r.URL.Path, "/EARLY"); {
		case early && strings.HasSuffix(r.URL.Path, "/output"):
			refuse(w, 400, "InvalidParameterValueException", "The job is not currently available for download: EARLY")
		case early:
			reply(w, 200, `{"Action":"InventoryRetrieval","StatusCode":"InProgress"}`)
		case strings.HasSuffix(r.URL.Path, "/output"):
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = w.Write([]byte(`{"ArchiveList":[]}`))
		default:
			reply(w, 200, archiveJob(`"0-1048575"`, "null"))
		}
	})
	v := openAt(t, s.URL)
	for _, c := range []struct {
		id    vault.JobID
		after string
		class error
	}{
		{"ARCHIVE", "", vault.ErrInvalid},
		{"ARCHIVE", "5", vault.ErrInvalid},
		{"EARLY", "", vault.ErrNotReady},
		{"EARLY", "5", vault.ErrNotReady},
		{"no/id", "", vault.ErrNotFound},
		{"no/id", "5", vault.ErrNotFound},
	} {
		for e, err := range v.Inventory(t.Context(), c.id, c.after) {
			if !errors.Is(err, c.class) {
				t.Errorf("%s behind %q: %+v, %v; want %v", c.id, c.after, e, err, c.class)
			}
		}
	}
}

// TestLongInventoryIsStreamed: it has no announced length and is longer than any other
// answer may be.
func TestLongInventoryIsStreamed(t *testing.T) {
	isolate(t)
	const n = 20_000
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		w.Header().Set("Content-Type", "application/json")
		list, err := inventory.NewWriter(w, false, inventory.Head{Date: at(0)})
		for i := range n {
			err = errors.Join(err, list.Add(listed(i)))
		}
		if err = errors.Join(err, list.Close()); err != nil {
			t.Error(err)
		}
	})
	count := 0
	for e, err := range openAt(t, s.URL).Inventory(t.Context(), "JOB", "") {
		if err != nil || e.Archive != listed(count) {
			t.Fatalf("entry %d is %+v, %v", count, e, err)
		}
		count++
	}
	if count != n {
		t.Errorf("%d entries, want %d", count, n)
	}
}
