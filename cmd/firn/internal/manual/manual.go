// Package manual writes the help of commands as manual pages. The help is plain text with
// tables and examples that are indented; a generator that takes it for Markdown would join
// their lines.
package manual

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
)

// Write writes a page for root and for each command below it into dir, which it creates.
// The page of "firn vault create" is firn-vault-create.1. program is the name and the version
// in the footer.
func Write(root *cobra.Command, dir, program string, date time.Time) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make the directory of the manual pages: %w", err)
	}
	for _, cmd := range root.Commands() {
		if isShown(cmd) {
			if err := Write(cmd, dir, program, date); err != nil {
				return err
			}
		}
	}
	file := filepath.Join(dir, name(root)+".1")
	if err := os.WriteFile(file, []byte(page(root, program, date)), 0o644); err != nil {
		return fmt.Errorf("cannot write a manual page: %w", err)
	}
	return nil
}

func isShown(cmd *cobra.Command) bool { return cmd.IsAvailableCommand() && cmd.Name() != "help" }

// name returns the name of the page of a command.
func name(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

func page(cmd *cobra.Command, program string, date time.Time) string {
	var b strings.Builder
	cmd.InitDefaultHelpFlag()
	fmt.Fprintf(&b, ".TH %q 1 %q %q \"firn manual\"\n.nh\n.ad l\n",
		strings.ToUpper(name(cmd)), date.UTC().Format(time.DateOnly), program)
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", escape(name(cmd)), escape(cmd.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n\\fB%s\\fR%s\n", escape(cmd.CommandPath()), escape(strings.TrimPrefix(cmd.UseLine(), cmd.CommandPath())))
	b.WriteString(".SH DESCRIPTION\n")
	text(&b, cmd.Long)
	if shown := shownCommands(cmd); len(shown) > 0 {
		b.WriteString(".SH COMMANDS\n")
		for _, sub := range shown {
			fmt.Fprintf(&b, ".TP\n\\fB%s\\fR(1)\n%s\n", escape(name(sub)), escape(sub.Short))
		}
	}
	options(&b, "OPTIONS", cmd.LocalFlags().FlagUsages())
	options(&b, "OPTIONS OF ALL COMMANDS", cmd.InheritedFlags().FlagUsages())
	if cmd.Example != "" {
		b.WriteString(".SH EXAMPLES\n")
		text(&b, cmd.Example)
	}
	if statuses := cli.ExitStatuses(cmd); statuses != "" {
		b.WriteString(".SH EXIT STATUS\n")
		text(&b, statuses)
	}
	if cmd.HasParent() {
		fmt.Fprintf(&b, ".SH SEE ALSO\n\\fB%s\\fR(1)\n", escape(name(cmd.Parent())))
	}
	return b.String()
}

func shownCommands(cmd *cobra.Command) (shown []*cobra.Command) {
	for _, sub := range cmd.Commands() {
		if isShown(sub) {
			shown = append(shown, sub)
		}
	}
	return shown
}

// text writes plain text. Indented lines are kept as they are; others are filled.
func text(b *strings.Builder, plain string) {
	isKept := false
	keep := func(keep bool) {
		switch {
		case keep && !isKept:
			b.WriteString(".PP\n.nf\n")
		case !keep && isKept:
			b.WriteString(".fi\n.PP\n")
		}
		isKept = keep
	}
	isBlank := false
	for line := range strings.Lines(strings.Trim(plain, "\n")) {
		line = strings.TrimRight(line, " \n")
		if line == "" {
			isBlank = true
			continue
		}
		isIndented := strings.HasPrefix(line, " ")
		if isBlank && isIndented == isKept {
			b.WriteString(map[bool]string{true: "\n", false: ".PP\n"}[isKept])
		}
		keep(isIndented)
		isBlank = false
		b.WriteString(escape(line) + "\n")
	}
	keep(false)
}

// options writes the options of a command as its help shows them, one on a line.
func options(b *strings.Builder, title, usages string) {
	if usages == "" {
		return
	}
	fmt.Fprintf(b, ".SH %s\n", title)
	for line := range strings.Lines(usages) {
		option, meaning, _ := strings.Cut(strings.TrimSpace(line), "  ")
		fmt.Fprintf(b, ".TP\n\\fB%s\\fR\n%s\n", escape(option), escape(strings.TrimSpace(meaning)))
	}
}

// escape protects text from the formatter: backslashes, hyphens, which it would change to
// another character, and the beginning of a line, which may be a command.
func escape(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
