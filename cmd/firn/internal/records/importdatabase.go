package records

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"firn/catalog"
	"firn/catalog/foreign"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

// importDatabase merges the archives of a vault from the database of another tool. It sends no
// request to the vault.
func importDatabase(ctx context.Context, p *cli.Program, c *catalog.Catalog, path, vaultArg string) (n imported, err error) {
	place, err := vaulturl.OpenPlace(ctx, vaultArg)
	if err != nil {
		return n, p.ExplainOpen(err, vaultArg)
	}
	url, name := place.URL(place.Name), place.Name
	if err := place.Close(); err != nil {
		return n, err
	}
	f, err := foreign.Open(ctx, path)
	if errors.Is(err, vault.ErrInvalid) {
		return n, cli.WithHint(err, "if it is a catalog of firn: "+term.ShellCommand("firn", "catalog", "export", "--catalog", path)+" | firn catalog import -")
	}
	if err != nil {
		return n, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := hasVault(ctx, f, path, name); err != nil {
		return n, err
	}
	i := databaseImport{program: p, catalog: c, path: path, url: url}
	err = i.run(ctx, f, name)
	if i.others > 0 && err == nil {
		p.Notice(fmt.Sprintf("%s with the bytes of a file that is on record have no archive of their own; the first is %s",
			humane.Count(int(i.others), "file"), i.first))
	}
	return i.imported, err
}

// hasVault returns an error if a database is only about other vaults.
func hasVault(ctx context.Context, f *foreign.File, path, name string) error {
	vaults, err := f.Vaults(ctx)
	if err != nil || len(vaults) == 0 || slices.Contains(vaults, name) {
		return err
	}
	return cli.UsageError("%q knows no vault %q, but only %q", path, name, vaults)
}

// databaseImport is one import from a database.
type databaseImport struct {
	program *cli.Program
	imported
	catalog *catalog.Catalog
	path    string
	url     string // of the vault

	archives []record.Archive // not merged yet
	others   int64            // files without an archive of their own
	first    string           // a file whose archive also has the bytes of others
}

// atOnce is the number of archives that are merged in one transaction.
const atOnce = 10_000

func (i *databaseImport) run(ctx context.Context, f *foreign.File, name string) error {
	say, stop := showText(i.program)
	defer stop()
	for e, err := range f.Archives(ctx, name) {
		if err != nil {
			return errors.Join(err, i.flush(ctx))
		}
		i.add(e)
		if len(i.archives) < atOnce {
			continue
		}
		if err := i.flush(ctx); err != nil {
			return err
		}
		say(progress.Entries(i.Added+i.Completed+i.Known+i.Differing) + " read")
	}
	return i.flush(ctx)
}

// add takes an entry.
func (i *databaseImport) add(e foreign.Entry) {
	if e.Bad != "" {
		if i.bad++; i.bad <= cli.ShownRejects {
			i.program.Notice(fmt.Sprintf("%q, %s", i.path, e.Bad))
		}
		return
	}
	if e.Doubt != "" {
		if i.doubtful++; i.doubtful <= cli.ShownRejects {
			i.program.Notice(fmt.Sprintf("%q, the row of %q: the rest was imported: %s", i.path, e.Name, e.Doubt))
		}
	}
	if e.Others > 0 {
		if i.others == 0 {
			i.first = fmt.Sprintf("%q, with %d more", e.Name, e.Others)
		}
		i.others += e.Others
	}
	e.Vault = i.url
	i.archives = append(i.archives, e.Archive)
}

// flush merges the archives that were read.
func (i *databaseImport) flush(ctx context.Context) error {
	if len(i.archives) == 0 {
		return nil
	}
	n, err := i.catalog.MergeArchives(ctx, i.archives)
	if err != nil {
		return err
	}
	i.Added += n.Added
	i.Completed += n.Completed
	i.Known += n.Known
	i.Differing += n.Differing
	i.archives = i.archives[:0]
	return nil
}
