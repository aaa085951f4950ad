// Package complete completes command lines for shells. What an argument may be follows from
// its name in the usage of the command, and what a value of an option may be from its name in
// the help, so that a new command or option needs no code here.
//
// A completion sends no request, creates no catalog and waits for no other process. If
// anything fails, it offers nothing.
package complete

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/cli"
)

const (
	// patience is how long a person waits for a shell.
	patience = time.Second
	// most is the number of words that are offered at a time.
	most = 200
)

// Add adds completion to root and all commands below it. A command or an option that has its
// own completion keeps it.
func Add(p *cli.Program, root *cobra.Command) {
	root.Flags().VisitAll(func(f *pflag.Flag) { addOption(p, root, f) })
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { addOption(p, root, f) })
	if len(root.ValidArgs) == 0 && root.ValidArgsFunction == nil && !root.HasSubCommands() {
		forms := parseUse(root.Use)
		root.ValidArgsFunction = func(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return offer(cmd.Context(), p, forms.next(args), args, prefix)
		}
	}
	for _, cmd := range root.Commands() {
		Add(p, cmd)
	}
}

// chooser is a value of an option that is one of a few words.
type chooser interface {
	Choices() []string
}

func addOption(p *cli.Program, cmd *cobra.Command, f *pflag.Flag) {
	name, usage := pflag.UnquoteUsage(f)
	if len(p.Args) > 1 && strings.HasPrefix(p.Args[1], cobra.ShellCompRequestCmd) {
		f.Usage = usage // cobra shows it with the quotes of the name, and no help is printed
	}
	complete := func(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return offer(cmd.Context(), p, strings.Split(name, "|"), args, prefix)
	}
	if c, ok := f.Value.(chooser); ok {
		complete = cobra.FixedCompletions(c.Choices(), cobra.ShellCompDirectiveNoFileComp)
	}
	_ = cmd.RegisterFlagCompletionFunc(f.Name, complete) // fails for an option that has a completion
}

// offer returns the words that begin with prefix and may be one of names, which are names in
// the usage or the help. args are the arguments before.
func offer(ctx context.Context, p *cli.Program, names, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	var words []cobra.Completion
	directive := cobra.ShellCompDirectiveNoFileComp
	grow := false
	for _, name := range names {
		k := kinds()[name]
		if k.words != nil {
			words = append(words, k.words(ctx, p, args, prefix)...)
		}
		grow = grow || k.grow
		switch {
		case k.files:
			directive = cobra.ShellCompDirectiveDefault
		case k.directories || k.paths && isPath(prefix):
			directive = cobra.ShellCompDirectiveFilterDirs
		}
	}
	if len(words) > 0 {
		directive = cobra.ShellCompDirectiveNoFileComp
	}
	if grow && len(words) > 0 && !slices.ContainsFunc(words, func(word string) bool { return !strings.HasSuffix(word, "/") }) {
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return words[:min(most, len(words))], directive
}
