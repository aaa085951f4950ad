package cli

import "github.com/spf13/cobra"

// Group returns a command that only contains others.
func Group(use, short, long string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return UnknownCommand(cmd, args[0])
			}
			return WithHint(UsageError("%s needs to be told what to do", cmd.CommandPath()), HelpHint(cmd))
		},
	}
	cmd.AddCommand(commands...)
	return WithStatuses(cmd, StatusUsage)
}

// UnknownCommand returns the error for a command that does not exist, with the nearest one
// that does.
func UnknownCommand(cmd *cobra.Command, name string) error {
	hint := HelpHint(cmd)
	cmd.SuggestionsMinimumDistance = 2 // in letters
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		hint = cmd.CommandPath() + " " + near[0]
	}
	return WithHint(UsageError("%s has no command %q", cmd.CommandPath(), name), hint)
}

// HelpHint returns the command that prints the help of cmd.
func HelpHint(cmd *cobra.Command) string { return cmd.CommandPath() + " --help" }

// Takes checks the number of arguments. If most is below 0 there is no upper limit.
func Takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return WithHint(UsageError("an argument is missing; the form is: %s", cmd.UseLine()), HelpHint(cmd))
		case most >= 0 && len(args) > most:
			return WithHint(UsageError("%q is one argument too many; the form is: %s", args[most], cmd.UseLine()), HelpHint(cmd))
		}
		return nil
	}
}
