package cli

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ApplyEnvironment sets each option that was not given from the variable of its
// name: --part-size from FIRN_PART_SIZE. An empty one is as good as none.
//
// What is meant for one act is not taken from there, since a variable set for
// one command is in force for all.
func ApplyEnvironment(cmd *cobra.Command) error {
	var failed []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		value := os.Getenv(Variable(f.Name))
		if value == "" || f.Changed || slices.Contains(oneAct(), f.Name) {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			failed = append(failed, UsageError("the variable %s: %w", Variable(f.Name), err))
		}
	})
	return errors.Join(failed...)
}

// oneAct are the options that no variable sets: consent, a second copy, a purchase,
// and what is said of one object.
func oneAct() []string {
	return []string{
		"yes", "confirm", "again", "force", "buy", "name", "description", "output", "range", "vault", "help",
		"topic", "set", "remove", "off", "bytes-per-hour", "free-tier", "none",
	}
}

// Variable is the name of the variable that stands for an option.
func Variable(option string) string {
	return "FIRN_" + strings.ToUpper(strings.ReplaceAll(option, "-", "_"))
}
