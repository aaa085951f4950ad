package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// confirm asks on the terminal whether to go on. What destroys something is done
// only after a yes, typed or given as --yes; without a terminal nobody can be
// asked, and the answer is no.
func (p *program) confirm(ctx context.Context, question string) error {
	file, ok := p.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return withHint(refusedError("nobody is there to answer %q, so nothing was done", question),
			"if you mean it: "+p.typedWith("--yes"))
	}
	p.ui.ask(show(question) + " [y/N] ")
	answer, err := bufio.NewReader(file).ReadString('\n')
	p.ui.answered()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && !errors.Is(err, io.EOF):
		return fmt.Errorf("reading the answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return refusedError("the answer was no, so nothing was done")
}
