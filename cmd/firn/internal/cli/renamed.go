package cli

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// renamedKey is the annotation of an option's old name. Its value is the name of today.
const renamedKey = "renamed"

// AddOldName lets an option also be given under the name that it had before. Help does not
// show the old name. See [Program.CheckOldNames].
func AddOldName(f *pflag.FlagSet, name, old string) {
	flag := *f.Lookup(name)
	flag.Name, flag.Shorthand, flag.Hidden = old, "", true
	flag.Annotations = map[string][]string{renamedKey: {name}}
	f.AddFlag(&flag)
}

// CheckOldNames tells of options that were given under an old name. It refuses an option that
// was given under both.
func (p *Program) CheckOldNames(cmd *cobra.Command) error {
	var errs []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		for _, name := range f.Annotations[renamedKey] {
			switch {
			case !f.Changed:
			case cmd.Flags().Changed(name):
				errs = append(errs, WithHint(UsageError("--%s is the old name of --%s; give one of them", f.Name, name), HelpHint(cmd)))
			default:
				cmd.Flags().Lookup(name).Changed = true // no variable replaces the value
				p.Notice("--" + f.Name + " is deprecated; use --" + name)
			}
		}
	})
	return errors.Join(errs...)
}
