//go:build !race || torture

package verbtest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/catalog"
	"firn/depot"
	"firn/reconcile"
	"firn/source"
	"firn/vault"
)

func emptyCatalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Open(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// A journal is read in blocks to its end, also after invalid lines, whether or not a caller
// wants to hear of them.
func TestLongImportMtJournal(t *testing.T) {
	const records = 25_000 // more than two blocks
	hash := strings.Repeat("1d03c8b7", 8)
	var text strings.Builder
	for n := range records {
		fmt.Fprintf(&text, "B\t1436059321\tCREATED\tarchive-%d\t7\t1262304000\t%s\tphotos/%d.jpg\n", n, hash, n)
	}
	text.WriteString("moon\n")
	path := filepath.Join(t.TempDir(), "journal.log")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	c := emptyCatalog(t)
	d, o := depot.Depot{Journal: c}, reconcile.MtJournalOptions{VaultURL: "file:///cold"}
	n, err := reconcile.ImportMtJournal(t.Context(), d, path, o, nil)
	if err != nil || n.Added != records {
		t.Fatalf("it was worth %+v, %v", n, err)
	}
	var done, size, bad int64
	d.Reading = func(at depot.Reading) { done, size = at.Bytes, at.Size }
	n, err = reconcile.ImportMtJournal(t.Context(), d, path, o, func(_ int, _ reconcile.MtRecord, err *reconcile.MtLineError) {
		if err != nil {
			bad++
		}
	})
	if err != nil || n.Known != records || n.Added != 0 || bad != 1 {
		t.Errorf("again, it was worth %+v, %d bad, %v", n, bad, err)
	}
	if done <= 0 || done > size || size != int64(text.Len()) {
		t.Errorf("told of %d bytes of %d", done, size)
	}
	if found, err := c.Check(t.Context(), func(catalog.Contents) {}); err != nil || found.Archives != records {
		t.Errorf("the catalog holds %+v, %v", found, err)
	}
}

func TestLongImportMtJournalOfNoFile(t *testing.T) {
	c := emptyCatalog(t)
	_, err := reconcile.ImportMtJournal(t.Context(), depot.Depot{Journal: c}, t.TempDir(), reconcile.MtJournalOptions{VaultURL: "file:///cold"}, nil)
	if !errors.Is(err, source.ErrUnreadable) {
		t.Errorf("a directory: got %v, want ErrUnreadable", err)
	}
}

func TestLongImportMtJournalErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.log")
	if err := os.WriteFile(path, []byte("B\t1\tRETRIEVE_JOB\ta\tjob\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	d := depot.Depot{Journal: emptyCatalog(t)}
	for name, test := range map[string]struct {
		ctx   context.Context
		depot depot.Depot
		o     reconcile.MtJournalOptions
		want  error
	}{
		"an encoding of nobody": {t.Context(), d, reconcile.MtJournalOptions{VaultURL: "file:///cold", Encoding: "klingon"}, vault.ErrInvalid},
		"without a record":      {t.Context(), depot.Depot{}, reconcile.MtJournalOptions{VaultURL: "file:///cold"}, vault.ErrInvalid},
		"interrupted":           {ended, d, reconcile.MtJournalOptions{VaultURL: "file:///cold"}, depot.ErrInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := reconcile.ImportMtJournal(test.ctx, test.depot, path, test.o, nil); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}
