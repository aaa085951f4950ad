package cli

import (
	"context"

	"firn/cmd/firn/internal/term"
)

// VaultTables prints rows about one vault or several. The rows of a vault come one after another.
// Each vault has a table of its own, below its name, if there are titles.
type VaultTables struct {
	Out     *term.Printer
	columns []term.Column
	title   func(vaultURL string) string // nil: one table for all

	table *term.Table
	vault string // of the table
}

// VaultTables returns tables on standard output.
func (p *Program) VaultTables(ctx context.Context, columns []term.Column, headings bool) *VaultTables {
	t := &VaultTables{Out: p.Out, columns: columns}
	if headings {
		t.title = func(vaultURL string) string { return p.VaultTitle(ctx, vaultURL) }
	}
	return t
}

// Add appends a row about the vault.
func (t *VaultTables) Add(vaultURL string, cells ...string) {
	if t.table == nil || t.title != nil && vaultURL != t.vault {
		t.begin(vaultURL)
	}
	t.table.Add(cells...)
}

func (t *VaultTables) begin(vaultURL string) {
	if t.table != nil {
		t.table.End()
		t.Out.Line("")
	}
	if t.title != nil {
		t.Out.Line("%s", term.Show(t.title(vaultURL)))
	}
	t.table, t.vault = term.NewTable(t.Out, t.columns...), vaultURL
}

// End prints the rows that are held.
func (t *VaultTables) End() {
	if t.table != nil {
		t.table.End()
	}
}
