package inventory_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/inventory"
)

const csvHeader = "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\r\n"

// csvLine returns the line of plain with this text in the field of the description.
func csvLine(description string) string {
	return "A-_1," + description + ",2015-03-01T10:00:00Z,3145728," + strings.Repeat("0a", 32)
}

func TestCSVDescriptions(t *testing.T) {
	for _, c := range []struct{ field, want string }{
		{"text", "text"},
		{"", ""},
		{`""`, ""},
		{`"text"`, "text"},
		{`"a,b,,c"`, "a,b,,c"},
		{`"say \"hi\""`, `say "hi"`},
		{`a\b`, `a\b`},
		{`"a,\"`, `a,\`},
		{`"1\\"2"`, `1\"2`}, // the service's own example of an ambiguous line
		{`"\""`, `"`},
		{`"2015-03-01T10:00:00Z,1,00"`, "2015-03-01T10:00:00Z,1,00"},
		// The form of RFC 4180.
		{`"say ""hi"""`, `say "hi"`},
		{`"""hi"" to all, and ""bye"""`, `"hi" to all, and "bye"`},
		{`""""`, `"`},
		{`""""""`, `""`},
		{`"{""Path"":""b/a+AF8-b.vbk"",""Flags"":0}"`, `{"Path":"b/a+AF8-b.vbk","Flags":0}`},
		{`"C:\""Program Files\"""`, `C:\"Program Files\"`},
		{`"\"""`, `\"`},
		{`"a,""\"`, `a,"\`},
		// The form of the service, in which two quotes are two quotes.
		{`"\"\""`, `""`},
		{`"\"{\"a\":\"b\\"}\""`, `"{"a":"b\"}"`},
		{`a,b`, "a,b"},
		{`"open`, `"open`},
		{"tab\there", "tab\there"},
	} {
		for _, end := range []string{"\r\n", "\n", ""} {
			want := plain()
			want.Description = c.want
			entries, err := readText(csvHeader+csvLine(c.field)+end, true)
			if err != nil || len(entries) != 1 || entries[0].Archive != want || entries[0].Bad != "" {
				t.Errorf("%q, line end %q: %+v, %v", c.field, end, entries, err)
			}
		}
	}
}

func TestCSVFieldsInQuotes(t *testing.T) {
	line := `"A-_1","text","2015-03-01T10:00:00.000Z","3145728","` + strings.Repeat("0A", 32) + `"`
	quoted := `"` + strings.ReplaceAll(strings.TrimSpace(csvHeader), ",", `","`) + `"`
	entries, err := readText("\xef\xbb\xbf"+quoted+"\n"+line+"\n", true)
	if err != nil || len(entries) != 1 || entries[0].Archive != plain() {
		t.Errorf("%+v, %v", entries, err)
	}
}

func TestCSVEntriesThatAreBad(t *testing.T) {
	good := csvLine("text")
	for name, c := range map[string]struct {
		line string
		why  string
		id   vault.ArchiveID
	}{
		"no id":          {good[len("A-_1"):], "not an archive id", ""},
		"a path":         {"../" + good, "not an archive id", ""},
		"no hash":        {good[:len(good)-64], "not a tree hash", "A-_1"},
		"an odd size":    {strings.Replace(good, "3145728", "3MB", 1), "not a size", "A-_1"},
		"an odd date":    {strings.Replace(good, "2015-03-01T10:00:00Z", "2015-03-01", 1), "not a date", "A-_1"},
		"not UTF-8":      {csvLine("\xff"), "not in UTF-8", "A-_1"},
		"a lone quote":   {csvLine(`"say "hi" to"`), "neither escaped nor doubled", "A-_1"},
		"two ways":       {csvLine(`"say \"hi\" and ""ho"""`), "neither escaped nor doubled", "A-_1"},
		"three quotes":   {csvLine(`"a """b"`), "neither escaped nor doubled", "A-_1"},
		"too few fields": {"A-_1,text,3145728", "fewer than 5 fields", ""},
		"words":          {"Total: 17 archives", "fewer than 5 fields", ""},
		"endless":        {csvLine(strings.Repeat("x", 1<<20)), "longer than 65536 bytes", ""},
	} {
		t.Run(name, func(t *testing.T) {
			entries, err := readText(csvHeader+good+"\r\n"+c.line+"\r\n"+good, true)
			if err != nil || len(entries) != 3 {
				t.Fatalf("%d entries, %v", len(entries), err)
			}
			for _, i := range []int{0, 2} {
				if entries[i].Archive != plain() || entries[i].Bad != "" {
					t.Errorf("entry %d is %+v", i, entries[i])
				}
			}
			e := entries[1]
			if !strings.Contains(e.Bad, c.why) || e.ID != c.id || e.Raw != c.line[:min(len(c.line), 1024)] {
				t.Errorf("%q is bad because %q, want %q; its id is %q, want %q", e.Raw, e.Bad, c.why, e.ID, c.id)
			}
		})
	}
}

func TestCSVDocuments(t *testing.T) {
	one := csvLine("text")
	for name, c := range map[string]struct {
		document string
		entries  int
		class    error // of the error that ends the list; nil: it is complete
	}{
		"empty":                  {csvHeader, 0, nil},
		"header alone":           {strings.TrimSpace(csvHeader), 0, nil},
		"empty lines":            {csvHeader + "\r\n" + one + "\n\n", 1, nil},
		"an empty line first":    {"\r\n" + csvHeader + one, 1, nil},
		"what a tool said first": {"\xef\xbb\xbfChecking inventory status...\nInventory status: Succeeded\nRetrieving job data...\n" + csvHeader + one + "\r\n\n", 1, nil},
		"what nobody said first": {"Total: 17 archives\n" + csvHeader + one, 0, vault.ErrInvalid},
		"nothing":                {"", 0, io.ErrUnexpectedEOF},
		"no header":              {one + "\r\n", 0, vault.ErrInvalid},
		"cut in the header":      {csvHeader[:20], 0, vault.ErrInvalid},
		"JSON":                   {list(), 0, vault.ErrInvalid},
		"cut in a line":          {csvHeader + one + "\r\n" + one[:len(one)-1], 1, io.ErrUnexpectedEOF},
		"cut in an endless one":  {csvHeader + one + "\r\n" + strings.Repeat("x", 1<<20), 1, io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			entries, err := readText(c.document, true)
			if !errors.Is(err, c.class) || len(entries) != c.entries {
				t.Errorf("%d entries, want %d; %v, want %v", len(entries), c.entries, err, c.class)
			}
		})
	}
}

func TestSniff(t *testing.T) {
	for _, c := range []struct {
		first   string
		csv, ok bool
	}{
		{list(), false, true},
		{"\xef\xbb\xbf \r\n{", false, true},
		{csvHeader + "A,", true, true},
		{"\xef\xbb\xbf" + csvHeader, true, true},
		{strings.TrimSpace(csvHeader), true, true},
		{`"ArchiveId","ArchiveDescription","CreationDate","Size","SHA256TreeHash"` + "\n", true, true},
		{"", false, false},
		{"[1,2]", false, false},
		{"\n \r\n" + csvHeader, true, true},
		{"Checking job status...\nJob status: Succeeded\nRetrieving job data...\n" + csvHeader, true, true},
		{"Checking inventory retrieval status...\nInventory status: Succeeded\nRetrieving job data...\n{", false, true},
		{"Checking the roof...\nIt leaks\n{", false, false},
		{"ArchiveId,Size\r\n", false, false},
		{"\x1f\x8b\x08", false, false},
	} {
		csv, err := inventory.Sniff([]byte(c.first))
		if csv != c.csv || (err == nil) != c.ok || err != nil && !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%q is CSV: %t, %v", c.first, csv, err)
		}
	}
}

func TestIsID(t *testing.T) {
	for id, want := range map[string]bool{
		string(archive(1, "").ID): true, "-": true, "_": true, strings.Repeat("a", 1024): true,
		"": false, ".": false, "a/b": false, "a b": false, "ü": false, strings.Repeat("a", 1025): false,
	} {
		if inventory.IsID(id) != want {
			t.Errorf("%.50q is an id: %t", id, !want)
		}
	}
}
