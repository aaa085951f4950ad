// Package records has the commands about the record: firn catalog, list and inventory.
package records

import (
	"strconv"
	"sync"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
)

const catalogLong = `Check, export, import and rebuild the catalog, which records what firn has
stored where.

Without the catalog no archive is lost: "firn catalog rebuild VAULT" makes a new
one from the readable part of the old one and from the inventory of the vault.
Only an export has the names and paths that the vault does not know.`

const catalogExample = `  firn catalog export -o catalog-2026-06.jsonl
  firn catalog rebuild image-backups`

// NewCatalog returns the command firn catalog.
func NewCatalog(p *cli.Program) *cobra.Command {
	cmd := cli.Group("catalog", "Check, export, import and rebuild the catalog", catalogLong,
		newCatalogCheck(p), newCatalogExport(p), newCatalogImport(p), newCatalogRebuild(p))
	cmd.Example = catalogExample
	return cmd
}

// contentsObject is the contents of a catalog on standard output.
type contentsObject struct {
	MessageType string `json:"message_type"` // catalog_check, catalog_export or catalog_rebuild
	Catalog     string `json:"catalog"`
	Vaults      int64  `json:"vaults"`
	Archives    int64  `json:"archives"`
	Bytes       int64  `json:"bytes"` // of the archives that are not deleted
	Uploads     int64  `json:"uploads"`
	Jobs        int64  `json:"jobs"`
	Downloads   int64  `json:"downloads"`
	Inventories int64  `json:"inventories"`
}

func newContentsObject(p *cli.Program, messageType string, n catalog.Contents) contentsObject {
	return contentsObject{
		messageType, p.CatalogPath, n.Vaults, n.Archives, n.Bytes, n.Uploads, n.Jobs, n.Downloads, n.Inventories,
	}
}

// tellContents prints the contents of a catalog for people.
func tellContents(p *cli.Program, n catalog.Contents) {
	table := term.NewTable(p.Out, term.Numbers("VAULTS", "ARCHIVES", "BYTES", "UPLOADS", "JOBS", "DOWNLOADS", "INVENTORIES")...)
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	table.Add(count(n.Vaults), count(n.Archives), humane.Bytes(n.Bytes), count(n.Uploads), count(n.Jobs),
		count(n.Downloads), count(n.Inventories))
	table.End()
}

// showContents begins to show the progress of work on a whole catalog, until stop is called.
// verb is a past participle.
func showContents(p *cli.Program, verb string) (told func(catalog.Contents), stop func()) {
	say, stop := showText(p)
	return func(n catalog.Contents) { say(progress.Entries(n.Items()) + " " + verb) }, stop
}

// showText begins to show the last text that say got, until stop is called.
func showText(p *cli.Program) (say func(string), stop func()) {
	var mu sync.Mutex
	var text string
	stop = func() {}
	if !p.Quiet {
		stop = term.StartLive(p.UI, func(int) string {
			mu.Lock()
			defer mu.Unlock()
			return text
		}).Stop
	}
	return func(s string) {
		mu.Lock()
		defer mu.Unlock()
		text = s
	}, stop
}
