package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/term"
)

// Ids may begin with a hyphen, and so may names. One that is given without "--" before
// it must not be taken for options: -hA... would print the help and end as if all were
// done, and -oA... would be the name of a file.

// CheckHyphens refuses a command line with a word that begins with a hyphen and is no
// option of its command, and says how to write it.
func (p *Program) CheckHyphens() error {
	if len(p.Args) > 1 && strings.HasPrefix(p.Args[1], cobra.ShellCompRequestCmd) {
		return nil // what is typed so far, to be completed
	}
	cmd, _, err := p.Root.Find(p.Args[1:])
	if err != nil || cmd.HasSubCommands() {
		return nil //nolint:nilerr // it takes no ids, or there is none: running it says so
	}
	line := newCommandLine(cmd, p.Args)
	if line.first < 0 {
		return nil
	}
	word := p.Args[line.first]
	return WithHint(UsageError("%s has no option %q", cmd.CommandPath(), word), HelpHint(cmd),
		"if it is an id or a name, write -- before it: "+term.ShellCommand(line.withDashes()...))
}

// commandLine tells options and arguments of a command line apart.
type commandLine struct {
	words  []string
	option []bool // whether a word is an option or the value of one
	end    int    // where the "--" stands, or the end
	first  int    // the first word with a hyphen that is no option; -1 if there is none
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

// withDashes is the command line with "--" put in, and the options after it moved before
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

// isStray reports whether a word that begins with a hyphen is no option. A mistyped
// option with two hyphens is left to be refused as such.
func isStray(flags *pflag.FlagSet, word string) bool {
	if name, isLong := strings.CutPrefix(word, "--"); isLong {
		name, _, hasValue := strings.Cut(name, "=")
		return !hasValue && flags.Lookup(name) == nil && looksLikeID(word)
	}
	flag := flags.ShorthandLookup(word[1:2])
	return len(word) > 2 && (flag == nil || flag.NoOptDefVal != "" || isWholeID(word))
}

// takesNext reports whether the value of an option is the next word.
func takesNext(flags *pflag.FlagSet, word string) bool {
	flag := flags.Lookup(strings.TrimPrefix(word, "--"))
	if len(word) == 2 {
		flag = flags.ShorthandLookup(word[1:])
	}
	return flag != nil && flag.NoOptDefVal == ""
}

const (
	idAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
	// jobIDLength is also that of the ids of uploads.
	jobIDLength = 92
)

// isWholeID recognises an id of Amazon Glacier, or one as it is shown.
func isWholeID(word string) bool {
	begin, isShown := strings.CutSuffix(word, "...")
	return strings.Trim(begin, idAlphabet) == "" && (isShown || len(word) == ArchiveIDLength || len(word) == jobIDLength)
}

// looksLikeID recognises also the beginning of an id, which no option looks like.
func looksLikeID(word string) bool {
	return isWholeID(word) || strings.Trim(word, idAlphabet) == "" && strings.ContainsAny(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
}
