package catalog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

func ignore(catalog.Contents) {}

func export(t *testing.T, c *catalog.Catalog) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := c.Export(t.Context(), &b, ignore); err != nil {
		t.Fatalf("Export: %v", err)
	}
	return b.String()
}

func importInto(t *testing.T, c *catalog.Catalog, text string) record.Merged {
	t.Helper()
	n, err := c.Import(t.Context(), strings.NewReader(text), ignore)
	if err != nil {
		t.Fatalf("Import: %v", err)
	}
	return n
}

// furnish puts something of every kind into a catalog, in every state that matters
// to a copy, names of bytes that are no text among them.
func furnish(t *testing.T, c *catalog.Catalog) {
	t.Helper()
	ctx := t.Context()
	u := saved(t, c, anUpload())
	for n := range int64(3) {
		if err := c.SavePart(ctx, u.Key, aPart(n)); err != nil {
			t.Fatal(err)
		}
	}
	odd := anArchive("odd")
	odd.Name, odd.Description = "/srv/r\xe9sum\xe9\x00", "\x1b[31m\xff<&>"
	for i, a := range []record.Archive{anArchive("a"), anArchive("b"), odd, anArchive("gone")} {
		u := anUpload()
		u.Started = u.Started.Add(time.Duration(i+1) * time.Second)
		u = saved(t, c, u)
		if err := c.FinishUpload(ctx, &u, a); err != nil {
			t.Fatal(err)
		}
	}
	list(t, c, anInventory(instant), anEntry("a"), anEntry("listed"))
	if err := c.MarkDeleted(ctx, vaultURL, []vault.ArchiveID{"gone"}); err != nil {
		t.Fatal(err)
	}
	if err := c.SaveJob(ctx, &record.Job{
		Vault: vaultURL, ID: "job", Kind: vault.RetrieveArchive, Archive: "a", Range: vault.Range{Offset: 1 << 20, Size: 1 << 21},
		Tier: vault.Bulk, Token: "token", Description: "firn:token", Status: vault.Succeeded, Message: "Succeeded",
		Started: instant, Completed: instant.Add(time.Hour), Expires: instant.Add(25 * time.Hour),
	}); err != nil {
		t.Fatal(err)
	}
	d := savedDownload(t, c, aDownload())
	segment := record.Segment{Range: vault.Range{Offset: 1 << 20, Size: 1 << 20}, TreeHash: treehash.Sum([]byte("segment"))}
	if err := c.SaveSegment(ctx, d.Key, segment); err != nil {
		t.Fatal(err)
	}
}

// A catalog that was exported and imported is the same, byte for byte, and being
// imported again changes nothing.
func TestImportIsTheInverseOfExport(t *testing.T) {
	from, to := fresh(t), fresh(t)
	furnish(t, from)
	text := export(t, from)
	n := importInto(t, to, text)
	if n.Added != 5 || n.Completed+n.Known+n.Differing != 0 || n.Others == 0 {
		t.Errorf("the import was worth %+v", n)
	}
	if got := export(t, to); got != text {
		t.Errorf("exported again, it is\n%s, not\n%s", got, text)
	}
	if n := importInto(t, to, text); n != (record.Merged{Known: 5}) {
		t.Errorf("a second import was worth %+v", n)
	}
	if got := export(t, to); got != text {
		t.Errorf("a second import has changed it to\n%s", got)
	}
	if _, err := to.Check(t.Context(), ignore); err != nil {
		t.Errorf("Check: %v", err)
	}
	if got := get(t, to, "odd"); got.Name != "/srv/r\xe9sum\xe9\x00" {
		t.Errorf("the name became %q", got.Name)
	}
}

// Each line is one JSON object that says what it is, and the archives have what
// firn list --json has.
func TestExportIsJSONLines(t *testing.T) {
	c := fresh(t)
	furnish(t, c)
	kinds := map[string]int{}
	for line := range strings.Lines(export(t, c)) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		kind := fmt.Sprint(o["message_type"])
		kinds[kind]++
		if kind != "archive" {
			continue
		}
		for _, field := range []string{"vault", "archive_id", "name", "description", "size", "tree_hash", "created", "state"} {
			if _, ok := o[field]; !ok {
				t.Errorf("an archive without %q: %s", field, line)
			}
		}
	}
	if want := "map[archive:5 catalog:1 download:1 end:1 inventory:1 job:1 upload:5 vault:1]"; fmt.Sprint(kinds) != want {
		t.Errorf("got %v, want %v", kinds, want)
	}
}

func TestImportRefuses(t *testing.T) {
	from := fresh(t)
	furnish(t, from)
	whole := export(t, from)
	lines := strings.SplitAfter(whole, "\n")
	upload := `{"message_type":"upload","vault":"v","upload_id":"u","archive_id":"a","part_size":1,"state":"completed"}` + "\n"
	archive := `{"message_type":"archive","vault":"v","archive_id":"a","state":"stored"}` + "\n"
	for name, c := range map[string]struct{ text, want string }{
		"nothing":             {"", "line 1: .*its last line is missing"},
		"another file":        {"{}\n", "line 1: .*the file is not an export of a catalog"},
		"a newer format":      {strings.Replace(whole, `"format":1`, `"format":2`, 1), "line 1: .*by a newer firn"},
		"cut between lines":   {strings.Join(lines[:5], ""), "line 6: .*its last line is missing"},
		"cut within a line":   {whole[:len(whole)/2], "line [0-9]+: .*unexpected end of JSON"},
		"a line is missing":   {lines[0] + strings.Join(lines[2:], ""), "should have [0-9]+ lines and has [0-9]+"},
		"something behind":    {whole + "{}\n", "there is text after the end"},
		"an unknown line":     {lines[0] + `{"message_type":"moon"}` + "\n", `line 2: .*"moon" is not a known message_type`},
		"no JSON":             {lines[0] + "moon\n", "line 2: .*invalid character"},
		"no vault":            {lines[0] + strings.Replace(archive, `"v"`, `""`, 1), "line 2: .*it names no vault"},
		"no id":               {lines[0] + strings.Replace(archive, `"a"`, `""`, 1), "line 2: .*an archive has no id"},
		"an unknown state":    {lines[0] + strings.Replace(archive, `stored`, `molten`, 1), `line 2: .*"molten" is not a state`},
		"a hash that is none": {lines[0] + strings.Replace(archive, `}`, `,"tree_hash":"abc"}`, 1), "line 2: .*"},
		"a negative size":     {lines[0] + strings.Replace(archive, `}`, `,"size":-2}`, 1), "line 2: .*-2 bytes is not a valid size"},
		"no archive":          {lines[0] + strings.Replace(upload, `"a"`, `""`, 1), "line 2: .*a finished upload has no archive"},
		"no upload id":        {lines[0] + strings.NewReplacer(`"u"`, `""`, `completed`, `open`).Replace(upload), "line 2: .*an unfinished upload has no id"},
		"no part size":        {lines[0] + strings.Replace(upload, `:1`, `:0`, 1), "line 2: .*0 bytes is not a valid part size"},
		"a time before all":   {lines[0] + strings.Replace(archive, `}`, `,"created":"0000-01-01T00:00:00+14:00"}`, 1), "line 2: .*not within the years"},
		"a long line of junk": {lines[0] + strings.Repeat("x", 17<<20), "line 2: .*invalid character"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fresh(t).Import(t.Context(), strings.NewReader(c.text), ignore)
			if !errors.Is(err, vault.ErrInvalid) {
				t.Fatalf("got %v, want ErrInvalid", err)
			}
			if ok, _ := regexp.MatchString(c.want, err.Error()); !ok {
				t.Errorf("got %q, want %s", err, c.want)
			}
		})
	}
}

// What stands before a line that is no good is imported, few lines though it be.
func TestImportKeepsWhatStandsBeforeAnError(t *testing.T) {
	from, to := fresh(t), fresh(t)
	store(t, from, anArchive("a"))
	whole := export(t, from)
	at := strings.Index(whole, `{"message_type":"upload"`)
	n, err := to.Import(t.Context(), strings.NewReader(whole[:at]+"moon\n"), ignore)
	if !errors.Is(err, vault.ErrInvalid) || n.Added != 1 {
		t.Errorf("it was worth %+v, %v", n, err)
	}
	if got := get(t, to, "a"); got != anArchive("a") {
		t.Errorf("got %+v", got)
	}
}

// While others go on saving, an export is what one commit left.
func TestExportIsOfOneMoment(t *testing.T) {
	c := fresh(t)
	store(t, c, anArchive("a"))
	w := writerFunc(func(b []byte) (int, error) {
		store(t, c, anArchive("later"))
		return len(b), nil
	})
	n, err := c.Export(t.Context(), w, ignore)
	if err != nil || n.Archives != 1 {
		t.Errorf("%d archives, %v", n.Archives, err)
	}
}

type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(b []byte) (int, error) { return w(b) }

func TestExportTellsOfAWriterThatFails(t *testing.T) {
	c := fresh(t)
	furnish(t, c)
	full := errors.New("no space left on device")
	if _, err := c.Export(t.Context(), writerFunc(func([]byte) (int, error) { return 0, full }), ignore); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

// FuzzImport: whatever the lines are, an import ends, and leaves a sound catalog
// that can be exported and imported again.
func FuzzImport(f *testing.F) {
	head := `{"message_type":"catalog","format":1,"exported":"2026-11-27T02:30:48Z"}` + "\n"
	f.Add(head + `{"message_type":"end","items":0}` + "\n")
	f.Add(head + `{"message_type":"archive","vault":"v","archive_id":"a","name":{"base64":"/w=="},"size":-1,"tree_hash":"` +
		treehash.Sum(nil).String() + `","created":"2026-11-27T02:30:48.1Z","inventory":"2026-11-27T02:30:48Z","state":"stored"}` + "\n")
	f.Add(head + `{"message_type":"upload","vault":"v","upload_id":"u","part_size":1,"state":"open","started":"0001-01-01T00:00:00Z","parts":[{"offset":0},{"offset":0}]}` + "\n")
	f.Add(head + `{"message_type":"upload","vault":"v","archive_id":"a","part_size":1,"state":"completed"}` + "\n")
	f.Add(head + `{"message_type":"inventory","vault":"v","state":"read","date":"9999-12-31T23:59:59Z"}` + "\n")
	f.Add(head + `{"message_type":"download","vault":"v","state":"received","segments":[{"offset":-1}]}` + "\n" + `{"message_type":"job","vault":"v"}` + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "catalog.db")
		c := open(t, path)
		_, _ = c.Import(t.Context(), strings.NewReader(text), ignore) // any error will do
		if _, err := c.Check(t.Context(), ignore); err != nil {
			t.Fatalf("Check: %v", err)
		}
		again := export(t, c)
		to := fresh(t)
		importInto(t, to, again)
		if got := export(t, to); got != again {
			t.Errorf("got\n%s, want\n%s", got, again)
		}
	})
}

// An older firn did not note when an archive was deleted. Its export says nothing of
// what has the id since.
func TestImportOfOlderDeletions(t *testing.T) {
	for name, head := range map[string]string{
		"before the export":            `"2000-01-02T00:00:00Z"}` + "\n" + `{"message_type":"vault","vault":"` + vaultURL + `"}`,
		"before the last one it knows": `"2040-01-01T00:00:00Z"}` + "\n" + `{"message_type":"vault","vault":"` + vaultURL + `","last_deletion":"2000-01-02T00:00:00Z"}`,
	} {
		t.Run(name, func(t *testing.T) {
			c := fresh(t)
			list(t, c, anInventory(instant.Add(-time.Minute)), anObject("new", instant.Add(-time.Hour)))
			importInto(t, c, `{"message_type":"catalog","format":1,"exported":`+head+`
{"message_type":"archive","vault":"`+vaultURL+`","archive_id":"a","name":"a","size":5,"tree_hash":"","created":"1999-12-01T00:00:00Z","state":"deleted"}
{"message_type":"end","items":2}
`)
			if got := get(t, c, "a"); got.State != record.Confirmed || got.ETag != "new" {
				t.Errorf("it is %+v", got)
			}
		})
	}
}
