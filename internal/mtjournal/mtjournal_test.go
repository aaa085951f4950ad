package mtjournal_test

import (
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	unicodeutf16 "unicode/utf16"
	"unicode/utf8"

	"firn/internal/mtjournal"
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

// lines returns a journal of these records, with each bar replaced by a tab.
func lines(records ...string) string {
	return strings.ReplaceAll(strings.Join(records, "\n")+"\n", "|", "\t")
}

// read reads a whole journal. It collects the errors of invalid lines.
func read(t *testing.T, journal string) (records []mtjournal.Record, bad []string) {
	t.Helper()
	return readAs(t, journal, "utf-8")
}

// readAs reads a journal whose names are in an encoding.
func readAs(t *testing.T, journal, encoding string) (records []mtjournal.Record, bad []string) {
	t.Helper()
	names, err := mtjournal.ParseEncoding(encoding)
	if err != nil {
		t.Fatal(err)
	}
	r := mtjournal.NewReader(strings.NewReader(journal), names)
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
		{"hello", "line 2: it is not a record of a journal"},
		{"B", "line 2: it is not a record of a journal"},
		{"B|1436059321", "line 2: it is not a record of a journal"},
		{"b|1436059321|DELETED|" + id + "|a", "line 2: it is not a record of a journal"},
		{"\ufeff" + good, "line 2: it is not a record of a journal"},
		{"D|1436059321|DELETED|" + id + "|a", "line 2: it was written by a newer mt-aws-glacier, version D"},
		{"Z|anything at all", "line 2: it is not a record of a journal"},
		{"Z|anything|at all", "line 2: it was written by a newer mt-aws-glacier, version Z"},
		{"B|1436059321|FORGOTTEN|" + id + "|a", `line 2: "FORGOTTEN" is not a known kind of record`},
		{"B|1436059321|DELETED", "line 2: fields are missing"},
		{"B|1436059321|DELETED||a", `line 2: "" is not an id`},
		{"B|1436059321|DELETED|a b|a", `line 2: "a b" is not an id`},
		{"B|1436059321|DELETED|" + strings.Repeat("x", 256) + "|a", `line 2: "` + strings.Repeat("x", 40) + `" is not an id`},
		{"B|1436059321|CREATED||1|NONE|" + hash + "|a", `line 2: "" is not an id`},
		{"B|1436059321|RETRIEVE_JOB|" + id, "line 2: it has the wrong number of fields"},
		{"B|1436059321|RETRIEVE_JOB|" + id + "|j|k", "line 2: it has the wrong number of fields"},
		{"1436059321 RETRIEVE_JOB " + id + " j", "line 2: it has the wrong number of fields"},
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

// An invalid field loses the field, not the archive.
func TestFieldsWithoutSense(t *testing.T) {
	whole := mtjournal.Record{
		Kind: mtjournal.Created, Time: at, ArchiveID: id, Size: 1, ModTime: mod, TreeHash: hash, Name: "a",
	}
	with := func(doubt string, change func(*mtjournal.Record)) mtjournal.Record {
		r := whole
		change(&r)
		r.Doubt = doubt
		return r
	}
	gone := func(doubt string, change func(*mtjournal.Record)) mtjournal.Record {
		r := mtjournal.Record{Kind: mtjournal.Deleted, Time: at, ArchiveID: id, Name: "a", Doubt: doubt}
		change(&r)
		return r
	}
	sizeless := func(r *mtjournal.Record) { r.Size = -1 }
	unhashed := func(r *mtjournal.Record) { r.TreeHash = "" }
	timeless := func(r *mtjournal.Record) { r.ModTime = time.Time{} }
	undated := func(r *mtjournal.Record) { r.Time = time.Time{} }
	nameless := func(r *mtjournal.Record) { r.Name = "" }
	for _, c := range []struct {
		line string
		want mtjournal.Record
	}{
		{"B|1436059321|CREATED|" + id + "|-1|1262304000|" + hash + "|a", with(`"-1" is not a size`, sizeless)},
		{"B|1436059321|CREATED|" + id + "|+1|1262304000|" + hash + "|a", with(`"+1" is not a size`, sizeless)},
		{"B|1436059321|CREATED|" + id + "||1262304000|" + hash + "|a", with(`"" is not a size`, sizeless)},
		{"B|1436059321|CREATED|" + id + "|9223372036854775808|1262304000|" + hash + "|a", with(`"9223372036854775808" is not a size`, sizeless)},
		{"B|1436059321|CREATED|" + id + "|1|1262304000|abc|a", with(`"abc" is not a tree hash`, unhashed)},
		{"A|1436059321|CREATED|" + id + "|1|NONE|" + hash + "|a", with(`"NONE" is not a time of a file`, timeless)},
		{"B|1436059321|CREATED|" + id + "|1|-+5|" + hash + "|a", with(`"-+5" is not a time of a file`, timeless)},
		{"B|1436059321|CREATED|" + id + "|1||" + hash + "|a", with(`"" is not a time of a file`, timeless)},
		{"B|1436059321|CREATED|" + id + "|1|1262304000|" + hash, with("fields are missing", nameless)},
		{"B|1436059321|CREATED|" + id + "|1|1262304000|" + hash + "|", with("the name is empty", nameless)},
		{"B|now|CREATED|" + id + "|x|1262304000|" + hash + "|a", with(`"now" is not a time; "x" is not a size`, func(r *mtjournal.Record) {
			undated(r)
			sizeless(r)
		})},
		{"B|-5|DELETED|" + id + "|a", gone(`"-5" is not a time`, undated)},
		{"B|253402300800|DELETED|" + id + "|a", gone(`"253402300800" is not a time`, undated)},
		{"B|1436059321|DELETED|" + id, gone("fields are missing", nameless)},
		{"B|1436059321|DELETED|" + id + "|", gone("the name is empty", nameless)},
	} {
		got, bad := read(t, lines(c.line))
		if len(got) != 1 || len(bad) != 0 || got[0] != c.want {
			t.Errorf("%q: got %+v, %q, want\n%+v", c.line, got, bad, c.want)
		}
	}
}

// A name may have any characters that the journal can hold, and is read unchanged.
func TestNamesOfAllKinds(t *testing.T) {
	for _, name := range []string{"a\tb", "a\rb", "a\x00b", "a\x1b[31m", " ", ".", "../a", "\u0085", "\u202e", "a\\b", "файл"} {
		got, bad := read(t, lines("B|1436059321|DELETED|" + id + "|")[:len(id)+len("B|1436059321|DELETED||")]+name+"\n")
		if len(got) != 1 || len(bad) != 0 || got[0].Name != name || got[0].Undecoded || got[0].Doubt != "" {
			t.Errorf("%q: got %+v, %q", name, got, bad)
		}
	}
}

func TestNamesInOtherEncodings(t *testing.T) {
	for _, c := range []struct {
		encoding, bytes, want string
		undecoded             bool
	}{
		{"utf-8", "r\xe9sum\xe9", "r\xe9sum\xe9", true},
		{"utf-8", "c\tc.jpg", "c\tc.jpg", false},
		{"latin1", "r\xe9sum\xe9", "résumé", false},
		{"ISO-8859-1", "plain", "plain", false},
		{"windows-1252", "caf\xe9 \x80", "café €", false},
		{"cp1251", "\xf4\xe0\xe9\xeb", "файл", false},
		{"KOI8-R", "\xc6\xc1\xca\xcc", "файл", false},
		{"cp437", "r\x82sum\x82", "résumé", false},
		{"shift_jis", "\x93\xfa\x96\x7b\x8c\xea", "日本語", false},
		{"euc-jp", "\xc6\xfc\xcb\xdc\xb8\xec", "日本語", false},
		{"gbk", "\xd6\xd0\xce\xc4", "中文", false},
		{"big5", "\xa4\xa4\xa4\xe5", "中文", false},
		{"iso-8859-2", "Ag\xe1tka", "Agátka", false},
		{"shift_jis", "\x93", "\x93", true},              // half a character
		{"windows-1253", "\xaa", "\xaa", true},           // no such character
		{"utf-16", "r\xe9sum\xe9", "r\xe9sum\xe9", true}, // the journal is not in UTF-16
	} {
		line := lines("B|1436059321|CREATED|" + id + "|1|1262304000|" + hash + "|NAME")
		got, bad := readAs(t, strings.Replace(line, "NAME", c.bytes, 1), c.encoding)
		if len(got) != 1 || len(bad) != 0 || got[0].Name != c.want || got[0].Undecoded != c.undecoded ||
			got[0].ArchiveID != id || got[0].TreeHash != hash {
			t.Errorf("%q in %s: got %+v, %q", c.bytes, c.encoding, got, bad)
		}
	}
	for _, name := range []string{"", "klingon", "x-user-defined-no", "latin1 koi8"} {
		if _, err := mtjournal.ParseEncoding(name); err == nil {
			t.Errorf("%q is an encoding", name)
		}
	}
}

// Editors and other systems change only byte order marks and line ends.
func TestJournalsOfEditors(t *testing.T) {
	plain := lines("B|1436059321|DELETED|"+id+"|a é", "B|1436059321|DELETED|"+id+"|b")
	utf16 := func(order binary.AppendByteOrder, text string) string {
		var b []byte
		for _, unit := range unicodeutf16.Encode([]rune("\ufeff" + text)) {
			b = order.AppendUint16(b, unit)
		}
		return string(b)
	}
	for name, journal := range map[string]string{
		"plain":                plain,
		"CRLF":                 strings.ReplaceAll(plain, "\n", "\r\n"),
		"a mark":               "\ufeff" + plain,
		"a mark and CRLF":      "\ufeff" + strings.ReplaceAll(plain, "\n", "\r\n"),
		"an empty line":        "\n" + plain,
		"empty lines":          "\ufeff\r\n \t\r\n\r\n" + strings.ReplaceAll(plain, "\n", "\n\n"),
		"UTF-16, little first": utf16(binary.LittleEndian, plain),
		"UTF-16, big first":    utf16(binary.BigEndian, "\r\n"+plain),
	} {
		t.Run(name, func(t *testing.T) {
			got, bad := read(t, journal)
			if len(got) != 2 || len(bad) != 0 || got[0].Name != "a é" || got[1].Name != "b" || got[0].Doubt+got[1].Doubt != "" {
				t.Errorf("got %+v, %q", got, bad)
			}
			if !mtjournal.IsJournal([]byte(journal)) || !mtjournal.IsJournal([]byte(journal[:100])) {
				t.Error("it is not recognised as a journal")
			}
		})
	}
}

// The fields before the last tab of a truncated journal are complete.
func TestLastLineWithoutEnd(t *testing.T) {
	const cut = "line 2: the last line has no end: the journal was cut off"
	first := "B|1436059321|DELETED|x|y"
	name, rest := "the last line has no end, so that the name may be cut off", "fields are missing"
	created := "B|1436059321|CREATED|" + id + "|17|1262304000|" + hash + "|photo.jpg"
	for _, c := range []struct {
		line, name, doubt string
		size              int64
		hashed            bool
		bad               string
	}{
		{created, "photo.jpg", name, 17, true, ""},
		{created[:len(created)-5], "phot", name, 17, true, ""},
		{created[:strings.LastIndex(created, "|")], "", rest, 17, false, ""},
		{created[:len(created)-20], "", rest, 17, false, ""},
		{created[:strings.Index(created, "|17|")+2], "", rest, -1, false, ""},
		{created[:strings.Index(created, "|17|")], "", "", 0, false, cut},
		{created[:30], "", "", 0, false, cut},
		{"B|1436059321|DELETED|" + id + "|ph", "ph", name, 0, false, ""},
		{"B|1436059321|DELETED|" + id, "", "", 0, false, cut},
		{"B|1436059321|RETRIEVE_JOB|" + id + "|job", "", "", 0, false, cut},
	} {
		got, bad := read(t, strings.TrimSuffix(lines(first, c.line), "\n"))
		switch {
		case c.bad != "" && (len(got) != 1 || len(bad) != 1 || bad[0] != c.bad):
			t.Errorf("%q: got %+v, %q", c.line, got, bad)
		case c.bad == "" && (len(got) != 2 || len(bad) != 0):
			t.Errorf("%q: got %+v, %q", c.line, got, bad)
		case c.bad == "":
			r := got[1]
			if r.ArchiveID != id || r.Name != c.name || r.Doubt != c.doubt || r.Size != c.size || (r.TreeHash == hash) != c.hashed {
				t.Errorf("%q: got %+v", c.line, r)
			}
		}
	}
	if got, bad := read(t, ""); len(got) != 0 || len(bad) != 0 {
		t.Errorf("an empty journal has %v, %q", got, bad)
	}
}

func TestErrorsOfTheSource(t *testing.T) {
	broken := errors.New("broken")
	for _, begun := range []string{"", "B\t14360", strings.Repeat("x", 100<<10)} {
		r := mtjournal.NewReader(io.MultiReader(strings.NewReader(begun), iotest.ErrReader(broken)), mtjournal.Encoding{})
		for range 2 {
			if _, err := r.Next(); !errors.Is(err, broken) {
				t.Errorf("after %.10q: got %v", begun, err)
			}
		}
	}
}

func TestIsJournal(t *testing.T) {
	for first, want := range map[string]bool{
		"B\t1436059321\tCREATED\t" + id:             true,
		"\ufeff\r\n\nB\t1436059321\tCREATED\t" + id: true,
		"\xff\xfeB":                      false,
		"\xff\xfe":                       false,
		"D\t1436059321\tDELETED\t":       true, // each line then reports a version that is too new
		"1436059321 CREATED x":           true,
		"":                               false,
		"B\t1436059321":                  false,
		"B\t1436059321\tMELTED\tx":       false,
		"B\tnow\tCREATED\tx":             true,
		"moon\nB\t1436059321\tCREATED\t": true,
		"1x CREATED x":                   false,
		`{"VaultARN":`:                   false,
		"ArchiveId,ArchiveDescription":   false,
		"7 samurai and more":             false,
	} {
		if got := mtjournal.IsJournal([]byte(first)); got != want {
			t.Errorf("%q: got %v", first, got)
		}
	}
}

// Reading ends, and its results keep their promises.
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
		if most := strings.Count(journal, "\n") + 1; len(records)+len(bad) > most {
			t.Errorf("%d records and %d errors of %d lines", len(records), len(bad), most)
		}
		for _, r := range records {
			if r.ArchiveID == "" || r.Size < -1 || r.Time.Year() > 9999 || r.ModTime.Year() < 1 || r.ModTime.Year() > 9999 ||
				utf8.ValidString(r.Name) == r.Undecoded {
				t.Errorf("%+v breaks a promise", r)
			}
			if r.Doubt == "" && (r.Kind == mtjournal.Created) != (len(r.TreeHash) == 64 && r.Size >= 0) {
				t.Errorf("%+v has the hash of another kind", r)
			}
		}
	})
}
