package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// exitsKey is where a command keeps the statuses that its help text lists.
const exitsKey = "exit status"

// Exits notes which statuses a command may end with. Every command says so.
func Exits(cmd *cobra.Command, statuses ...Status) *cobra.Command {
	var b strings.Builder
	for _, s := range slices.Sorted(slices.Values(statuses)) {
		fmt.Fprintf(&b, "  %3d  %s\n", int(s), s)
	}
	cmd.Annotations = map[string]string{exitsKey: b.String()}
	return cmd
}

// Help prints what a command does, its usage, examples and exit statuses.
func (p *Program) Help(cmd *cobra.Command) {
	p.Out.Line("%s\n", strings.TrimSpace(cmd.Long))
	p.Out.Line("%s", strings.TrimSpace(cmd.UsageString()))
	if statuses := cmd.Annotations[exitsKey]; statuses != "" {
		p.Out.Line("\nExit status:\n%s", strings.TrimRight(statuses, "\n"))
	}
}

// VaultStatuses are the exit statuses of the commands that ask for a vault.
func VaultStatuses() []Status {
	return []Status{StatusDone, StatusError, StatusUsage, StatusIncomplete, StatusDenied, StatusLocked, StatusInterrupted}
}
