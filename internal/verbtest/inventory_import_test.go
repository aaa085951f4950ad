//go:build !race || torture

package verbtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firn/catalog"
	"firn/depot"
	"firn/reconcile"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/vault"
	"firn/vault/inventory"
)

const arn = "arn:aws:glacier:us-west-2:123456789012:vaults/photos"

// made is the date of the inventories of these tests.
func made() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC) }

// document returns an inventory of that many archives, as the service writes it.
func document(t *testing.T, csv bool, archives int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := inventory.NewWriter(&b, csv, inventory.Head{VaultARN: arn, Date: made()})
	if err != nil {
		t.Fatal(err)
	}
	for i := range archives {
		if err := w.Add(vault.Archive{
			ID: vault.ArchiveID(fmt.Sprintf("%0138d", i)), Description: fmt.Sprintf("archive %d", i),
			Size: int64(i), TreeHash: treehash.Sum([]byte{byte(i)}), Created: made().Add(-90 * day),
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// desk is a catalog and a file to import.
type desk struct {
	t       *testing.T
	catalog *catalog.Catalog
	file    string
	options importing
}

// importing is how a test calls reconcile.Import.
type importing struct {
	depot.Depot
	reconcile.ImportOptions
}

func newDesk(t *testing.T, document []byte) *desk {
	t.Helper()
	dir := t.TempDir()
	c, err := catalog.Open(t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, c) })
	d := &desk{t: t, catalog: c, file: filepath.Join(dir, "list")}
	d.write(document)
	d.options = importing{
		depot.Depot{Journal: c, Now: func() time.Time { return made().Add(30 * day) }},
		reconcile.ImportOptions{VaultURL: rigURL},
	}
	return d
}

func (d *desk) write(document []byte) {
	d.t.Helper()
	if err := os.WriteFile(d.file, document, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) imported(o importing) reconcile.Report {
	d.t.Helper()
	report, err := reconcile.Import(d.t.Context(), o.Depot, d.file, o.ImportOptions)
	if err != nil {
		d.t.Fatal(err)
	}
	return report
}

func TestLongImportInventory(t *testing.T) {
	for name, csv := range map[string]bool{"JSON": false, "CSV": true} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, document(t, csv, 1000))
			written := made().Add(3 * day)
			if err := os.Chtimes(d.file, written, written); err != nil {
				t.Fatal(err)
			}
			var last depot.Reading
			o := d.options
			o.Reading = func(p depot.Reading) { last = p }
			report := d.imported(o)
			if counts(report) != [7]int64{1000, 0, 1000, 0, 0, 0, 0} || report.State != record.Read || report.Job != "" || report.List.IsWhole() {
				t.Errorf("report %+v", report)
			}
			if date := map[bool]time.Time{false: made(), true: written}[csv]; !report.Date.Equal(date) {
				t.Errorf("made at %s, want %s", report.Date, date)
			}
			if last.Entries != 1000 || last.Size == 0 || last.Bytes == 0 || last.Bytes > last.Size || !last.Finishing {
				t.Errorf("told at last %+v", last)
			}
			again := d.imported(o)
			if !again.AlreadyRead || again.Inventory != report.Inventory {
				t.Errorf("the same again: %+v", again)
			}
			if o.Full, o.Date = true, made().Add(-day); true {
				full := d.imported(o)
				if full.AlreadyRead || counts(full) != [7]int64{1000, 0, 0, 1000, 0, 0, 0} || !full.List.IsWhole() || !full.Date.Equal(o.Date) {
					t.Errorf("said to be all: %+v", full)
				}
			}
		})
	}
}

// An archive counts as missing only if two inventories that are declared whole lack it.
func TestLongImportInventoryMissing(t *testing.T) {
	whole, part := document(t, false, 20), document(t, false, 15)
	for name, full := range map[string]bool{"said to be whole": true, "as it is": false} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, whole)
			o := d.options
			o.Full, o.Date = full, made()
			d.imported(o)
			missing := int64(0)
			for i := range 2 {
				d.write(append(part, bytes.Repeat([]byte(" "), i)...)) // the same inventory as a different file
				o.Date = o.Date.Add(3 * day)
				missing = d.imported(o).Missing
			}
			if want := map[bool]int64{true: 5, false: 0}[full]; missing != want {
				t.Errorf("%d missing, want %d", missing, want)
			}
		})
	}
}

// A run continues the reading of a killed run.
func TestLongImportInventoryContinues(t *testing.T) {
	for name, csv := range map[string]bool{"JSON": false, "CSV": true} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, document(t, csv, 12_000))
			o := d.options
			ctx, stop := context.WithCancelCause(t.Context())
			o.Reading = func(p depot.Reading) {
				if p.Entries == 10_000 {
					stop(depot.ErrInterrupted)
				}
			}
			first, err := reconcile.Import(ctx, o.Depot, d.file, o.ImportOptions)
			if !errors.Is(err, depot.ErrInterrupted) || first.Entries < 10_000 || first.Entries == 12_000 {
				t.Fatalf("%+v, %v", first, err)
			}
			second := d.imported(d.options)
			if second.Resumed != first.Entries || counts(second) != [7]int64{12_000, 0, 12_000, 0, 0, 0, 0} {
				t.Errorf("%+v", second)
			}
		})
	}
}

// Bad entries of any kind are set aside, and the others are read.
func TestLongImportInventoryWithBadEntries(t *testing.T) {
	good := document(t, false, 3)
	bad := bytes.Replace(good, []byte(`"Size":1`), []byte(`"Size":-1`), 1)
	d := newDesk(t, bad)
	report := d.imported(d.options)
	if counts(report) != [7]int64{3, 1, 2, 0, 0, 0, 0} {
		t.Errorf("report %+v", report)
	}
	n := 0
	for r, err := range d.catalog.Rejects(t.Context(), report.Key) {
		n++
		if err != nil || r.Reason == "" || !strings.Contains(r.Raw, `"Size":-1`) {
			t.Errorf("set aside: %+v, %v", r, err)
		}
	}
	if n != 1 {
		t.Errorf("%d set aside", n)
	}
}

func TestLongImportInventoryErrors(t *testing.T) {
	good := document(t, false, 20)
	for name, test := range map[string]struct {
		document []byte
		options  func(*importing)
		want     error
		says     string
		entries  int64 // that are on record nevertheless
	}{
		"no inventory":         {document: []byte("dear diary"), want: vault.ErrInvalid, says: "neither as an inventory"},
		"empty":                {document: []byte{}, want: vault.ErrInvalid},
		"an archive":           {document: content(1, 1000), want: vault.ErrInvalid},
		"cut in the middle":    {document: good[:len(good)/2], says: "cannot be read beyond byte", entries: 9},
		"of another vault":     {document: good, options: func(o *importing) { o.VaultName = "films" }, want: vault.ErrInvalid, says: "it is the inventory of the vault"},
		"of another region":    {document: good, options: func(o *importing) { o.Region = "us-east-1" }, want: vault.ErrInvalid, says: arn},
		"to be made tomorrow":  {document: good, options: func(o *importing) { o.Date = o.Now().Add(day) }, want: vault.ErrInvalid},
		"without a record":     {document: good, options: func(o *importing) { o.Journal = nil }, want: vault.ErrInvalid},
		"that is a directory":  {want: source.ErrUnreadable},
		"followed by nonsense": {document: append(bytes.Clone(good), "]"...), want: vault.ErrInvalid, entries: 20},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, test.document)
			if test.document == nil {
				if err := errors.Join(os.Remove(d.file), os.Mkdir(d.file, 0o700)); err != nil {
					t.Fatal(err)
				}
			}
			o := d.options
			if test.options != nil {
				test.options(&o)
			}
			report, err := reconcile.Import(t.Context(), o.Depot, d.file, o.ImportOptions)
			if err == nil || (test.want != nil && !errors.Is(err, test.want)) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if report.Entries != test.entries || report.State == record.Read {
				t.Errorf("report %+v", report)
			}
			for i, err := range d.catalog.Inventories(t.Context(), "") {
				if err != nil || test.entries == 0 {
					t.Errorf("on record: %+v, %v", i, err)
				}
			}
		})
	}
	d := newDesk(t, good)
	o := d.options
	o.VaultName, o.Region = "photos", "us-west-2"
	d.imported(o)
}
