package cli

import "github.com/spf13/cobra"

// ExitStatuses returns the statuses that a command may end with, one on a line, as its help
// shows them.
func ExitStatuses(cmd *cobra.Command) string { return cmd.Annotations[exitsKey] }
