package mtjournal_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"
	"unicode/utf8"

	"firn/mtjournal"
)

const (
	id   = "HdGDbije6lWPT8Q8S3uOWJF6777MWEmOZV6kGPhGPaGLFZTAcB1ruRkcxCeXCmkzXrNIUXrzdjHYZLz6eQfnHAYOMVzTVFoJa7KVJ9RyI5OiTkCOI5vUgvfDhOCZ1LbDQSpzUjQI"
	job  = "-Vdjob_1"
	hash = "1d03c8b7f6fe8a8d35d0f6a4f4e3d2c1b0a99887766554433221100ffeeddccb"
)

var (
	at  = time.Date(2015, time.July, 5, 1, 22, 1, 0, time.UTC) // 1436059321
	mod = time.Date(2010, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// lines puts records into the form of a journal: a bar stands for a tab.
func lines(records ...string) string {
	return strings.ReplaceAll(strings.Join(records, "\n")+"\n", "|", "\t")
}

// read reads a whole journal; of lines without sense it notes the errors.
func read(t *testing.T, journal string) (records []mtjournal.Record, bad []string) {
	t.Helper()
	r := mtjournal.NewReader(strings.NewReader(journal))
	for {
		record, err := r.Next()
		var line *mtjournal.LineError
		switch {
		case errors.Is(err, io.EOF):
			return records, bad
		case errors.As(err, &line):
			bad = append(bad, err.Error())
		case err != nil:
			t.Fatal(err)
		default:
			records = append(records, record)
		}
	}
}

func TestRecords(t *testing.T) {
	created := mtjournal.Record{
		Kind: mtjournal.Created, Time: at, ArchiveID: id, Size: 7684356, ModTime: mod, TreeHash: hash, Name: "photos/a b.jpg",
	}
	timeless, nameless, early, spaced, utf := created, created, created, created, created
	timeless.ModTime = time.Time{}
	nameless.ModTime, nameless.Name = time.Time{}, ""
	early.ModTime = time.Unix(-86400, 0).UTC()
	spaced.ModTime, spaced.Name = time.Time{}, "photos/a  b CREATED .jpg"
	utf.Name = "résumé/файл"
	deleted := mtjournal.Record{Kind: mtjournal.Deleted, Time: at, ArchiveID: id, Name: "photos/a b.jpg"}
	asked := mtjournal.Record{Kind: mtjournal.RetrieveJob, Time: at, ArchiveID: id, JobID: job}
	askedOfOld := asked
	askedOfOld.JobID = ""

	for _, c := range []struct {
		name, line string
		want       mtjournal.Record
	}{
		{"A", "A|1436059321|CREATED|" + id + "|7684356|1262304000|" + hash + "|photos/a b.jpg", created},
		{"B", "B|1436059321|CREATED|" + id + "|7684356|1262304000|" + hash + "|photos/a b.jpg", created},
		{"C", "C|1436059321|CREATED|" + id + "|7684356|1262304000|" + hash + "|photos/a b.jpg", created},
		{"0", "1436059321 CREATED " + id + " 7684356 " + hash + " photos/a b.jpg", timeless},
		{"0, blanks in the name", "1436059321 CREATED " + id + " 7684356 " + hash + " photos/a  b CREATED .jpg", spaced},
		{"UTF-8", "B|1436059321|CREATED|" + id + "|7684356|1262304000|" + hash + "|résumé/файл", utf},
		{"upper-case hash", "B|1436059321|CREATED|" + id + "|7684356|1262304000|" + strings.ToUpper(hash) + "|photos/a b.jpg", created},
		{"no time", "B|1436059321|CREATED|" + id + "|7684356|NONE|" + hash + "|photos/a b.jpg", timeless},
		{"no time, C", "C|1436059321|CREATED|" + id + "|7684356|NONE|" + hash + "|photos/a b.jpg", timeless},
		{"before 1970", "B|1436059321|CREATED|" + id + "|7684356|-86400|" + hash + "|photos/a b.jpg", early},
		{"a plus sign", "B|1436059321|CREATED|" + id + "|7684356|+1262304000|" + hash + "|photos/a b.jpg", created},
		{"beyond all time", "B|1436059321|CREATED|" + id + "|7684356|99999999999999999999|" + hash + "|photos/a b.jpg", timeless},
		{"after 9999", "B|1436059321|CREATED|" + id + "|7684356|253402300800|" + hash + "|photos/a b.jpg", timeless},
		{"before the year 1", "B|1436059321|CREATED|" + id + "|7684356|-99999999999|" + hash + "|photos/a b.jpg", timeless},
		{"from an inventory, B", "B|1436059321|CREATED|" + id + "|7684356|NONE|" + hash + "|" + id, nameless},
		{"from an inventory, A", "A|1436059321|CREATED|" + id + "|7684356|1262304000|" + hash + "|" + id, nameless},
		{"deleted", "B|1436059321|DELETED|" + id + "|photos/a b.jpg", deleted},
		{"deleted, 0", "1436059321 DELETED " + id + " photos/a b.jpg", deleted},
		{"asked", "A|1436059321|RETRIEVE_JOB|" + id + "|" + job, asked},
		{"asked, 0", "1436059321 RETRIEVE_JOB " + id, askedOfOld},
	} {
		t.Run(c.name, func(t *testing.T) {
			journal := lines(c.line)
			got, bad := read(t, journal)
			if len(got) != 1 || len(bad) != 0 || got[0] != c.want {
				t.Errorf("got %+v, %q, want\n%+v", got, bad, c.want)
			}
			if !mtjournal.IsJournal([]byte(journal)) || !mtjournal.IsJournal([]byte(journal[:40])) {
				t.Error("it is not recognised as a journal")
			}
		})
	}
}

func TestLinesWithoutSense(t *testing.T) {
	good := "B|1436059321|DELETED|" + id + "|a"
	for _, c := range []struct{ line, want string }{
		{"", "line 2: it is no record of a journal"},
		{"hello", "line 2: it is no record of a journal"},
		{"B", "line 2: it is no record of a journal"},
		{"B|1436059321", "line 2: it is no record of a journal"},
		{"b|1436059321|DELETED|" + id + "|a", "line 2: it is no record of a journal"},
		{"\ufeff" + good, "line 2: it is no record of a journal"},
		{"D|1436059321|DELETED|" + id + "|a", "line 2: it was written by a newer mt-aws-glacier, version D"},
		{"Z|anything at all", "line 2: it is no record of a journal"},
		{"Z|anything|at all", "line 2: it was written by a newer mt-aws-glacier, version Z"},
		{"B|now|DELETED|" + id + "|a", `line 2: "now" is no time`},
		{"B|-5|DELETED|" + id + "|a", `line 2: "-5" is no time`},
		{"B|253402300800|DELETED|" + id + "|a", `line 2: "253402300800" is no time`},
		{"B|1436059321|FORGOTTEN|" + id + "|a", `line 2: "FORGOTTEN" is no kind of record`},
		{"B|1436059321|DELETED|" + id, "line 2: fields are missing"},
		{"B|1436059321|DELETED|" + id + "|", "line 2: the name is empty"},
		{"B|1436059321|DELETED||a", `line 2: "" is no id`},
		{"B|1436059321|DELETED|a b|a", `line 2: "a b" is no id`},
		{"B|1436059321|DELETED|" + strings.Repeat("x", 256) + "|a", `line 2: "` + strings.Repeat("x", 40) + `" is no id`},
		{"B|1436059321|DELETED|" + id + "|a|b", `line 2: the name "a\tb" has control characters`},
		{"B|1436059321|DELETED|" + id + "|a\r", `line 2: the name "a\r" has control characters`},
		{"B|1436059321|DELETED|" + id + "|a\x00b", `line 2: the name "a\x00b" has control characters`},
		{"B|1436059321|DELETED|" + id + "|a\x1b[31m", `line 2: the name "a\x1b[31m" has control characters`},
		{"B|1436059321|DELETED|" + id + "|r\xe9sum\xe9", `line 2: the name "r\xe9sum\xe9" is not UTF-8: the journal may be in another encoding`},
		{"B|1436059321|CREATED|" + id + "|1|NONE|" + hash, "line 2: fields are missing"},
		{"1436059321 CREATED " + id + " 1 " + hash, "line 2: fields are missing"},
		{"B|1436059321|CREATED|" + id + "|-1|NONE|" + hash + "|a", `line 2: "-1" is no size`},
		{"B|1436059321|CREATED|" + id + "|+1|NONE|" + hash + "|a", `line 2: "+1" is no size`},
		{"B|1436059321|CREATED|" + id + "|9223372036854775808|NONE|" + hash + "|a", `line 2: "9223372036854775808" is no size`},
		{"B|1436059321|CREATED|" + id + "|1|NONE|abc|a", `line 2: "abc" is no tree hash`},
		{"A|1436059321|CREATED|" + id + "|1|NONE|" + hash + "|a", `line 2: "NONE" is no time of a file`},
		{"B|1436059321|CREATED|" + id + "|1|-+5|" + hash + "|a", `line 2: "-+5" is no time of a file`},
		{"B|1436059321|CREATED|" + id + "|1||" + hash + "|a", `line 2: "" is no time of a file`},
		{"B|1436059321|RETRIEVE_JOB|" + id, "line 2: it has more or fewer fields than it should"},
		{"B|1436059321|RETRIEVE_JOB|" + id + "|j|k", "line 2: it has more or fewer fields than it should"},
		{"1436059321 RETRIEVE_JOB " + id + " j", "line 2: it has more or fewer fields than it should"},
		{strings.Repeat("x", 200<<10), "line 2: it is longer than 65536 bytes"},
	} {
		got, bad := read(t, lines(good, c.line, good))
		if len(bad) != 1 || bad[0] != c.want {
			t.Errorf("%.100q: got %q, want %q", c.line, bad, c.want)
		}
		if len(got) != 2 {
			t.Errorf("%.100q: %d of the two good records around it were read", c.line, len(got))
		}
	}
}

func TestLastLineMustEnd(t *testing.T) {
	whole := lines("B|1436059321|DELETED|" + id + "|photo.jpg")
	got, bad := read(t, whole+whole[:len(whole)-5])
	want := "line 2: the last line has no end: the journal was cut off"
	if len(got) != 1 || len(bad) != 1 || bad[0] != want {
		t.Errorf("got %v, %q", got, bad)
	}
	if got, bad := read(t, ""); len(got) != 0 || len(bad) != 0 {
		t.Errorf("an empty journal has %v, %q", got, bad)
	}
}

func TestErrorsOfTheSource(t *testing.T) {
	broken := errors.New("broken")
	for _, begun := range []string{"", "B\t14360", strings.Repeat("x", 100<<10)} {
		r := mtjournal.NewReader(io.MultiReader(strings.NewReader(begun), iotest.ErrReader(broken)))
		for range 2 {
			if _, err := r.Next(); !errors.Is(err, broken) {
				t.Errorf("after %.10q: got %v", begun, err)
			}
		}
	}
}

func TestIsJournal(t *testing.T) {
	for first, want := range map[string]bool{
		"B\t1436059321\tCREATED\t" + id: true,
		"D\t1436059321\tDELETED\t":      true, // whose lines then say that they are too new
		"1436059321 CREATED x":          true,
		"":                              false,
		"B\t1436059321":                 false,
		"B\t1436059321\tMELTED\tx":      false,
		"B\tnow\tCREATED\tx":            false,
		`{"VaultARN":`:                  false,
		"ArchiveId,ArchiveDescription":  false,
		"7 samurai and more":            false,
	} {
		if got := mtjournal.IsJournal([]byte(first)); got != want {
			t.Errorf("%q: got %v", first, got)
		}
	}
}

// FuzzReader: reading ends, and what is read keeps its promises.
func FuzzReader(f *testing.F) {
	f.Add(lines(
		"A|1436059321|CREATED|"+id+"|7684356|1262304000|"+hash+"|photos/a b.jpg",
		"B|1436059321|CREATED|"+id+"|7684356|NONE|"+hash+"|"+id,
		"C|1436059321|DELETED|"+id+"|photos/a b.jpg",
		"B|1436059321|RETRIEVE_JOB|"+id+"|"+job,
		"D|1436059321|DELETED|"+id+"|a",
	))
	f.Add(lines("1436059321 CREATED "+id+" 7684356 "+hash+" a b", "1436059321 DELETED "+id+" a b", "1436059321 RETRIEVE_JOB "+id) + "cut")
	f.Fuzz(func(t *testing.T, journal string) {
		records, bad := read(t, journal)
		want := strings.Count(journal, "\n")
		if journal != "" && !strings.HasSuffix(journal, "\n") {
			want++
		}
		if len(records)+len(bad) != want {
			t.Errorf("%d records and %d errors of %d lines", len(records), len(bad), want)
		}
		for _, r := range records {
			if r.ArchiveID == "" || r.Size < 0 || r.Time.Year() > 9999 || r.ModTime.Year() < 1 || r.ModTime.Year() > 9999 ||
				!utf8.ValidString(r.Name) || strings.ContainsFunc(r.Name, unicode.IsControl) {
				t.Errorf("%+v breaks a promise", r)
			}
			if (r.Kind == mtjournal.Created) != (len(r.TreeHash) == 64) {
				t.Errorf("%+v has the hash of another kind", r)
			}
		}
	})
}
