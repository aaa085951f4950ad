package backups

import (
	"context"
	"strings"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
)

// tellNoSnapshots says that no snapshot matches, and what to type next.
func tellNoSnapshots(ctx context.Context, p *cli.Program, vaultURL string, chosen selection) {
	sentence := "no snapshots" + chosen.text() + " on record"
	vaultArg := "VAULT"
	var hints []string
	if vaultURL != "" {
		sentence += " in " + p.VaultTitle(ctx, vaultURL)
		vaultArg = term.ShellCommand(p.TypedVault(ctx, vaultURL))
		hints = p.DirectoryHint(vaultURL)
	}
	hint := "to make one: firn backup " + vaultArg + " DIR..."
	if chosen != (selection{}) {
		hint = strings.TrimSuffix("all snapshots: firn snapshot list "+vaultArg, " VAULT")
	}
	p.Empty(sentence, append(hints, hint)...)
}
