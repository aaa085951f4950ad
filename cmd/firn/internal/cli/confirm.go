package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	xterm "golang.org/x/term"

	"firn/cmd/firn/internal/term"
)

// Confirm asks on the terminal whether to go on. What destroys something is done
// only after a yes, typed or given as --yes; without a terminal nobody can be
// asked, and the answer is no.
func (p *Program) Confirm(ctx context.Context, question string) error {
	answer, err := p.answer(ctx, question, term.Show(question)+" [y/N] ", "--yes")
	if err != nil {
		return err
	}
	switch strings.ToLower(answer) {
	case "y", "yes":
		return nil
	}
	return RefusedError("the answer was no, so nothing was done")
}

// ConfirmTyped is confirm for what must not be done by a mere keypress: the user
// types a word, of which what says what it is: "the number of archives".
func (p *Program) ConfirmTyped(ctx context.Context, question, what, word string) error {
	return p.confirmWord(ctx, question, what, word, "--yes")
}

// ConfirmName is confirmTyped for what no --yes is enough for: who cannot type the
// name of the vault gives it as --confirm, so that a script names what it means.
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

// confirmWord asks for a word; consent is the option that gives it beforehand.
func (p *Program) confirmWord(ctx context.Context, question, what, word string, consent ...string) error {
	prompt := fmt.Sprintf("%s\ntype %s, %s, to go on: ", term.Show(question), what, term.Show(word))
	answer, err := p.answer(ctx, question, prompt, consent...)
	if err == nil && answer != word {
		err = RefusedError("%q is not %s, so nothing was done", answer, what)
	}
	return err
}

// answer asks on the terminal and returns what is typed. Without a terminal, consent
// is the option, with its value, that would have made the question needless.
func (p *Program) answer(ctx context.Context, question, prompt string, consent ...string) (string, error) {
	file, ok := p.Stdin.(*os.File)
	if !ok || !xterm.IsTerminal(int(file.Fd())) {
		return "", WithHint(RefusedError("nobody is there to answer %q, so nothing was done", question),
			"if you mean it: "+p.TypedWith(consent...))
	}
	p.UI.Ask(prompt)
	answer, err := bufio.NewReader(file).ReadString('\n')
	p.UI.Answered()
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil && !errors.Is(err, io.EOF):
		return "", fmt.Errorf("reading the answer: %w", err)
	}
	return strings.TrimSpace(answer), nil
}
