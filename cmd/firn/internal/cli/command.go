package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/suggest"
)

// Group returns a command that only contains others.
func Group(use, short, long string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return UnknownCommand(cmd, args[0])
			}
			return WithHint(UsageError("missing subcommand: %s", subcommands(cmd)), HelpHint(cmd))
		},
	}
	cmd.AddCommand(commands...)
	annotate(cmd, groupKey, "true")
	return WithStatuses(cmd, StatusDone, StatusUsage)
}

// subcommands returns the names of the commands that a group contains, as text.
func subcommands(cmd *cobra.Command) string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// UnknownCommand returns the error for a command that does not exist, with the nearest one
// that does.
func UnknownCommand(cmd *cobra.Command, name string) error {
	hint := HelpHint(cmd)
	if near := nearest(cmd, name); near != "" {
		hint = "did you mean: " + cmd.CommandPath() + " " + near
	}
	return WithHint(UsageError("%s has no command %q", cmd.CommandPath(), name), hint)
}

// UnknownTopic returns the error for a name that is neither a command nor a help topic. help is
// the command that contains the topics.
func UnknownTopic(help *cobra.Command, name string) error {
	hint := "all commands and topics: " + help.CommandPath()
	near := nearest(help, name)
	if near == "" {
		near = nearest(help.Root(), name)
	}
	if near != "" {
		hint = "did you mean: " + help.CommandPath() + " " + near
	}
	return WithHint(UsageError("there is no command or help topic %q", name), hint)
}

// nearest returns the command below cmd whose name resembles a name that no command has, or
// "".
func nearest(cmd *cobra.Command, name string) string {
	var known []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || IsTopic(c) {
			known = append(append(known, c.Name()), c.Aliases...)
		}
	}
	return suggest.Nearest(name, known)
}

// HelpHint returns the command that prints the help of cmd.
func HelpHint(cmd *cobra.Command) string { return cmd.CommandPath() + " --help" }

// Takes checks the number of arguments. If most is below 0 there is no upper limit.
func Takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return WithHint(UsageError("missing argument; usage: %s", form(cmd)), HelpHint(cmd))
		case most >= 0 && len(args) > most:
			return WithHint(UsageError("unexpected argument %q; usage: %s", args[most], form(cmd)), HelpHint(cmd))
		}
		return nil
	}
}
