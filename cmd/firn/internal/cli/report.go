package cli

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"firn/cmd/firn/internal/term"
	"firn/vault"
)

// Report shows an error and its hints, with -v also its causes, unless it was reported before,
// and returns its status. A hint that an earlier error had is not shown again.
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
	err = WithHint(err, p.blamed(err)...)
	hints := p.shortened(hintsOf(err))
	p.UI.Fail(err)
	if p.verbose > 0 {
		for _, cause := range causesOf(err) {
			p.UI.Say("cause: %s", cause)
		}
	}
	for _, hint := range hints {
		if _, again := p.hinted.LoadOrStore(hint, true); !again {
			p.UI.Say("hint: %s", hint)
		}
	}
	p.reportJSON(err, s)
	return s
}

// blamed returns hints with what has set the options that an error is about, if that was not the
// command line.
func (p *Program) blamed(err error) (hints []string) {
	if !errors.Is(err, ErrUsage) && !errors.Is(err, vault.ErrInvalid) {
		return nil
	}
	text := err.Error()
	for _, option := range slices.Sorted(maps.Keys(p.setBy)) {
		words := strings.ReplaceAll(option, "-", " ")
		if strings.Contains(text, "--"+option+" ") || words != option && strings.Contains(text, words) {
			hints = append(hints, option+" is set by "+p.setBy[option])
		}
	}
	return hints
}

// reportJSON prints an error on standard output, with --json.
func (p *Program) reportJSON(err error, s Status) {
	if !p.wantsJSON() {
		return
	}
	o := errorObject{
		MessageType: "error", Error: strings.ReplaceAll(err.Error(), "\n", "; "),
		Code: codeOf(err), Status: s, Hint: strings.Join(p.shortened(hintsOf(err)), "\n"),
	}
	if of, ok := errors.AsType[*objectError](err); ok {
		o.File, o.ArchiveID = of.file, of.archive
	}
	_ = p.Out.Object(o)
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
	MessageType string          `json:"message_type"`
	File        string          `json:"file,omitempty"`
	ArchiveID   vault.ArchiveID `json:"archive_id,omitempty"`
	Error       string          `json:"error"`
	Status      Status          `json:"exit_status"`
	Code        string          `json:"code,omitempty"` // the class of the error
	Hint        string          `json:"hint"`
}

// objectError is the error of one of the objects of a command.
type objectError struct {
	error
	file    string
	archive vault.ArchiveID
}

func (e *objectError) Unwrap() error { return e.error }

// OfFile notes the file that an error is about, as it was typed. Its text stays the same; with
// --json the error has a field for the file.
func OfFile(err error, path string) error {
	if err == nil {
		return nil
	}
	return &objectError{error: err, file: path}
}

// OfArchive is [OfFile] for an archive.
func OfArchive(err error, id vault.ArchiveID) error {
	if err == nil {
		return nil
	}
	return &objectError{error: err, archive: id}
}

// Named adds the path of a file to an error whose text does not name the file.
func Named(err error, path string) error {
	name := strconv.Quote(filepath.Base(path))[1:]
	if text := err.Error(); strings.Contains(text, `"`+name) || strings.Contains(text, string(filepath.Separator)+name) {
		return err
	}
	return fmt.Errorf("%q: %w", path, err)
}

// ReportedError stands for errors that were reported before. Sum says how many objects failed;
// if it is empty, the text is the meaning of the status.
type ReportedError struct {
	Status Status
	Sum    string
}

func (e *ReportedError) Error() string { return cmp.Or(e.Sum, e.Status.String()) }
