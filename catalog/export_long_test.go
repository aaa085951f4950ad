//go:build !race || torture

package catalog_test

// These tests are about volume, on one goroutine: with the race detector they take ten
// times as long and tell nothing more. They are called TestLong..., by which
// scripts/test.sh runs them without it.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// longest is the longest line of an export.
func longest(text string) (n int) {
	for line := range strings.Lines(text) {
		n = max(n, len(line))
	}
	return n
}

// A download of very many segments, and an upload of very many parts, are written on
// lines of a length that every firn takes, and come back whole.
func TestLongExport(t *testing.T) {
	from, to := insert(t, 60_000, 30_000), fresh(t)
	text := export(t, from)
	if n := longest(text); n > 16<<20 {
		t.Errorf("a line has %d bytes", n)
	}
	importInto(t, to, text)
	if got := export(t, to); got != text {
		t.Error("it is not the same")
	}
	if n := len(all(t, to.Segments(t.Context(), 1))); n != 60_000 {
		t.Errorf("%d segments", n)
	}
	if n, err := to.Check(t.Context(), ignore); err != nil || n.Downloads != 1 || n.Uploads != 1 {
		t.Errorf("Check: %+v, %v", n, err)
	}
	if n := importInto(t, to, text); n.Others != 0 {
		t.Errorf("a second import was worth %+v", n)
	}
	if got := export(t, to); got != text {
		t.Error("a second import has changed it")
	}
}

// insert makes a catalog of a download and an upload of so many segments and parts.
func insert(t *testing.T, segments, parts int) *catalog.Catalog {
	t.Helper()
	path := filepath.Join(t.TempDir(), "catalog.db")
	c := open(t, path)
	d := savedDownload(t, c, aDownload())
	u := saved(t, c, anUpload())
	const numbers = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d) `
	hash := treehash.Sum([]byte("segment")).String()
	db := raw(t, path)
	for _, query := range []string{
		fmt.Sprintf(numbers+`INSERT INTO segments SELECT %d, i << 20, 1 << 20, '%s' FROM n`, segments, d.Key, hash),
		fmt.Sprintf(numbers+`INSERT INTO parts SELECT %d, i << 20, 1 << 20, '%s', '%s', 'receipt' FROM n`, parts, u.Key, hash, hash),
	} {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return c
}

// joined writes the lines that continue one another on one line, as the first firns
// did.
func joined(t *testing.T, text string) string {
	t.Helper()
	var out strings.Builder
	var open map[string]json.RawMessage
	var lists []string
	var name string
	items := -2
	flush := func() {
		if open == nil {
			return
		}
		head, err := json.Marshal(open)
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(`{"message_type":` + string(open["message_type"]) + `,` + strings.TrimSuffix(string(head[1:]), "}") +
			`,"` + name + `":[` + strings.Join(lists, ",") + "]}\n")
		open, lists = nil, nil
	}
	for line := range strings.Lines(text) {
		var o map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		continued := o["continued"] != nil
		if !continued {
			flush()
			items++
		}
		for _, name = range []string{"parts", "segments"} {
			if list := string(o[name]); list != "" {
				lists = append(lists, list[1:len(list)-1])
				delete(o, name)
				if !continued {
					open = o
				}
				break
			}
		}
		switch {
		case open != nil:
		case o["items"] != nil:
			fmt.Fprintf(&out, `{"message_type":"end","items":%d}`+"\n", items)
		default:
			out.WriteString(line)
		}
	}
	return out.String()
}

// What the first firns wrote on one line, of 17.9 MB, is read as well.
func TestLongLinesOfTheFirstFirns(t *testing.T) {
	from, to := insert(t, 150_000, 10_000), fresh(t)
	text := export(t, from)
	old := joined(t, text)
	if n := longest(old); n < 16<<20 {
		t.Fatalf("the longest line has only %d bytes", n)
	}
	importInto(t, to, old)
	if got := export(t, to); got != text {
		t.Error("it is not the same")
	}
	for name, broken := range map[string]string{
		"cut":                old[:len(old)/2],
		"no comma":           strings.Replace(old, `"},{"offset":20971520,`, `"}{"offset":20971520,`, 1),
		"a field behind":     strings.Replace(old, "]}\n", `],"vault":"v"}`+"\n", 1),
		"an object behind":   strings.Replace(old, "]}\n", "]}{}\n", 1),
		"no list":            strings.Replace(old, `"segments":[`, `"segments":{"a":[`, 1),
		"a list of nonsense": strings.Replace(old, `"segments":[`, `"segments":[5,`, 1),
	} {
		_, err := fresh(t).Import(t.Context(), strings.NewReader(broken), ignore)
		if err == nil || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A line that continues another upload than the one before it has is refused: its
// parts would be taken for those of that.
func TestLongImportRefusesWhatContinuesNothing(t *testing.T) {
	from := insert(t, 60_000, 0)
	lines := strings.SplitAfter(export(t, from), "\n")
	for n, line := range lines {
		if !strings.Contains(line, `"continued":true`) {
			continue
		}
		for name, text := range map[string]string{
			"its beginning is lost": strings.Join(lines[:n-1], "") + line,
			"of another":            strings.Join(lines[:n], "") + strings.Replace(line, `"archive_id":"`, `"archive_id":"x`, 1),
		} {
			if _, err := fresh(t).Import(t.Context(), strings.NewReader(text), ignore); err == nil || !strings.Contains(err.Error(), "does not continue") {
				t.Errorf("%s: %v", name, err)
			}
		}
		return
	}
	t.Error("no line continues another")
}

// Texts of any length survive an export and an import.
func TestLongTexts(t *testing.T) {
	for name, text := range map[string]string{
		"controls":     strings.Repeat("\x01", 20<<10), // six bytes each in JSON
		"no UTF-8":     strings.Repeat("\xff", 80<<10),
		"quotes":       strings.Repeat(`"\`, 30<<10),
		"a line's end": strings.Repeat("x", 1<<17-100) + "\n\r\u2028",
	} {
		t.Run(name, func(t *testing.T) {
			from, to := fresh(t), fresh(t)
			large := anArchive("large") // on a line that the first firns did not take
			if name == "quotes" {       // once is enough
				large.Name = strings.Repeat(text, 17<<20/len(text))
			}
			valid := strings.ToValidUTF8(text, "?")
			a := anArchive(vault.ArchiveID(valid))
			a.Name, a.Description, a.ETag, a.Tool = text, text, valid, valid
			if _, err := from.MergeArchives(t.Context(), []record.Archive{a, large}); err != nil {
				t.Fatal(err)
			}
			u := anUpload()
			u.Source.Path, u.Description, u.ID = text, text, vault.UploadID(valid)
			u = saved(t, from, u)
			p := aPart(0)
			p.Receipt = valid
			if err := from.SavePart(t.Context(), u.Key, p); err != nil {
				t.Fatal(err)
			}
			j := record.Job{
				Vault: vaultURL, ID: vault.JobID(valid), Kind: vault.RetrieveArchive, Archive: a.ID, Token: valid,
				Description: text, Message: text, Started: instant,
			}
			if err := from.SaveJob(t.Context(), &j); err != nil {
				t.Fatal(err)
			}
			d := aDownload()
			d.Target = text
			savedDownload(t, from, d)
			savedInventory(t, from, record.Inventory{Vault: valid, Source: valid, Position: valid, State: record.Read, Date: instant.Add(time.Hour)})
			var exported bytes.Buffer
			if _, err := from.Export(t.Context(), &exported, ignore); err != nil {
				t.Fatal(err)
			}
			if _, err := to.Import(t.Context(), bytes.NewReader(exported.Bytes()), ignore); err != nil {
				t.Fatalf("%.300s", err)
			}
			again, w := io.Pipe()
			go func() {
				_, err := to.Export(t.Context(), w, ignore)
				w.CloseWithError(err)
			}()
			if got, err := io.ReadAll(again); err != nil || !bytes.Equal(got, exported.Bytes()) {
				t.Errorf("it is not the same, %v", err)
			}
		})
	}
}

// An import that broke off within an upload or a download is repaired by another.
func TestLongImportAgainWhatWasCutOff(t *testing.T) {
	const segments, parts = 60_000, 30_000
	text := export(t, insert(t, segments, parts))
	for _, kind := range []string{"upload", "download"} {
		to := fresh(t)
		first := strings.Index(text, `"message_type":"`+kind+`"`)
		end := first + strings.Index(text[first:], "\n") + 1
		if _, err := to.Import(t.Context(), strings.NewReader(text[:end]), ignore); !errors.Is(err, vault.ErrInvalid) {
			t.Fatalf("got %v", err)
		}
		importInto(t, to, text)
		if n := importInto(t, to, text); n.Others != 0 {
			t.Errorf("%s: the third import counts %d news", kind, n.Others)
		}
		if got := export(t, to); strings.Count(got, `"offset"`) != segments+parts {
			t.Errorf("%s: %d of %d parts and segments", kind, strings.Count(got, `"offset"`), segments+parts)
		}
	}
}
