package cli

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ApplyEnvironment sets each option that was not given from the variable of its name:
// --part-size from FIRN_PART_SIZE. An empty variable counts as unset.
//
// It leaves out the options that are meant for one act, because a variable set for one
// command applies to all.
func (p *Program) ApplyEnvironment(cmd *cobra.Command) error {
	var failed []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		value := os.Getenv(Variable(f.Name))
		if value == "" || f.Changed || slices.Contains(OneAct(), f.Name) || f.Annotations[renamedKey] != nil {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			failed = append(failed, UsageError("the variable %s: %w", Variable(f.Name), valueError(err)))
		}
		p.setBy[f.Name] = "the variable " + Variable(f.Name)
		f.Changed = false // a variable is for all commands, so it contradicts no option of this one
	})
	return errors.Join(failed...)
}

// OneAct returns the options that no variable sets: consent, a second copy, a purchase, and
// options about one object.
func OneAct() []string {
	return []string{
		"yes", "confirm", "again", "force", "keep-none", "key-elsewhere", "buy", "name", "description", "output", "range", "vault", "help",
		"version", "topic", "set", "remove", "off", "bytes-per-hour", "free-tier", "none", "older-than",
	}
}

// Variable returns the name of the variable that sets an option.
func Variable(option string) string {
	return "FIRN_" + strings.ToUpper(strings.ReplaceAll(option, "-", "_"))
}
