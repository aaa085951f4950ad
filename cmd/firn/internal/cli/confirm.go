package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	xterm "golang.org/x/term"

	"firn/cmd/firn/internal/term"
)

// Confirm asks on the terminal whether to continue. Commands destroy something only after a
// yes, typed or given as --yes. Without a terminal the answer is no.
func (p *Program) Confirm(ctx context.Context, question string) error {
	return p.ConfirmOr(ctx, question, "--yes")
}

// ConfirmOr is [Program.Confirm] with another option for the yes.
func (p *Program) ConfirmOr(ctx context.Context, question, consent string) error {
	answer, err := p.answer(ctx, question, term.Show(question)+" [y/N] ", consent)
	if err != nil {
		return err
	}
	switch strings.ToLower(answer) {
	case "y", "yes":
		return nil
	}
	return RefusedError("the answer was no, so nothing was done")
}

// ConfirmTyped is [Program.Confirm] for acts that a single key must not start: the user types
// a word. what describes the word, such as "the number of archives".
func (p *Program) ConfirmTyped(ctx context.Context, question, what, word string) error {
	return p.confirmWord(ctx, question, what, word, "--yes")
}

// ConfirmName is [Program.ConfirmTyped] for acts for which --yes does not suffice: the user
// types the name of the vault, and a script gives it as --confirm (given).
func (p *Program) ConfirmName(ctx context.Context, question, name, given string) error {
	const what = "the vault's name"
	switch given {
	case "":
		return p.confirmWord(ctx, question, what, name, "--confirm", name)
	case name:
		return nil
	}
	return RefusedError("--confirm says %q, which is not %s, so nothing was done", given, what)
}

// confirmWord asks for a word. consent is the option that replaces the question.
func (p *Program) confirmWord(ctx context.Context, question, what, word string, consent ...string) error {
	prompt := fmt.Sprintf("%s\ntype %s, %s, to go on: ", term.Show(question), what, term.Show(word))
	answer, err := p.answer(ctx, question, prompt, consent...)
	if err == nil && answer != word {
		err = RefusedError("%q is not %s, so nothing was done", answer, what)
	}
	return err
}

// CanAsk reports whether somebody can answer a question on standard input.
func (p *Program) CanAsk() bool {
	file, ok := p.Stdin.(*os.File)
	return ok && !p.NoInput && xterm.IsTerminal(int(file.Fd()))
}

// answer asks on the terminal and returns the typed line. Without a terminal it proposes
// consent, the option (and its value) that replaces the question.
func (p *Program) answer(ctx context.Context, question, prompt string, consent ...string) (string, error) {
	if !p.CanAsk() {
		why := "standard input is not a terminal"
		if p.NoInput {
			why = "--no-input is set"
		}
		return "", WithHint(RefusedError("cannot ask for confirmation (%q): %s; use %s", question, why, strings.Join(consent, " ")),
			"if you mean it: "+p.TypedWith(consent...))
	}
	p.UI.Ask(prompt)
	answer, err := bufio.NewReader(p.Stdin).ReadString('\n')
	p.UI.Answered()
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil && !errors.Is(err, io.EOF):
		return "", fmt.Errorf("reading the answer: %w", err)
	}
	return strings.TrimSpace(answer), nil
}

// ApproveRemoval shows the objects that are about to be removed for ever, and a note about
// them, and asks. One object takes a yes. For several the user types their number, because
// people read a list less carefully than a line.
func (p *Program) ApproveRemoval(ctx context.Context, objects []string, note, question string) error {
	for _, o := range objects {
		p.UI.Say("%s", term.Show(o))
	}
	if note != "" {
		p.UI.Say("firn: %s", term.Show(note))
	}
	if len(objects) == 1 {
		return p.Confirm(ctx, question)
	}
	return p.ConfirmTyped(ctx, question, "their number", strconv.Itoa(len(objects)))
}
