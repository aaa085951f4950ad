package cli

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"

	"firn/cmd/firn/internal/term"
)

// Report shows an error and its hints, with -v also its causes, unless it was reported before,
// and returns its status.
// With --json it also prints the error as the last line of standard output.
func (p *Program) Report(err error) Status {
	s := StatusOf(err)
	var reported *ReportedError
	if err == nil || errors.As(err, &reported) {
		return s
	}
	if s == StatusDamaged {
		err = WithHint(err, "to save what is readable, and the list of each vault: "+p.rebuildCommand())
	}
	hints := p.shortened(hintsOf(err))
	p.UI.Fail(err)
	if p.verbose > 0 {
		for _, cause := range causesOf(err) {
			p.UI.Say("cause: %s", cause)
		}
	}
	for _, hint := range hints {
		p.UI.Say("hint: %s", hint)
	}
	p.reportJSON(err, s)
	return s
}

// reportJSON prints an error on standard output, with --json.
func (p *Program) reportJSON(err error, s Status) {
	if !p.wantsJSON() {
		return
	}
	_ = p.Out.Object(errorObject{
		MessageType: "error", Error: strings.ReplaceAll(err.Error(), "\n", "; "),
		Status: s, Hint: strings.Join(p.shortened(hintsOf(err)), "\n"),
	})
	_ = p.Out.Flush() // there is nowhere left to report an error
}

// shortened returns hints with the short names of vaults that the user typed, where a whole word
// is the URL of one.
func (p *Program) shortened(hints []string) []string {
	short := slices.Clone(hints)
	for i := range short {
		for _, v := range p.names {
			url := regexp.QuoteMeta(term.ShellCommand(v.URL))
			short[i] = regexp.MustCompile(`(^| )`+url+`( |$)`).ReplaceAllString(short[i], "${1}"+v.Name+"${2}")
		}
	}
	return short
}

// wantsJSON reports whether errors also go to standard output. An error can occur before the
// options are parsed.
func (p *Program) wantsJSON() bool {
	return p.JSON || slices.Contains(p.Args, "--json") || os.Getenv(Variable("json")) != ""
}

// errorObject is an error on standard output.
type errorObject struct {
	MessageType string `json:"message_type"`
	Error       string `json:"error"`
	Status      Status `json:"exit_status"`
	Hint        string `json:"hint"`
}

// ReportedError stands for errors that were reported before.
type ReportedError struct{ Status }

func (e *ReportedError) Error() string { return "the errors above ended the command: " + e.String() }
