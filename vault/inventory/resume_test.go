package inventory_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/inventory"
)

// checkResume resumes behind every entry of a document and checks that exactly the rest
// follows, with the same end.
func checkResume(t *testing.T, document string, csv bool) {
	t.Helper()
	entries, err := readText(document, csv)
	for i, e := range entries {
		position, convErr := strconv.ParseInt(e.Next, 10, 64)
		if convErr != nil || position < 0 || position > int64(len(document)) {
			t.Fatalf("entry %d ends at %q", i, e.Next)
		}
		rest, restErr := read(inventory.Resume(strings.NewReader(document[position:]), csv, position))
		if fmt.Sprint(restErr) != fmt.Sprint(err) {
			t.Fatalf("from byte %d: %v; as a whole: %v", position, restErr, err)
		}
		want := slices.Clone(entries[i+1:])
		for j := range want {
			want[j].AsOf = time.Time{}
		}
		if !slices.Equal(rest, want) {
			t.Fatalf("behind entry %d, at byte %d: %+v, want %+v", i, position, rest, want)
		}
	}
}

func TestResume(t *testing.T) {
	archives := []vault.Archive{archive(1, "a"), archive(2, `b, \"c"`), archive(3, strings.Repeat("d", 1024)), archive(4, "")}
	for _, csv := range []bool{false, true} {
		document := write(t, csv, archives...)
		checkResume(t, document, csv)
		checkResume(t, document[:len(document)-2], csv)
	}
	checkResume(t, csvHeader+csvLine("")+"\n\n"+csvLine("x"), true)
	checkResume(t, csvHeader+"words\n"+strings.Repeat("x", 1<<20)+"\n"+csvLine("x"), true)
	checkResume(t, list(object(t, "", ""), " 17 ", object(t, "ArchiveDescription", `"`+strings.Repeat("x", 1<<20)+`"`), object(t, "", "")), false)
	checkResume(t, `{"ArchiveList":[`+object(t, "", "")+`],"ArchiveList":[]}`, false)
}

// TestResumeDoesNotKnowTheDate, since the date is in front of the list.
func TestResumeDoesNotKnowTheDate(t *testing.T) {
	document := write(t, false, archive(1, ""), archive(2, ""))
	entries, err := readText(document, false)
	if err != nil || len(entries) != 2 {
		t.Fatal(len(entries), err)
	}
	position, err := strconv.ParseInt(entries[0].Next, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	e, err := inventory.Resume(strings.NewReader(document[position:]), false, position).Next()
	if err != nil || e.ID != archive(2, "").ID || !e.AsOf.IsZero() {
		t.Errorf("%+v, %v", e, err)
	}
}
