package records

import (
	"context"
	"fmt"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
	"firn/reconcile"
)

// importMtJournal merges a journal. It reports the first lines that cannot be parsed wholly, and
// names that are invalid in the encoding.
func importMtJournal(
	ctx context.Context, p *cli.Program, c *catalog.Catalog, path, vaultArg, encoding string,
) (n imported, err error) {
	url, err := p.CanonicalURL(ctx, vaultArg)
	if err != nil {
		return n, p.ExplainOpen(err, vaultArg)
	}
	var first string // the first invalid name
	say, stop := showText(p)
	d := p.Depot(nil, c, 0)
	d.Reading = func(at depot.Reading) {
		say(fmt.Sprintf("%s of %s read", humane.Bytes(at.Bytes), humane.Bytes(at.Size)))
	}
	o := reconcile.MtJournalOptions{VaultURL: url, Encoding: encoding}
	n.Merged, err = reconcile.ImportMtJournal(ctx, d, path, o, func(line int, r reconcile.MtRecord, bad *reconcile.MtLineError) {
		if bad != nil {
			if n.bad++; n.bad <= cli.ShownRejects {
				p.Notice(fmt.Sprintf("%q, %v", path, bad))
			}
			return
		}
		if r.Undecoded {
			if n.undecoded++; n.undecoded == 1 {
				first = r.Name
			}
		}
		if r.Doubt == "" {
			return
		}
		if n.doubtful++; n.doubtful <= cli.ShownRejects {
			p.Notice(fmt.Sprintf("%q, line %d: the rest was imported: %s", path, line, r.Doubt))
		}
	})
	stop()
	if n.undecoded > 0 && !p.Quiet {
		what := "name is not text"
		if n.undecoded > 1 {
			what = "names are not text"
		}
		p.UI.Say("firn: %d %s in this encoding, the first of them \"%s\"; the catalog keeps their bytes", n.undecoded, what, term.Show(first))
		p.UI.Say("hint: to give their encoding: %s ENCODING",
			term.ShellCommand("firn", "catalog", "import", path, "--vault", vaultArg, "--encoding"))
	}
	return n, err
}
