package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// exitsKey is where a command keeps the statuses that its help text lists.
const exitsKey = "exit status"

// exits notes which statuses a command may end with. Every command says so.
func exits(cmd *cobra.Command, statuses ...status) *cobra.Command {
	var b strings.Builder
	for _, s := range slices.Sorted(slices.Values(statuses)) {
		fmt.Fprintf(&b, "  %3d  %s\n", int(s), s)
	}
	cmd.Annotations = map[string]string{exitsKey: b.String()}
	return cmd
}

// help prints what a command does, its usage, examples and exit statuses.
func (p *program) help(cmd *cobra.Command) {
	p.out.line("%s\n", strings.TrimSpace(cmd.Long))
	p.out.line("%s", strings.TrimSpace(cmd.UsageString()))
	if statuses := cmd.Annotations[exitsKey]; statuses != "" {
		p.out.line("\nExit status:\n%s", strings.TrimRight(statuses, "\n"))
	}
}
