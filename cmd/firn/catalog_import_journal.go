package main

import (
	"context"
	"fmt"

	"firn/catalog"
	"firn/depot"
	"firn/internal/humane"
	"firn/internal/mtjournal"
	"firn/reconcile"
)

// importMtJournal merges a journal, tells of the first of its lines that make no
// sense or not all of it, and how its names were read.
func (p *program) importMtJournal(
	ctx context.Context, c *catalog.Catalog, path, vaultArg string, names mtjournal.Encoding,
) (n imported, err error) {
	url, err := canonicalURL(ctx, vaultArg)
	if err != nil {
		return n, p.explainOpen(err, vaultArg)
	}
	var first string // name that is no text
	say, stop := p.showText()
	d := p.depot(nil, c, 0)
	d.Reading = func(at depot.Reading) {
		say(fmt.Sprintf("%s of %s read", humane.Bytes(at.Bytes), humane.Bytes(at.Size)))
	}
	o := reconcile.MtJournalOptions{VaultURL: url, Names: names}
	n.Merged, err = reconcile.ImportMtJournal(ctx, d, path, o, func(line int, r mtjournal.Record, bad *mtjournal.LineError) {
		if bad != nil {
			if n.bad++; n.bad <= shownRejects {
				p.notice(fmt.Sprintf("%q, %v", path, bad))
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
		if n.doubtful++; n.doubtful <= shownRejects {
			p.notice(fmt.Sprintf("%q, line %d: the rest of it is taken: %s", path, line, r.Doubt))
		}
	})
	stop()
	if n.undecoded > 0 && !p.quiet {
		what := "name is no text"
		if n.undecoded > 1 {
			what = "names are no text"
		}
		p.ui.say("firn: %d %s in this encoding, the first of them \"%s\"; on record are their bytes", n.undecoded, what, show(first))
		p.ui.say("hint: with the encoding of the names: %s ENCODING",
			shellCommand("firn", "catalog", "import", path, "--vault", vaultArg, "--encoding"))
	}
	return n, err
}
