package inventory_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/inventory"
)

// idLength is the length of a real id.
const idLength = 138

// asOf is the date of the inventories in these tests.
func asOf() time.Time { return time.Date(2015, 4, 7, 0, 26, 18, 0, time.UTC) }

func head() inventory.Head {
	return inventory.Head{VaultARN: "arn:aws:glacier:us-east-1:012345678901:vaults/v", Date: asOf()}
}

// archive returns archive i, which looks like a real one.
func archive(i int, description string) vault.Archive {
	id := fmt.Sprintf("-%06d_", i)
	return vault.Archive{
		ID:          vault.ArchiveID(id + strings.Repeat("x", idLength-len(id))),
		Description: description,
		Size:        int64(i)<<20 + 1,
		TreeHash:    treehash.Sum([]byte(id)),
		Created:     time.Date(2015, 3, 1, 10, 0, i, 0, time.UTC),
	}
}

// write returns a document that lists the archives.
func write(tb testing.TB, csv bool, archives ...vault.Archive) string {
	tb.Helper()
	var text strings.Builder
	w, err := inventory.NewWriter(&text, csv, head())
	if err != nil {
		tb.Fatal(err)
	}
	for _, a := range archives {
		if err := w.Add(a); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return text.String()
}

// read returns all entries of a reader and its last error; nil for a complete document.
func read(r *inventory.Reader) ([]vault.Entry, error) {
	var entries []vault.Entry
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return entries, err
		}
		entries = append(entries, e)
	}
}

func readText(document string, csv bool) ([]vault.Entry, error) {
	return read(inventory.NewReader(strings.NewReader(document), csv))
}

// formName returns the name of a form for a subtest.
func formName(csv bool) string {
	if csv {
		return "CSV"
	}
	return "JSON"
}

// object returns the JSON object of an archive with one member replaced.
func object(tb testing.TB, key, value string) string {
	tb.Helper()
	members := []string{
		"ArchiveId", `"A-_1"`, "ArchiveDescription", `"text"`, "CreationDate", `"2015-03-01T10:00:00Z"`,
		"Size", "3145728", "SHA256TreeHash", `"` + strings.Repeat("0A", 32) + `"`,
	}
	var b strings.Builder
	for i := 0; i < len(members); i += 2 {
		if members[i] == key {
			members[i+1] = value
		}
		if members[i+1] != "" {
			fmt.Fprintf(&b, ",%q:%s", members[i], members[i+1])
		}
	}
	return "{" + b.String()[1:] + "}"
}

// list returns a document with these entries.
func list(entries ...string) string {
	return `{"VaultARN":"arn","InventoryDate":"2015-04-07T00:26:18.123Z","ArchiveList":[` + strings.Join(entries, ",") + `]}`
}
