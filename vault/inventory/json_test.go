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

func plain() vault.Archive {
	return vault.Archive{
		ID: "A-_1", Description: "text", Size: 3 << 20,
		TreeHash: treehash.Hash([]byte(strings.Repeat("\x0a", 32))), Created: time.Date(2015, 3, 1, 10, 0, 0, 0, time.UTC),
	}
}

func TestJSONEntriesThatAreAccepted(t *testing.T) {
	with := func(change func(*vault.Archive)) vault.Archive {
		a := plain()
		change(&a)
		return a
	}
	for name, c := range map[string]struct {
		entry string
		want  vault.Archive
	}{
		"plain":            {object(t, "", ""), plain()},
		"milliseconds":     {object(t, "CreationDate", `"2015-03-01T10:00:00.250Z"`), with(func(a *vault.Archive) { a.Created = a.Created.Add(250 * time.Millisecond) })},
		"another zone":     {object(t, "CreationDate", `"2015-03-01T12:00:00+02:00"`), plain()},
		"null description": {object(t, "ArchiveDescription", "null"), with(func(a *vault.Archive) { a.Description = "" })},
		"no description":   {object(t, "ArchiveDescription", ""), with(func(a *vault.Archive) { a.Description = "" })},
		"escapes":          {object(t, "ArchiveDescription", `"\u0041\"\\\/\n\ud83d\ude00"`), with(func(a *vault.Archive) { a.Description = "A\"\\/\n\U0001F600" })},
		"brackets in text": {object(t, "ArchiveDescription", `"]}],{\\"`), with(func(a *vault.Archive) { a.Description = `]}],{\` })},
		"long description": {object(t, "ArchiveDescription", `"`+strings.Repeat("d", 60_000)+`"`), with(func(a *vault.Archive) { a.Description = strings.Repeat("d", 60_000) })},
		"longest id":       {object(t, "ArchiveId", `"`+strings.Repeat("i", 1024)+`"`), with(func(a *vault.Archive) { a.ID = vault.ArchiveID(strings.Repeat("i", 1024)) })},
		"empty archive":    {object(t, "Size", "0"), with(func(a *vault.Archive) { a.Size = 0 })},
		"largest size":     {object(t, "Size", "9223372036854775807"), with(func(a *vault.Archive) { a.Size = 1<<63 - 1 })},
		"unknown keys":     {`{"x":[{"y":null}],"z":-1e5,` + object(t, "", "")[1:], plain()},
		"escaped key":      {strings.Replace(object(t, "", ""), "ArchiveId", `Archive\u0049d`, 1), plain()},
		"spaces": {
			" \t\r\n{ \"Size\" :3145728 , \"SHA256TreeHash\": \"" + strings.Repeat("0a", 32) + "\",\n\"CreationDate\":\"2015-03-01T10:00:00Z\"," +
				`"ArchiveDescription":"text","ArchiveId":"A-_1" } `,
			plain(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			entries, err := readText(list(c.entry, object(t, "", "")), false)
			if err != nil || len(entries) != 2 {
				t.Fatalf("%d entries, %v", len(entries), err)
			}
			if e := entries[0]; e.Bad != "" || e.Raw != "" || e.Archive != c.want {
				t.Errorf("got %+v, want %+v", e, c.want)
			}
			if want := asOf().Add(123 * time.Millisecond); !entries[0].AsOf.Equal(want) {
				t.Errorf("listed as of %s, want %s", entries[0].AsOf, want)
			}
		})
	}
}

// TestJSONEntriesThatAreBad: each is returned with the fields that could be read, and does
// not change the entries around it.
func TestJSONEntriesThatAreBad(t *testing.T) {
	deep := strings.Repeat("[", 29) + strings.Repeat("]", 29)
	for name, c := range map[string]struct {
		entry string
		why   string
		id    vault.ArchiveID
	}{
		"no id":               {object(t, "ArchiveId", ""), "has no archive id", ""},
		"a path for an id":    {object(t, "ArchiveId", `"../x"`), "not an archive id", ""},
		"an id too long":      {object(t, "ArchiveId", `"`+strings.Repeat("i", 1025)+`"`), "not an archive id", ""},
		"a number for an id":  {object(t, "ArchiveId", "7"), "ArchiveId: no text", ""},
		"no hash":             {object(t, "SHA256TreeHash", ""), "has no tree hash", "A-_1"},
		"a short hash":        {object(t, "SHA256TreeHash", `"00"`), "not a tree hash", "A-_1"},
		"a hash with no hex":  {object(t, "SHA256TreeHash", `"`+strings.Repeat("0g", 32)+`"`), "not a tree hash", "A-_1"},
		"no size":             {object(t, "Size", ""), "has no size", "A-_1"},
		"a negative size":     {object(t, "Size", "-1"), "not a size", "A-_1"},
		"a fractional size":   {object(t, "Size", "1.5"), "not a size", "A-_1"},
		"a padded size":       {object(t, "Size", "01"), "not a size", "A-_1"},
		"a size beyond 2^63":  {object(t, "Size", "9223372036854775808"), "not a size", "A-_1"},
		"a size beyond 2^64":  {object(t, "Size", "18446744073709551617"), "not a size", "A-_1"},
		"a size as text":      {object(t, "Size", `"5"`), "not a size", "A-_1"},
		"no date":             {object(t, "CreationDate", ""), "has no date", "A-_1"},
		"an odd date":         {object(t, "CreationDate", `"yesterday"`), "not a date", "A-_1"},
		"a date before dates": {object(t, "CreationDate", `"0001-01-01T00:00:00Z"`), "not a date", "A-_1"},
		"null for a date":     {object(t, "CreationDate", "null"), "CreationDate: no text", "A-_1"},
		"a list for text":     {object(t, "ArchiveDescription", `["text"]`), "ArchiveDescription: no text", "A-_1"},
		"not UTF-8":           {object(t, "ArchiveDescription", "\"\xff\""), "not in UTF-8", "A-_1"},
		"a control character": {object(t, "ArchiveDescription", "\"\x1b[2J\""), "control character", "A-_1"},
		"a wrong escape":      {object(t, "ArchiveDescription", `"\x"`), "an escape that does not exist", "A-_1"},
		"a key twice":         {`{"ArchiveId":"B",` + object(t, "", "")[1:], "two of ArchiveId", "B"},
		"a comma too many":    {strings.Replace(object(t, "", ""), `,`, `,,`, 1), "no JSON", "A-_1"},
		"a comma at the end":  {strings.TrimSuffix(object(t, "", ""), "}") + ",}", "no JSON", "A-_1"},
		"no colon":            {`{"ArchiveId" "A-_1"}`, "no JSON", ""},
		"an unknown value":    {`{"x":wrong,` + object(t, "", "")[1:], "no JSON", "A-_1"},
		"nested":              {object(t, "ArchiveDescription", deep), "no text", "A-_1"},
		"nothing":             {"{}", "has no archive id", ""},
		"null":                {"null", "no object", ""},
		"a number":            {"17", "no object", ""},
		"a list":              {`[{}]`, "no object", ""},
		"endless":             {object(t, "ArchiveDescription", `"`+strings.Repeat(`\"]}`, 1<<20)+`"`), "longer than 65536 bytes", ""},
	} {
		t.Run(name, func(t *testing.T) {
			entries, err := readText(list(object(t, "", ""), c.entry, object(t, "", "")), false)
			if err != nil || len(entries) != 3 {
				t.Fatalf("%d entries, %v", len(entries), err)
			}
			for _, i := range []int{0, 2} {
				if entries[i].Archive != plain() || entries[i].Bad != "" {
					t.Errorf("entry %d is %+v", i, entries[i])
				}
			}
			e := entries[1]
			if !strings.Contains(e.Bad, c.why) || e.ID != c.id {
				t.Errorf("%q is bad because %q, want %q; its id is %q, want %q", e.Raw, e.Bad, c.why, e.ID, c.id)
			}
			if e.Raw != c.entry[:min(len(c.entry), 1024)] {
				t.Errorf("kept %d bytes of it: %q", len(e.Raw), e.Raw)
			}
		})
	}
}

func TestJSONDocuments(t *testing.T) {
	one := object(t, "", "")
	for name, c := range map[string]struct {
		document string
		entries  int
		class    error // of the error that ends the list; nil: it is complete
	}{
		"empty":                    {list(), 0, nil},
		"two":                      {list(one, one), 2, nil},
		"byte order mark":          {"\xef\xbb\xbf" + list(one), 1, nil},
		"space all around":         {" \r\n" + strings.NewReplacer(",", " ,\t", "[", " [ ", "]", " ] ").Replace(list(one)) + "\n", 1, nil},
		"the list comes first":     {`{"ArchiveList":[` + one + `],"Unknown":{"deep":[1,{}]},"VaultARN":null}`, 1, nil},
		"odd head":                 {`{"VaultARN":7,"InventoryDate":"soon","ArchiveList":[` + one + `]}`, 1, nil},
		"long value in the head":   {`{"x":"` + strings.Repeat("x", 1<<20) + `","ArchiveList":[]}`, 0, nil},
		"nothing":                  {"", 0, io.ErrUnexpectedEOF},
		"only space":               {" \n", 0, io.ErrUnexpectedEOF},
		"cut in the head":          {`{"VaultARN":"ar`, 0, io.ErrUnexpectedEOF},
		"cut in a number":          {`{"VaultARN":1`, 0, io.ErrUnexpectedEOF},
		"cut in an entry":          {strings.TrimSuffix(list(one, one), `0A"}]}`), 1, io.ErrUnexpectedEOF},
		"cut behind an entry":      {strings.TrimSuffix(list(one, one), `]}`), 2, io.ErrUnexpectedEOF},
		"cut behind a comma":       {strings.TrimSuffix(list(one, one), one+`]}`), 1, io.ErrUnexpectedEOF},
		"cut behind the list":      {strings.TrimSuffix(list(one, one), `}`), 2, io.ErrUnexpectedEOF},
		"a list":                   {`[1,2]`, 0, vault.ErrInvalid},
		"CSV":                      {"ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\r\n", 0, vault.ErrInvalid},
		"no list":                  {`{"VaultARN":"arn"}`, 0, vault.ErrInvalid},
		"no list either":           {`{}`, 0, vault.ErrInvalid},
		"null for a list":          {`{"ArchiveList":null}`, 0, vault.ErrInvalid},
		"two lists":                {`{"ArchiveList":[` + one + `],"ArchiveList":[` + one + `]}`, 1, vault.ErrInvalid},
		"a value that is none":     {`{"x":maybe,"ArchiveList":[]}`, 0, vault.ErrInvalid},
		"an empty value":           {`{"x":,"ArchiveList":[]}`, 0, vault.ErrInvalid},
		"a comma too many":         {list(one, "", one), 1, vault.ErrInvalid},
		"a comma at the end":       {list(one, ""), 1, vault.ErrInvalid},
		"no comma":                 {list(one + one), 1, vault.ErrInvalid},
		"no colon":                 {`{"ArchiveList" []}`, 0, vault.ErrInvalid},
		"a key without quotes":     {`{ArchiveList:[]}`, 0, vault.ErrInvalid},
		"the wrong bracket":        {`{"ArchiveList":[}`, 0, vault.ErrInvalid},
		"wrong bracket in entry":   {`{"ArchiveList":[{"x":[}]`, 0, vault.ErrInvalid},
		"deep entry":               {`{"ArchiveList":[` + strings.Repeat(`[`, 1<<20), 0, vault.ErrInvalid},
		"deep head":                {`{"x":` + strings.Repeat(`{"x":`, 1<<20), 0, vault.ErrInvalid},
		"something behind":         {list(one) + list(one), 1, vault.ErrInvalid},
		"text that does not end":   {`{"ArchiveList":["` + strings.Repeat("x", 1<<20), 0, io.ErrUnexpectedEOF},
		"a very long name":         {`{"` + strings.Repeat("x", 1<<20) + `":1,"ArchiveList":[]}`, 0, vault.ErrInvalid},
		"a word that is very long": {`{"ArchiveList":[` + strings.Repeat("1", 1<<20) + `]}`, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			entries, err := readText(c.document, false)
			if !errors.Is(err, c.class) || len(entries) != c.entries {
				t.Errorf("%d entries, want %d; %v, want %v", len(entries), c.entries, err, c.class)
			}
			if err != nil && !strings.Contains(err.Error(), "byte ") {
				t.Errorf("the error does not tell where: %v", err)
			}
		})
	}
}

// TestHeadAndDate: the head is known from the first entry on.
func TestHeadAndDate(t *testing.T) {
	r := inventory.NewReader(strings.NewReader(write(t, false, archive(1, ""))), false)
	e, err := r.Next()
	if err != nil || !e.AsOf.Equal(asOf()) || r.Head() != head() {
		t.Errorf("as of %s, head %+v, %v", e.AsOf, r.Head(), err)
	}
	late := `{"ArchiveList":[` + object(t, "", "") + `],"InventoryDate":"2015-04-07T00:26:18Z"}`
	entries, err := readText(late, false)
	if err != nil || len(entries) != 1 || !entries[0].AsOf.IsZero() {
		t.Errorf("a date behind the list gives %+v, %v", entries, err)
	}
}

// failing returns an error behind its text.
type failing struct {
	*strings.Reader
	err error
}

func (f failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = f.err
	}
	return n, err
}

// TestReaderPassesFailuresOn: a read error is not taken for the end of the document,
// wherever it occurs.
func TestReaderPassesFailuresOn(t *testing.T) {
	broken := errors.New("the line broke")
	for _, csv := range []bool{false, true} {
		document := write(t, csv, archive(1, "one"), archive(2, "two"))
		for n := range len(document) + 1 {
			r := inventory.NewReader(failing{strings.NewReader(document[:n]), broken}, csv)
			entries, err := read(r)
			if !errors.Is(err, broken) {
				t.Fatalf("%s: broken off at byte %d: %v", formName(csv), n, err)
			}
			for i, e := range entries {
				if want := archive(i+1, []string{"one", "two"}[i]); e.Archive != want {
					t.Fatalf("%s: broken off at byte %d: entry %d is %+v", formName(csv), n, i, e)
				}
			}
			if _, again := r.Next(); !errors.Is(again, broken) {
				t.Fatalf("the error does not stay: %v", again)
			}
		}
	}
}

// TestWrappedEnd: an error that wraps io.EOF is not the end of the document.
func TestWrappedEnd(t *testing.T) {
	for _, csv := range []bool{false, true} {
		document := failing{strings.NewReader(write(t, csv, archive(1, "one"))), fmt.Errorf("the line broke: %w", io.EOF)}
		if entries, err := read(inventory.NewReader(document, csv)); !errors.Is(err, io.ErrUnexpectedEOF) || len(entries) != 1 {
			t.Errorf("%s: %d entries, %v", formName(csv), len(entries), err)
		}
	}
}

// TestAll: All returns the results of Next as a sequence.
func TestAll(t *testing.T) {
	document := write(t, false, archive(1, ""), archive(2, ""))
	for _, c := range []struct {
		document string
		stop     int
		entries  int
		failed   bool
	}{
		{document, 0, 2, false},
		{document, 1, 1, false},
		{document[:len(document)-1], 0, 2, true},
	} {
		entries, failed := 0, false
		for _, err := range inventory.NewReader(strings.NewReader(c.document), false).All() {
			if failed {
				t.Fatal("it goes on after an error")
			}
			if failed = err != nil; failed {
				continue
			}
			if entries++; entries == c.stop {
				break
			}
		}
		if entries != c.entries || failed != c.failed {
			t.Errorf("%d entries, failed: %t", entries, failed)
		}
	}
}
