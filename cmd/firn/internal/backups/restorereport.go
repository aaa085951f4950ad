package backups

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/restore"
	"firn/vault"
)

// restoreObject is the result of a restore on standard output.
type restoreObject struct {
	MessageType  string  `json:"message_type"`
	Vault        string  `json:"vault"`
	Directory    string  `json:"directory"`
	Files        int64   `json:"files"`
	Directories  int64   `json:"directories"`
	Others       int64   `json:"others"`
	Bytes        int64   `json:"bytes"`
	FilesPresent int64   `json:"files_present"`
	Received     int64   `json:"received"`
	Failed       int64   `json:"failed"`
	Incomplete   int64   `json:"incomplete"` // an attribute could not be set
	Seconds      float64 `json:"seconds"`
}

// problemObject is a file that was not restored as it was, on standard output.
type problemObject struct {
	MessageType string `json:"message_type"`
	Path        string `json:"path"`
	PathBase64  string `json:"path_base64,omitempty"` // of a path that is not UTF-8
	Error       string `json:"error"`
	Restored    bool   `json:"restored"` // but not all of its attributes
}

// report prints what a restore did. Files that could not be restored make it partial. err is the
// error of the restore.
func (s *restoreSession) report(r restore.Report, took time.Duration, err error) error {
	p := s.program
	if told := s.tellProblems(r.Problems); told != nil || err != nil {
		return errors.Join(err, told)
	}
	if p.JSON {
		if err := p.Out.Object(restoreObject{
			"restore", s.vault.URL(), s.options.to, r.Files, r.Directories, r.Others, r.Bytes, r.Present, r.Fetched, r.Failed, r.Incomplete, took.Seconds(),
		}); err != nil {
			return err
		}
	} else if s.options.output == "" {
		p.Out.Line("%s", term.Show(s.options.to))
	}
	for _, line := range s.summary(r, took) {
		p.Notice(line)
	}
	if r.Kept {
		p.Notice("the downloaded ranges are kept; once the files can be written, run the same command again")
	}
	return s.partial(r.Problems)
}

// summary returns what a restore did, for people.
func (s *restoreSession) summary(r restore.Report, took time.Duration) []string {
	units := s.program.UI.Units
	if r.Files+r.Others+r.Failed == 0 {
		return []string{fmt.Sprintf("%s already there, nothing to restore", wereThere(r.Present))}
	}
	text := fmt.Sprintf("restored %s, %s, in %s", term.Many(int(r.Files), "file"), units.Bytes(r.Bytes), humane.Duration(took))
	if r.Present > 0 {
		text += fmt.Sprintf("; %s already there", wereThere(r.Present))
	}
	return []string{text}
}

func wereThere(n int64) string {
	if n == 1 {
		return "1 file was"
	}
	return humanize.Comma(n) + " files were"
}

// partial returns the error of a restore with problems, or with patterns that match nothing.
func (s *restoreSession) partial(problems restore.Problems) error {
	var parts []string
	for _, pattern := range s.unused {
		parts = append(parts, "no file matches "+strconv.Quote(pattern))
	}
	if n := problems.Failed; n > 0 {
		parts = append(parts, term.Many(int(n), "file")+" could not be restored")
	}
	if n := problems.Incomplete; n > 0 {
		parts = append(parts, term.Many(int(n), "file")+" could not get all attributes")
	}
	if len(parts) == 0 {
		return nil
	}
	sum := strings.Join(parts, ", ")
	s.program.UI.Say("firn: %s", sum)
	for _, problem := range problems.List {
		if errors.Is(problem.Err, vault.ErrExists) {
			s.program.UI.Say("hint: to replace what exists: %s", s.program.TypedWith("--force"))
			break
		}
	}
	return &cli.ReportedError{Status: cli.StatusPartial, Sum: sum}
}

// tellProblems lists the files that were not restored as they were.
func (s *restoreSession) tellProblems(problems restore.Problems) error {
	for _, f := range problems.List {
		path := shownPath(f.Path)
		if s.program.JSON {
			if err := s.program.Out.Object(problemObject{"problem", path, shownRaw(path), f.Err.Error(), f.Restored}); err != nil {
				return err
			}
			continue
		}
		s.program.UI.Say("firn: %s", term.Show(fmt.Sprintf("%q: %s", path, term.ErrorText(f.Err))))
	}
	if more := problems.Failed + problems.Incomplete - int64(len(problems.List)); more > 0 {
		s.program.UI.Say("firn: and %s more", humanize.Comma(more))
	}
	return nil
}
