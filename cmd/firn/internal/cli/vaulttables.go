package cli

import "firn/cmd/firn/internal/term"

// VaultTables prints rows about one vault or several. The rows of a vault come one after another.
// With Headings each vault has a table of its own, below its name.
type VaultTables struct {
	Out      *term.Printer
	Columns  []term.Column
	Headings bool

	table *term.Table
	vault string // of the table
}

// Add appends a row about the vault.
func (t *VaultTables) Add(vaultURL string, cells ...string) {
	if t.table == nil || t.Headings && vaultURL != t.vault {
		t.begin(vaultURL)
	}
	t.table.Add(cells...)
}

func (t *VaultTables) begin(vaultURL string) {
	if t.table != nil {
		t.table.End()
		t.Out.Line("")
	}
	if t.Headings {
		t.Out.Line("%s", term.Show(VaultText(vaultURL)))
	}
	t.table, t.vault = term.NewTable(t.Out, t.Columns...), vaultURL
}

// End prints the rows that are held.
func (t *VaultTables) End() {
	if t.table != nil {
		t.table.End()
	}
}
