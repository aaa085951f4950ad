package inventory_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/inventory"
)

func seedJSON(f *testing.F) {
	f.Helper()
	for _, seed := range []string{
		list(), list(object(f, "", "")), list("{}", "null", "[[1]]"), `{"ArchiveList":null}`, `{"a":[[[[`,
		write(f, false, archive(1, `a\"b,`), archive(2, "")),
		list(object(f, "CreationDate", `"2015-03-01T10:00:00.999+01:00"`), object(f, "ArchiveDescription", `"\ud800\u0000\n"`)),
		"\xef\xbb\xbf{}", list(object(f, "Size", "18446744073709551617")),
		list(`{"ArchiveId":"A","CreationDate":null,"Damaged":"why"}`, `{"Damaged":7}`),
	} {
		f.Add(seed)
	}
}

func seedCSV(f *testing.F) {
	f.Helper()
	for _, seed := range []string{
		csvHeader, csvHeader + csvLine(`"1\\"2"`) + "\r\n", csvHeader + csvLine("a,b") + "\n\n,,,,\n" + csvLine(`"`),
		write(f, true, archive(1, `a\"b,`), archive(2, "")),
	} {
		f.Add(seed)
	}
}

// checkAccepted checks that the entries of a document make sense, and can be written and
// read back unchanged except for fractions of a second.
func checkAccepted(t *testing.T, document string, csv bool) {
	t.Helper()
	if len(document) > 60<<10 {
		return // the written document may be slightly longer
	}
	entries, _ := readText(document, csv)
	var text strings.Builder
	w, err := inventory.NewWriter(&text, csv, head())
	if err != nil {
		t.Fatal(err)
	}
	var want []vault.Archive
	for _, e := range entries {
		if len(e.Raw) > 1024 || e.Bad == "" && e.Raw != "" {
			t.Fatalf("an entry that is bad because %q has %d raw bytes", e.Bad, len(e.Raw))
		}
		if e.Bad != "" {
			continue
		}
		if err := w.Add(e.Archive); err != nil {
			t.Fatalf("%+v was read but is not written: %v", e, err)
		}
		e.Created = e.Created.Truncate(time.Second)
		want = append(want, e.Archive)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	back, err := readText(text.String(), csv)
	if err != nil || len(back) != len(want) {
		t.Fatalf("%d of %d entries are read back from %q, %v", len(back), len(want), text.String(), err)
	}
	for i, e := range back {
		if e.Bad != "" || e.Archive != want[i] {
			t.Fatalf("%+v was written, %+v is read back", want[i], e)
		}
	}
}

func FuzzJSON(f *testing.F) {
	seedJSON(f)
	f.Fuzz(func(t *testing.T, document string) { checkAccepted(t, document, false) })
}

func FuzzCSV(f *testing.F) {
	seedCSV(f)
	f.Fuzz(func(t *testing.T, document string) { checkAccepted(t, document, true) })
}

// FuzzResume resumes behind every entry of its input, in both forms.
func FuzzResume(f *testing.F) {
	seedJSON(f)
	seedCSV(f)
	f.Fuzz(func(t *testing.T, document string) {
		checkResume(t, document, false)
		checkResume(t, document, true)
	})
}

// FuzzSniff checks that every readable document is recognised.
func FuzzSniff(f *testing.F) {
	seedJSON(f)
	seedCSV(f)
	f.Fuzz(func(t *testing.T, document string) {
		_, jsonErr := readText(document, false)
		_, csvErr := readText(document, true)
		csv, err := inventory.Sniff([]byte(document))
		switch {
		case err != nil && !errors.Is(err, vault.ErrInvalid):
			t.Fatal(err)
		case jsonErr == nil && (err != nil || csv):
			t.Errorf("JSON is taken for something else: %v", err)
		case csvErr == nil && (err != nil || !csv):
			t.Errorf("CSV is taken for something else: %v", err)
		}
	})
}
