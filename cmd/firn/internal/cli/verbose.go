package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/amazon"
	"firn/internal/humane"
	"firn/vault"
)

// AddVerbose adds the option -v to all commands.
func (p *Program) AddVerbose(f *pflag.FlagSet) {
	f.CountVarP(&p.verbose, "verbose", "v",
		"``print failed requests and causes; -vv: all requests")
}

// Observe returns a context whose requests to a service are printed on standard error: with -v
// those that failed or were repeated, with -vv all of them.
func (p *Program) Observe(ctx context.Context) context.Context {
	if p.verbose == 0 {
		return ctx
	}
	return amazon.WithObserver(ctx, amazon.Observer{
		Request: func(x amazon.Exchange) {
			if p.verbose > 1 || x.Failed() || x.Attempt > 1 {
				p.UI.Say("firn: %s", exchangeText(x))
			}
		},
		Decision: func(sentence string) { p.UI.Say("firn: %s", term.Show(sentence)) },
		Now:      p.Now,
	})
}

// exchangeText describes a request and its answer on one line.
func exchangeText(x amazon.Exchange) string {
	of := fmt.Sprintf("%s %s %q", x.Operation, x.Method, x.Server+x.Path)
	if x.Part != "" {
		of += " " + term.Show(x.Part)
	}
	result := "no answer"
	if x.Status != 0 {
		result = term.Joined(" ", fmt.Sprint(x.Status), term.Show(x.Code))
	}
	sent, received, id, attempt, failure := "", "", "", "", ""
	if x.Sent > 0 {
		sent = "sent " + humane.Bytes(x.Sent)
	}
	if x.Received > 0 {
		received = "received " + humane.Bytes(x.Received)
	}
	if x.RequestID != "" {
		id = fmt.Sprintf("request %.100q", x.RequestID)
	}
	if x.Attempt > 1 {
		attempt = fmt.Sprintf("attempt %d", x.Attempt)
	}
	if x.Failure != "" {
		failure = masked(term.Show(x.Failure))
	}
	return of + ": " + term.Joined(", ", fmt.Sprintf("%s in %.3f s", result, x.Took.Seconds()), sent, received, id, attempt, failure)
}

// causesOf returns the texts of the errors that err wraps, outermost first, without those that
// an earlier one contains.
func causesOf(err error) []string {
	texts := []string{err.Error()}
	var visit func(error)
	visit = func(err error) {
		if amazon.QuotesProgram(err) {
			return
		}
		if err == nil || slices.ContainsFunc(classes(), func(class error) bool { return err == class }) { //nolint:errorlint // the class itself
			return
		}
		if text := err.Error(); !slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, text) }) {
			texts = append(texts, text)
		}
		switch outer := err.(type) { //nolint:errorlint // this visits each error of the chain
		case interface{ Unwrap() error }:
			visit(outer.Unwrap())
		case interface{ Unwrap() []error }:
			for _, inner := range outer.Unwrap() {
				visit(inner)
			}
		}
	}
	visit(err)
	causes := texts[1:]
	for i, text := range causes {
		text, _, _ = strings.Cut(text, "\n") // a service may quote the signed request on more lines
		causes[i] = masked(term.Show(text))
	}
	return causes
}

// classes are the errors that only give another error its class: they are no cause.
func classes() []error {
	return append(vault.Classes(), ErrUsage, ErrRefused, ErrPartial, ErrBroken, depot.ErrGaveUp)
}

// masked replaces passwords in URLs, the parameters of signed URLs, and the values of keys whose
// names say that they are secret.
func masked(text string) string {
	text = regexp.MustCompile(`(?i)((?:secret|token|password)[a-z_-]*["']?\s*[:=]\s*["']?)[^"',\s}]+`).ReplaceAllString(text, "$1***")
	text = regexp.MustCompile(`://[^/@\s"]+@`).ReplaceAllString(text, "://***@")
	return regexp.MustCompile(`(?i)([?&]X-Amz-[a-z-]+=)[^&"\s]*`).ReplaceAllString(text, "$1***")
}
