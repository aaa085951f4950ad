package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// exitsKey is the annotation of a command that lists its statuses.
const exitsKey = "exit status"

// WithStatuses sets the statuses that a command may end with, for its help text. Every
// command has them.
func WithStatuses(cmd *cobra.Command, statuses ...Status) *cobra.Command {
	var b strings.Builder
	for _, s := range slices.Sorted(slices.Values(statuses)) {
		fmt.Fprintf(&b, "  %3d  %s\n", int(s), s)
	}
	cmd.Annotations = map[string]string{exitsKey: b.String()}
	return cmd
}

// Help prints the description of a command, its usage, examples and exit statuses.
func (p *Program) Help(cmd *cobra.Command) {
	p.Out.Line("%s\n", strings.TrimSpace(cmd.Long))
	p.Out.Line("%s", strings.TrimSpace(cmd.UsageString()))
	if statuses := cmd.Annotations[exitsKey]; statuses != "" {
		p.Out.Line("\nExit status:\n%s", strings.TrimRight(statuses, "\n"))
	}
}

// VaultStatuses returns the exit statuses of the commands that open a vault.
func VaultStatuses() []Status {
	return []Status{StatusDone, StatusError, StatusUsage, StatusIncomplete, StatusDenied, StatusLocked, StatusInterrupted}
}
