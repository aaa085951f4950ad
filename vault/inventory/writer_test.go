package inventory_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/inventory"
)

// TestWriterWritesAsTheService compares the bytes with the samples of the developer guide,
// with the dates and the empty description of real inventories.
func TestWriterWritesAsTheService(t *testing.T) {
	first, second := plain(), plain()
	first.Description = `1\"2, ` + "\x01\t"
	second.Description, second.ID, second.Size = "", "B", 0
	second.Created = second.Created.Add(999 * time.Millisecond).In(time.FixedZone("east", 3600))
	hash := strings.Repeat("0a", 32)
	wantJSON := `{"VaultARN":"arn:aws:glacier:us-east-1:012345678901:vaults/v","InventoryDate":"2015-04-07T00:26:18Z","ArchiveList":[` +
		`{"ArchiveId":"A-_1","ArchiveDescription":"1\\\"2, \u0001\t","CreationDate":"2015-03-01T10:00:00Z","Size":3145728,"SHA256TreeHash":"` + hash + `"},` +
		`{"ArchiveId":"B","ArchiveDescription":"","CreationDate":"2015-03-01T10:00:00Z","Size":0,"SHA256TreeHash":"` + hash + `"}]}`
	if got := write(t, false, first, second); got != wantJSON {
		t.Errorf("wrote %s, want %s", got, wantJSON)
	}
	wantCSV := csvHeader + `A-_1,"1\\"2, ` + "\x01\t" + `",2015-03-01T10:00:00Z,3145728,` + hash + "\r\n" +
		"B,,2015-03-01T10:00:00Z,0," + hash + "\r\n"
	if got := write(t, true, first, second); got != wantCSV {
		t.Errorf("wrote %s, want %s", got, wantCSV)
	}
}

// TestWriterRefuses entries that a reader would call bad; the rest of the list stays valid.
func TestWriterRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*vault.Archive)
		csvOnly bool
	}{
		"no id":                  {change: func(a *vault.Archive) { a.ID = "" }},
		"a path":                 {change: func(a *vault.Archive) { a.ID = "../x" }},
		"a negative size":        {change: func(a *vault.Archive) { a.Size = -1 }},
		"no date":                {change: func(a *vault.Archive) { a.Created = time.Time{} }},
		"a far date":             {change: func(a *vault.Archive) { a.Created = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }},
		"not UTF-8":              {change: func(a *vault.Archive) { a.Description = "\xff" }},
		"an endless description": {change: func(a *vault.Archive) { a.Description = strings.Repeat("x", 64<<10) }},
		"a line feed":            {change: func(a *vault.Archive) { a.Description = "a\nb" }, csvOnly: true},
	} {
		for _, csv := range []bool{false, true} {
			t.Run(formName(csv)+" "+name, func(t *testing.T) {
				var text strings.Builder
				w, err := inventory.NewWriter(&text, csv, head())
				if err != nil {
					t.Fatal(err)
				}
				wrong := plain()
				c.change(&wrong)
				err = w.Add(wrong)
				if refused := err != nil; refused != (csv || !c.csvOnly) || refused && !errors.Is(err, vault.ErrInvalid) {
					t.Errorf("refused: %v", err)
				}
				if err := errors.Join(w.Add(plain()), w.Close()); err != nil {
					t.Fatal(err)
				}
				entries, err := readText(text.String(), csv)
				if err != nil || len(entries) == 0 || entries[len(entries)-1].Archive != plain() {
					t.Errorf("%d entries, %v", len(entries), err)
				}
			})
		}
	}
}

// TestWriterWritesWhatIsDamaged as an entry that every reader calls bad, in a document that
// stays valid.
func TestWriterWritesWhatIsDamaged(t *testing.T) {
	why := "a.json: \"damaged\",\r\n\xff" + strings.Repeat("y", 2000)
	for _, csv := range []bool{false, true} {
		var text strings.Builder
		w, err := inventory.NewWriter(&text, csv, head())
		if err == nil {
			err = errors.Join(w.AddBad("first", 7, why), w.Add(plain()), w.AddBad("last", 0, ""), w.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{w.AddBad("../x", 1, why), w.AddBad("x", -1, why)} {
			if !errors.Is(err, vault.ErrInvalid) {
				t.Errorf("%s: what cannot be an entry: %v", formName(csv), err)
			}
		}
		if !csv && !json.Valid([]byte(text.String())) {
			t.Errorf("wrote %s", text.String())
		}
		entries, err := readText(text.String(), csv)
		if err != nil || len(entries) != 3 || entries[1].Archive != plain() || entries[1].Bad != "" {
			t.Fatalf("%s: %+v, %v", formName(csv), entries, err)
		}
		first, last := entries[0], entries[2]
		if first.ID != "first" || first.Size != 7 || !strings.Contains(first.Raw, "a.json") || last.ID != "last" || last.Bad == "" {
			t.Errorf("%s: read %+v and %+v", formName(csv), first, last)
		}
		if want := `a.json: "damaged",  ?yyy`; first.Bad == "" || !csv && !strings.HasPrefix(first.Bad, want) {
			t.Errorf("%s: bad because %q, want %q", formName(csv), first.Bad, want)
		}
	}
}

// full is a disk with this many bytes left.
type full struct{ left int }

var errFull = errors.New("the disk is full")

func (f *full) Write(p []byte) (int, error) {
	n := min(f.left, len(p))
	f.left -= n
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

// TestWriterTellsOfFailures of any write, including that of Close.
func TestWriterTellsOfFailures(t *testing.T) {
	const size = 64 << 10
	for _, csv := range []bool{false, true} {
		for _, left := range []int{0, size, 3 * size} {
			w, err := inventory.NewWriter(&full{left: left}, csv, head())
			for i := range 1000 {
				if err == nil {
					err = w.Add(archive(i, strings.Repeat("d", 500)))
				}
			}
			if closeErr := w.Close(); !errors.Is(closeErr, errFull) {
				t.Errorf("%s, %d bytes: %v, and then Close says %v", formName(csv), left, err, closeErr)
			}
		}
		w, err := inventory.NewWriter(&full{left: 10}, csv, head())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); !errors.Is(err, errFull) {
			t.Errorf("%s: Close alone says %v", formName(csv), err)
		}
	}
}
