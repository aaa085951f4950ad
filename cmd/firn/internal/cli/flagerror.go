package cli

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/suggest"
)

// FlagError returns a usage error for an error of the parser of options, with a hint.
func FlagError(cmd *cobra.Command, err error) error {
	hint := HelpHint(cmd)
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok && unknown.GetSpecifiedShortnames() == "" {
		name := unknown.GetSpecifiedName()
		if near := nearestFlag(cmd, name); near != "" {
			hint = "did you mean --" + near + "? " + hint
		}
		return WithHint(UsageError("%s has no option %q", cmd.CommandPath(), "--"+name), hint)
	}
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return WithHint(UsageError("%s has no option %q", cmd.CommandPath(), "-"+unknown.GetSpecifiedName()), hint)
	}
	if missing, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		value, _ := pflag.UnquoteUsage(missing.GetFlag())
		return WithHint(UsageError("--%s needs a value: --%[1]s %s", missing.GetFlag().Name, value), hint)
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return WithHint(UsageError("--%s: %w", invalid.GetFlag().Name, valueError(err)), hint)
	}
	return WithHint(UsageError("%w", err), hint)
}

// valueError returns what is wrong with the value of an option, without the name of the option.
// Values of pflag's own types fail with an error of the package that parses them.
func valueError(err error) error {
	invalid, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	switch invalid.GetFlag().Value.Type() {
	case "int", "int64":
		return UsageError("%q is not a whole number", invalid.GetValue())
	case "bool":
		return UsageError("%q is neither true nor false", invalid.GetValue())
	case "duration":
		return UsageError("%q is not a duration, such as 90s, 30m or 20h", invalid.GetValue())
	}
	return invalid.Unwrap()
}

// nearestFlag returns the option of a command whose name resembles a name that no option has,
// or "".
func nearestFlag(cmd *cobra.Command, name string) string {
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, f.Name)
		}
	})
	return suggest.Nearest(name, known)
}
