package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/term"
)

// Ids and names may begin with a hyphen. Without "--" before it, such an argument must not be
// parsed as options: -hA... would print the help and end with status 0, and -oA... would name
// a file.

// CheckHyphens refuses a command line with a word that begins with a hyphen and is no option
// of its command. The hint has the right command line.
func (p *Program) CheckHyphens() error {
	if len(p.Args) > 1 && strings.HasPrefix(p.Args[1], cobra.ShellCompRequestCmd) {
		return nil // a shell completes a command line
	}
	cmd, _, err := p.Root.Find(p.Args[1:])
	if err != nil || cmd.HasSubCommands() {
		return nil //nolint:nilerr // it takes no ids, or its execution reports that there is no such command
	}
	line := newCommandLine(cmd, p.Args)
	if line.first < 0 {
		return nil
	}
	word := p.Args[line.first]
	return WithHint(UsageError("%s has no option %q", cmd.CommandPath(), word), HelpHint(cmd),
		"if it is an id or a name, write -- before it: "+term.ShellCommand(line.withDashes()...))
}

// commandLine is a command line whose words are known as options or arguments.
type commandLine struct {
	words  []string
	option []bool // which words are options or their values
	end    int    // index of the "--", or the length
	first  int    // index of the first word with a hyphen that is no option, or -1
}

func newCommandLine(cmd *cobra.Command, words []string) commandLine {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.AddFlagSet(cmd.Flags())
	flags.AddFlagSet(cmd.InheritedFlags())
	l := commandLine{words: words, option: make([]bool, len(words)), end: len(words), first: -1}
	for i := 1; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "--":
			l.end = i
			return l
		case len(word) < 2 || word[0] != '-':
			continue
		case isStray(flags, word):
			if l.first < 0 {
				l.first = i
			}
			continue
		}
		l.option[i] = true
		if takesNext(flags, word) && i+1 < len(words) {
			i++
			l.option[i] = true
		}
	}
	return l
}

// withDashes returns the command line with "--" before the arguments, and all options before
// it.
func (l commandLine) withDashes() []string {
	line := slices.Clone(l.words[:l.first])
	var arguments []string
	for i := l.first; i < l.end; i++ {
		if l.option[i] {
			line = append(line, l.words[i])
		} else {
			arguments = append(arguments, l.words[i])
		}
	}
	line = append(append(line, "--"), arguments...)
	if l.end < len(l.words) {
		line = append(line, l.words[l.end+1:]...)
	}
	return line
}

// isStray reports whether a word that begins with a hyphen is no option. It is false for a
// mistyped option with two hyphens, which the parser reports.
func isStray(flags *pflag.FlagSet, word string) bool {
	if name, isLong := strings.CutPrefix(word, "--"); isLong {
		name, _, hasValue := strings.Cut(name, "=")
		return !hasValue && flags.Lookup(name) == nil && looksLikeID(word)
	}
	flag := flags.ShorthandLookup(word[1:2])
	if flag != nil && flag.Value.Type() == "count" && strings.Trim(word[1:], flag.Shorthand) == "" {
		return false // such as -vv
	}
	return len(word) > 2 && (flag == nil || flag.NoOptDefVal != "" || isWholeID(word))
}

// takesNext reports whether the next word is the value of an option.
func takesNext(flags *pflag.FlagSet, word string) bool {
	flag := flags.Lookup(strings.TrimPrefix(word, "--"))
	if len(word) == 2 {
		flag = flags.ShorthandLookup(word[1:])
	}
	return flag != nil && flag.NoOptDefVal == ""
}
