package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// HelpWidth is the number of columns that no line of a help text exceeds. A narrower terminal gets
// shorter lines.
const HelpWidth = 80

// The keys of a command's annotations.
const (
	exitsKey  = "exit status" // the statuses that the command ends with
	topicsKey = "topics"      // the help topics that a topic refers to
	groupKey  = "group"       // the command only contains others
)

// WithStatuses sets the statuses that a command may end with, for its help text. Every
// command has them.
func WithStatuses(cmd *cobra.Command, statuses ...Status) *cobra.Command {
	var all []string
	for _, s := range slices.Sorted(slices.Values(statuses)) {
		all = append(all, fmt.Sprint(int(s)))
	}
	annotate(cmd, exitsKey, strings.Join(all, ", "))
	return cmd
}

// WithTopics sets the help topics that a topic refers to.
func WithTopics(cmd *cobra.Command, topics ...string) *cobra.Command {
	annotate(cmd, topicsKey, strings.Join(topics, " "))
	return cmd
}

func annotate(cmd *cobra.Command, key, value string) {
	if cmd.Annotations == nil {
		cmd.Annotations = make(map[string]string)
	}
	cmd.Annotations[key] = value
}

// VaultStatuses returns the exit statuses of the commands that open a vault.
func VaultStatuses() []Status {
	return []Status{StatusDone, StatusError, StatusUsage, StatusIncomplete, StatusDenied, StatusLocked, StatusInterrupted}
}

// IsTopic reports whether a command is a help topic, which help prints.
func IsTopic(cmd *cobra.Command) bool {
	return cmd.HasParent() && cmd.Parent().Name() == "help"
}

func isGroup(cmd *cobra.Command) bool { return cmd.Annotations[groupKey] != "" }

// Help prints the description of a command, its usage, examples, flags and exit statuses, and
// where to read more.
func (p *Program) Help(cmd *cobra.Command) {
	width := HelpWidth
	if terminal := p.Out.Width(); terminal > 0 {
		width = min(width, max(terminal, leastHelp))
	}
	parts := []string{refilled(strings.TrimSpace(cmd.Long), width)}
	switch {
	case !cmd.HasParent(): // it fits a terminal of 24 lines with the prompt
		parts[0] += "\nUsage: " + cmd.Name() + " COMMAND [ARGUMENT...] [OPTION...]"
		parts = append(parts, commandGroups(cmd, width), rootOptions(cmd, width))
	case IsTopic(cmd):
		parts = append(parts, readMore(cmd, width))
	default:
		parts = append(parts, commandHelp(cmd, width)...)
	}
	p.Out.Line("%s", strings.Join(parts, "\n\n"))
}

// leastHelp is the number of columns below which a help text gets no narrower.
const leastHelp = 40

// refilled breaks the lines of a help text anew for a terminal that is narrower than
// [HelpWidth]. Paragraphs with an indented line are tables or commands and stay.
func refilled(long string, width int) string {
	if width >= HelpWidth {
		return long
	}
	paragraphs := strings.Split(long, "\n\n")
	for i, paragraph := range paragraphs {
		if strings.HasPrefix(paragraph, " ") || strings.Contains(paragraph, "\n ") {
			continue
		}
		var lines []string
		line := ""
		for word := range strings.FieldsSeq(paragraph) {
			if line != "" && len(line)+1+len(word) > width {
				lines = append(lines, line)
				line = ""
			}
			line = strings.TrimLeft(line+" "+word, " ")
		}
		paragraphs[i] = strings.Join(append(lines, line), "\n")
	}
	return strings.Join(paragraphs, "\n\n")
}

// commandHelp returns the paragraphs below the description of a command.
func commandHelp(cmd *cobra.Command, width int) []string {
	parts := []string{usage(cmd)}
	if cmd.Example != "" {
		parts = append(parts, "Examples:\n"+strings.TrimRight(cmd.Example, "\n"))
	}
	if cmd.HasAvailableSubCommands() {
		parts = append(parts, "Commands:\n"+commandTable(cmd))
	}
	if cmd.HasAvailableLocalFlags() {
		parts = append(parts, "Options:\n"+flagTable(cmd.LocalFlags(), width))
	}
	parts = append(parts, "Global options:\n"+flagTable(cmd.InheritedFlags(), width))
	last := readMore(cmd, width)
	if statuses := cmd.Annotations[exitsKey]; statuses != "" {
		last = "Exit status: " + statuses + "\n" + last
	}
	return append(parts, last)
}

// usage returns the forms of a command line and the other names of the command.
func usage(cmd *cobra.Command) string {
	var forms []string
	if cmd.HasAvailableSubCommands() {
		forms = append(forms, cmd.CommandPath()+" COMMAND")
	}
	if !isGroup(cmd) {
		forms = append(forms, form(cmd))
	}
	text := "Usage: " + strings.Join(forms, "\n       ")
	if len(cmd.Aliases) > 0 {
		text += "\nAliases: " + strings.Join(cmd.Aliases, ", ")
	}
	return text
}

// form returns the form of a command line.
func form(cmd *cobra.Command) string {
	line := cmd.CommandPath()
	if _, arguments, ok := strings.Cut(cmd.Use, " "); ok {
		line += " " + arguments
	}
	if cmd.HasAvailableLocalFlags() {
		line += " [OPTION...]"
	}
	return line
}

// commandGroups returns the commands of the root, by their groups. Of commands without a group
// it returns only the names.
func commandGroups(root *cobra.Command, width int) string {
	titles := 0
	for _, g := range root.Groups() {
		titles = max(titles, len(g.Title)+2)
	}
	var lines, others []string
	for _, g := range root.Groups() {
		title := g.Title
		for _, c := range root.Commands() {
			if c.GroupID == g.ID && c.IsAvailableCommand() {
				lines = append(lines, fmt.Sprintf("%-*s%s", titles, title, commandEntry(c, nameWidth(root))))
				title = ""
			}
		}
	}
	for _, c := range root.Commands() {
		if c.GroupID == "" && c.IsAvailableCommand() {
			others = append(others, c.Name())
		}
	}
	return strings.Join(append(lines, listed(fmt.Sprintf("%-*s", titles, "Other"), others, width)), "\n")
}

// commandTable returns one line for each command that cmd contains.
func commandTable(cmd *cobra.Command) string {
	var lines []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			lines = append(lines, "  "+commandEntry(c, nameWidth(cmd)))
		}
	}
	return strings.Join(lines, "\n")
}

// commandEntry returns the name and the description of a command.
func commandEntry(cmd *cobra.Command, width int) string {
	return fmt.Sprintf("%-*s  %s", width, cmd.Name(), cmd.Short)
}

// nameWidth returns the columns of the longest name among the commands that cmd contains.
func nameWidth(cmd *cobra.Command) (width int) {
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() && (cmd.HasParent() || c.GroupID != "") {
			width = max(width, len(c.Name()))
		}
	}
	return width
}

// rootOptions returns the names of the options of all commands and of the help topics.
func rootOptions(root *cobra.Command, width int) string {
	var options, topics []string
	root.LocalFlags().VisitAll(func(f *pflag.Flag) {
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand // one line has room for no more
		}
		if f.Name != "help" && !f.Hidden { // the last line shows how to get help
			options = append(options, name)
		}
	})
	for _, c := range root.Commands() {
		for _, t := range c.Commands() {
			if IsTopic(t) {
				topics = append(topics, t.Name())
			}
		}
	}
	return listed("Options: ", options, width) + "\n" + listed("Topics:  ", topics, width) + "\n" +
		"Read more: firn COMMAND --help, firn help TOPIC"
}

// flagTable returns the options of a command.
func flagTable(flags *pflag.FlagSet, width int) string {
	return strings.TrimRight(flags.FlagUsagesWrapped(width), "\n")
}

// readMore returns the last line of a help text.
func readMore(cmd *cobra.Command, width int) string {
	var where []string
	if cmd.HasAvailableSubCommands() {
		where = append(where, cmd.CommandPath()+" COMMAND --help")
	}
	for _, topic := range topicsOf(cmd) {
		where = append(where, "firn help "+topic)
	}
	return listed("Read more: ", where, width)
}

// topicsOf returns the help topics about the words in the usage of a command.
func topicsOf(cmd *cobra.Command) []string {
	if topics := cmd.Annotations[topicsKey]; topics != "" {
		return strings.Fields(topics)
	}
	words := cmd.Use
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		value, _ := pflag.UnquoteUsage(f)
		words += " " + value
	})
	var topics []string
	for _, about := range []struct{ topic, words string }{
		{"vaults", "VAULT PLACE ACCOUNT"},
		{"archives", "ARCHIVE JOB UPLOAD_ID SNAPSHOT PATTERN"},
		{"values", "SIZE RATE TIME SPAN DATE USD FROM-TO"},
	} {
		isAbout := func(word string) bool { return strings.Contains(words, word) }
		if slices.ContainsFunc(strings.Fields(about.words), isAbout) {
			topics = append(topics, about.topic)
		}
	}
	return append(topics, "exit-status")
}

// listed returns a title and items, separated by commas. Items that do not fit the width
// follow on further lines, below the first.
func listed(title string, items []string, width int) string {
	var lines []string
	line := title
	for i, item := range items {
		if i < len(items)-1 {
			item += ","
		}
		if len(line)+len(item) > width {
			lines = append(lines, strings.TrimRight(line, " "))
			line = strings.Repeat(" ", len(title))
		}
		line += item + " "
	}
	return strings.Join(append(lines, strings.TrimRight(line, " ")), "\n")
}
