package backups

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/restore"
	"firn/vault"
)

// restorePlanObject is what a restore would do, on standard output.
type restorePlanObject struct {
	MessageType  string   `json:"message_type"`
	Vault        string   `json:"vault"`
	Snapshots    []string `json:"snapshots"`
	Files        int64    `json:"files"`
	Directories  int64    `json:"directories"`
	Others       int64    `json:"others"` // symbolic links, pipes and devices
	Bytes        int64    `json:"bytes"`
	FilesPresent int64    `json:"files_present"`
	Packs        int64    `json:"packs"`
	Requests     int64    `json:"requests"`
	Retrieve     int64    `json:"bytes_to_retrieve"`
	Fetch        int64    `json:"bytes_to_download"`
	USD          float64  `json:"usd"`
	SecondsLeast float64  `json:"ready_after_seconds"`
	SecondsMost  float64  `json:"ready_after_seconds_most"`
	PricesAsOf   string   `json:"prices_as_of"` // empty if nothing is charged
}

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

// tellPlan prints what a restore would do.
func (s *restoreSession) tellPlan(plan *restore.Plan, cost restoreCost) error {
	p, count := s.program, humanize.Comma
	if p.JSON {
		o := restorePlanObject{
			MessageType: "restore_plan", Vault: s.vault.URL(), Snapshots: []string{}, Files: plan.Files, Directories: plan.Directories,
			Others: plan.Others, Bytes: plan.Bytes, FilesPresent: plan.Present, Packs: plan.Packs, Requests: plan.Requests,
			Retrieve: plan.Retrieve, Fetch: plan.Fetch, USD: cost.total().USD, SecondsLeast: cost.Least.Seconds(), SecondsMost: cost.Most.Seconds(),
		}
		for _, snapshot := range plan.Snapshots {
			o.Snapshots = append(o.Snapshots, snapshot.ID)
		}
		if !cost.table.IsFree() {
			o.PricesAsOf = cost.table.Day()
		}
		if err := p.Out.Object(o); err != nil {
			return err
		}
		return s.tellProblems(plan.Problems)
	}
	out, units := p.Out, p.UI.Units
	for _, snapshot := range plan.Snapshots {
		out.Line("from       %s", term.Show(snapshotText(snapshot)))
	}
	out.Line("files      %s, %s; %s there already", count(plan.Files), units.Bytes(plan.Bytes), count(plan.Present))
	out.Line("retrieve   %s from %s, in %s", units.Bytes(plan.Retrieve), term.Many(int(plan.Packs), "pack"), term.Many(int(plan.Requests), "request"))
	out.Line("download   %s", units.Bytes(plan.Fetch))
	if cost.table.IsFree() {
		out.Line("price      nothing is charged")
	} else {
		parts := fmt.Sprintf("%s to retrieve, %s to send it here", cli.Money(cost.Requests.Plus(cost.Bytes)), cli.Money(cost.Egress))
		if cost.stay.USD > 0 {
			parts += fmt.Sprintf(", %s for copies", cli.Money(cost.stay))
		}
		out.Line("price      %s", cli.Money(cost.total()))
		out.Line("           %s", parts)
		out.Line("           (%s; look up yours)", term.Show(cost.table.Basis()))
		if cost.total().Doubtful() {
			out.Line("           %s", cli.DoubtLegend)
		}
	}
	out.Line("ready      %s", readyText(cost.Least, cost.Most))
	return s.tellProblems(plan.Problems)
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
		p.Notice("what was downloaded is kept; when the files can be written, the same command uses it")
	}
	return s.partial(r.Problems)
}

// summary returns what a restore did, for people.
func (s *restoreSession) summary(r restore.Report, took time.Duration) []string {
	units := s.program.UI.Units
	if r.Files+r.Others+r.Failed == 0 {
		return []string{fmt.Sprintf("%s already there, nothing to restore", wereThere(r.Present))}
	}
	text := fmt.Sprintf("restored %s, %s, in %s", term.Many(int(r.Files), "file"), units.Bytes(r.Bytes), humane.Transfer(took, r.Fetched, took, units))
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

// partial returns the error of a restore with problems.
func (s *restoreSession) partial(problems restore.Problems) error {
	var parts []string
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
