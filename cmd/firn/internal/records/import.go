package records

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/internal/mtjournal"
	"firn/reconcile"
	"firn/record"
	"firn/vault"
)

const catalogImportLong = `Merge an export of a catalog, or the records of another tool, into the catalog.
If FILE is -, firn reads an export from standard input.

firn reads the records of these tools; --vault says which vault they are about:

  mt-aws-glacier  the journal, of any version
  glacier-cli     the database
  Glacier Backup  Synology's database of the names of files. It is the only
                  archive of a second vault, NAME_mapping; download it first
  other tools     an inventory in JSON or CSV, as for "firn inventory import"

The import adds archives that the catalog does not know, and completes those
that it knows. It removes nothing and adds nothing twice, so you can merge the
catalogs of two machines and run the command again. If a size or tree hash
differs from the catalog, firn keeps the one in the catalog and counts the
archive as differing.

Names in a journal are UTF-8 unless --encoding names another encoding, such as
latin1, cp1251, koi8-r or shift_jis. Names that are invalid in the encoding keep
their bytes and are counted; import the journal again with another --encoding to
decode them.`

const catalogImportExample = `  firn catalog import catalog-2026-06.jsonl
  gunzip < catalog.jsonl.gz | firn catalog import -
  firn catalog import journal.log --vault image-backups --encoding latin1
  firn catalog import mapping.db --vault diskstation`

// importOptions are the options of firn catalog import.
type importOptions struct {
	vault    string
	encoding string
}

func newCatalogImport(p *cli.Program) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:     "import FILE",
		Short:   "Merge an export or records of another tool",
		Long:    catalogImportLong,
		Example: catalogImportExample,
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return catalogImport(cmd.Context(), p, args[0], o)
		},
	}
	cmd.Flags().StringVar(&o.vault, "vault", "", "the records of another tool are about `VAULT`")
	cmd.Flags().StringVar(&o.encoding, "encoding", "", "decode the names in a journal from `ENCODING` (default: UTF-8)")
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusPartial, cli.StatusIncomplete, cli.StatusChecksum, cli.StatusDenied,
		cli.StatusLocked, cli.StatusDamaged, cli.StatusInterrupted)
}

// mergedObject is the result of an import on standard output.
type mergedObject struct {
	MessageType string `json:"message_type"`
	File        string `json:"file"`
	Added       int64  `json:"added"`
	Completed   int64  `json:"completed"`
	Known       int64  `json:"known"`
	Differing   int64  `json:"differing"`
	Others      int64  `json:"others"`    // uploads, jobs, downloads, inventories
	Bad         int64  `json:"bad"`       // lines that could not be parsed
	Doubtful    int64  `json:"doubtful"`  // archives with a field that could not be read
	Undecoded   int64  `json:"undecoded"` // names that are invalid in the encoding
}

// imported is the result of an import.
type imported struct {
	record.Merged
	bad       int64 // lines that could not be parsed
	doubtful  int64 // archives with a field that could not be read
	undecoded int64 // names that are invalid in the encoding
}

func catalogImport(ctx context.Context, p *cli.Program, path string, o importOptions) (err error) {
	if _, err := mtjournal.ParseEncoding(cmp.Or(o.encoding, "utf-8")); err != nil {
		return cli.UsageError("--encoding: %w", err)
	}
	in, kind, err := openRecord(p, path)
	if err != nil {
		return err
	}
	defer in.Close()
	switch {
	case kind != exportRecord && o.vault == "":
		return cli.WithHint(cli.UsageError("%q is %s, which does not name its vault", path, kind),
			"to name the vault: "+term.ShellCommand("firn", "catalog", "import", path, "--vault")+" VAULT")
	case kind == exportRecord && o.vault != "":
		return cli.UsageError("--vault is for the records of other tools, and %q is an export, which names its vaults", path)
	case kind != journalRecord && o.encoding != "":
		return cli.UsageError("--encoding is for journals of mt-aws-glacier, and %q is not one", path)
	case kind == inventoryRecord:
		return p.ExplainWait(inventoryImport(ctx, p, o.vault, path, reconcile.ImportOptions{}))
	}
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	var n imported
	switch kind {
	case journalRecord:
		n, err = importMtJournal(ctx, p, c, path, o.vault, o.encoding)
	case databaseRecord:
		n, err = importDatabase(ctx, p, c, path, o.vault)
	default:
		told, stop := showContents(p, "read")
		n.Merged, err = c.Import(ctx, in, told)
		stop()
	}
	return tellMerged(p, path, n, err)
}

// tellMerged prints the result of an import. It returns err, or an error if the result is not
// clean.
func tellMerged(p *cli.Program, path string, n imported, err error) error {
	if p.JSON {
		object := mergedObject{
			"catalog_import", path, n.Added, n.Completed, n.Known, n.Differing, n.Others, n.bad, n.doubtful, n.undecoded,
		}
		err = errors.Join(err, p.Out.Object(object))
	} else if n != (imported{}) {
		table := term.NewTable(p.Out, term.Numbers("ADDED", "COMPLETED", "KNOWN", "DIFFERING", "OTHERS", "BAD")...)
		var cells []string
		for _, n := range []int64{n.Added, n.Completed, n.Known, n.Differing, n.Others, n.bad} {
			cells = append(cells, strconv.FormatInt(n, 10))
		}
		table.Add(cells...)
		table.End()
	}
	switch {
	case err != nil:
		return err
	case n.Differing > 0:
		err := fmt.Errorf("%q has %s with another size or tree hash than on record; the record was kept", path,
			humane.Count(int(n.Differing), "archive"))
		return cli.InClass(err, vault.ErrChecksum)
	case n.bad > 0:
		return cli.InClass(fmt.Errorf("%s of %q could not be parsed", humane.Count(int(n.bad), "line"), path), cli.ErrPartial)
	case n.doubtful > 0:
		return cli.InClass(fmt.Errorf("%s of %q: a field could not be read and was left out",
			humane.Count(int(n.doubtful), "archive"), path), cli.ErrPartial)
	}
	return nil
}
