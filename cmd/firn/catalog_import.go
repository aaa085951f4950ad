package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"firn"
	"firn/catalog"
	"firn/internal/humane"
	"firn/mtjournal"
	"firn/record"
	"firn/vault"
)

const catalogImportLong = `Brings another record into the catalog: what "firn catalog export" wrote, or a
journal of mt-aws-glacier (of any version), for which --vault names the vault
that it is about. - reads an export from standard input.

What is not on record is added, what is on record is completed, and nothing is
removed or stored twice. So the catalogs of two machines may be merged, and the
command may be run again at any time. A size or tree hash that differs from the
one on record is not taken over, and counted.`

const catalogImportExample = `  firn catalog import catalog-2026-06.jsonl
  gunzip < catalog.jsonl.gz | firn catalog import -
  firn catalog import journal.log --vault image-backups`

func (p *program) newCatalogImport() *cobra.Command {
	var vaultArg string
	cmd := &cobra.Command{
		Use:     "import FILE",
		Short:   "Merge an export, or a journal of mt-aws-glacier, into the catalog",
		Long:    catalogImportLong,
		Example: catalogImportExample,
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.catalogImport(cmd.Context(), args[0], vaultArg)
		},
	}
	cmd.Flags().StringVar(&vaultArg, "vault", "", "the `VAULT` that a journal of mt-aws-glacier is about")
	return exits(cmd, statusDone, statusError, statusUsage, statusPartial, statusChecksum, statusLocked, statusDamaged,
		statusInterrupted)
}

// mergedObject is what an import was worth, on standard output.
type mergedObject struct {
	MessageType string `json:"message_type"`
	File        string `json:"file"`
	Added       int64  `json:"added"`
	Completed   int64  `json:"completed"`
	Known       int64  `json:"known"`
	Differing   int64  `json:"differing"`
	Others      int64  `json:"others"` // uploads, jobs, downloads, inventories
	Bad         int64  `json:"bad"`    // lines that make no sense
}

func (p *program) catalogImport(ctx context.Context, path, vaultArg string) (err error) {
	in, isJournal, err := p.openRecord(path)
	if err != nil {
		return err
	}
	defer in.Close()
	switch {
	case isJournal && vaultArg == "":
		return withHint(usageError("%q is a journal of mt-aws-glacier, which does not tell of which vault", path),
			"name the vault that it is about: "+shellCommand("firn", "catalog", "import", path, "--vault")+" VAULT")
	case !isJournal && vaultArg != "":
		return usageError("--vault is for journals of mt-aws-glacier, and %q is none; an export names its vaults", path)
	}
	c, err := p.openCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if isJournal {
		return p.importMtJournal(ctx, c, path, vaultArg)
	}
	told, stop := p.showContents("read")
	n, err := c.Import(ctx, in, told)
	stop()
	return p.tellMerged(path, n, 0, err)
}

// openRecord opens a file, which may be a pipe, to be read from its beginning, and
// tells what it is. Standard input is an export.
func (p *program) openRecord(path string) (in io.ReadCloser, isJournal bool, err error) {
	if path == "-" {
		return io.NopCloser(p.stdin), false, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, false, err
	}
	buffered := bufio.NewReader(f)
	first, err := buffered.Peek(64)
	isJournal = mtjournal.IsJournal(first)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
	case isJournal, catalog.IsExport(first):
		return struct {
			io.Reader
			io.Closer
		}{buffered, f}, isJournal, nil
	default:
		err = withHint(fmt.Errorf("%q is neither an export of a catalog nor a journal of mt-aws-glacier", path),
			"the inventory of a vault is imported with: "+shellCommand("firn", "inventory", "import")+" VAULT "+shellCommand(path))
	}
	return nil, false, errors.Join(err, f.Close())
}

func (p *program) importMtJournal(ctx context.Context, c *catalog.Catalog, path, vaultArg string) error {
	url, err := canonicalURL(ctx, vaultArg)
	if err != nil {
		return p.explainOpen(err, vaultArg)
	}
	say, stop := p.showText()
	var bad int64
	n, err := firn.ImportMtJournal(ctx, path, firn.MtJournalOptions{
		Journal: c, VaultURL: url,
		Progress: func(done, size int64) {
			say(fmt.Sprintf("%s of %s read", humane.Bytes(done), humane.Bytes(size)))
		},
		Bad: func(e *mtjournal.LineError) {
			if bad++; bad <= shownRejects {
				p.notice(fmt.Sprintf("%q, %v", path, e))
			}
		},
	})
	stop()
	return p.tellMerged(path, n, bad, err)
}

// tellMerged prints what an import has changed, and returns the error that it is
// for the command.
func (p *program) tellMerged(path string, n record.Merged, bad int64, err error) error {
	if p.json {
		object := mergedObject{"catalog_import", path, n.Added, n.Completed, n.Known, n.Differing, n.Others, bad}
		err = errors.Join(err, p.out.object(object))
	} else if n != (record.Merged{}) {
		table := newRows(p.out, true, ">ADDED", ">COMPLETED", ">KNOWN", ">DIFFERING", ">OTHERS", ">BAD")
		var cells []string
		for _, n := range []int64{n.Added, n.Completed, n.Known, n.Differing, n.Others, bad} {
			cells = append(cells, strconv.FormatInt(n, 10))
		}
		table.add(cells...)
		table.end()
	}
	switch {
	case err != nil:
		return err
	case n.Differing > 0:
		err := fmt.Errorf("%q has %s with another size or tree hash than on record, which stays", path,
			humane.Count(int(n.Differing), "archive"))
		return &classError{err, vault.ErrChecksum}
	case bad > 0:
		return &classError{fmt.Errorf("%s of %q made no sense", humane.Count(int(bad), "line"), path), firn.ErrUnreadable}
	}
	return nil
}
