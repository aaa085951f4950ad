package cli

import (
	"slices"

	"firn/cmd/firn/internal/term"
)

// Typed returns the command line as it was typed, quoted for the shell.
func (p *Program) Typed() string { return term.ShellCommand(p.Args...) }

// TypedWith returns the command line as it was typed, with one more option and perhaps its
// value: before the "--" that ends the options, if there is one.
func (p *Program) TypedWith(option ...string) string {
	args := slices.Clone(p.Args)
	if i := slices.Index(args, "--"); i >= 0 {
		return term.ShellCommand(slices.Insert(args, i, option...)...)
	}
	return term.ShellCommand(append(args, option...)...)
}
