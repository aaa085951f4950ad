package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/cli"
)

// inProcess runs a command line in this process, without input, and returns its status and
// what it printed.
func inProcess(t *testing.T, args ...string) (status cli.Status, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	var files [2]*os.File
	for i, name := range []string{"stdout", "stderr"} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files[i] = f
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	status = run(t.Context(), newCommand(append([]string{"firn"}, args...), null, files[0], files[1]))
	var texts [2]string
	for i, f := range files {
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	return status, texts[0], texts[1]
}

// commandsBelow returns a command and all visible commands that it contains.
func commandsBelow(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			all = append(all, commandsBelow(c)...)
		}
	}
	return all
}

// Every help text fits a terminal, has examples, and ends with where to read more. The help of
// the root fits one screen together with the prompt.
func TestHelpTexts(t *testing.T) {
	root := newCommand([]string{"firn"}, os.Stdin, os.Stdout, os.Stderr).Root
	for _, cmd := range commandsBelow(root) {
		path := strings.Fields(cmd.CommandPath())[1:]
		status, text, _ := inProcess(t, append(path, "--help")...)
		if status != cli.StatusDone {
			t.Errorf("%s: status %d", cmd.CommandPath(), status)
		}
		lines := strings.Split(strings.TrimSpace(text), "\n")
		for _, line := range lines {
			if utf8.RuneCountInString(line) > 80 {
				t.Errorf("%s: a line of %d columns: %s", cmd.CommandPath(), utf8.RuneCountInString(line), line)
			}
		}
		if most := 23; cmd == root && len(lines) > most {
			t.Errorf("the help of the root has %d lines, more than %d", len(lines), most)
		}
		if i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Read more: ") }); i < len(lines)-2 {
			t.Errorf("%s: the help does not end with where to read more", cmd.CommandPath())
		}
		if cmd != root && !cli.IsTopic(cmd) && cmd.Example == "" {
			t.Errorf("%s: there is no example", cmd.CommandPath())
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if value, _ := pflag.UnquoteUsage(f); value != strings.ToUpper(value) {
				t.Errorf("%s --%s: the value is called %q", cmd.CommandPath(), f.Name, value)
			}
		})
	}
}

// Every help topic that a help text names exists.
func TestHelpNamesTopics(t *testing.T) {
	root := newCommand([]string{"firn"}, os.Stdin, os.Stdout, os.Stderr).Root
	for _, cmd := range commandsBelow(root) {
		_, text, _ := inProcess(t, append(strings.Fields(cmd.CommandPath())[1:], "--help")...)
		_, last, _ := strings.Cut(text, "\nRead more: ")
		for _, where := range strings.Split(strings.ReplaceAll(last, "\n", " "), ",") {
			words := strings.Fields(where)
			if len(words) < 3 || words[1] != "help" || words[2] == "TOPIC" {
				continue
			}
			if status, _, stderr := inProcess(t, words[1:]...); status != cli.StatusDone {
				t.Errorf("%s names %q: %s", cmd.CommandPath(), strings.TrimSpace(where), stderr)
			}
		}
	}
}
