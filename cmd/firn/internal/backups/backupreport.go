package backups

import (
	"errors"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"firn/backup"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
)

// backupObject is the result of a backup on standard output.
type backupObject struct {
	snapshotObject
	Continued      bool    `json:"continued"` // an earlier run had begun it
	FilesNew       int64   `json:"files_new"`
	FilesChanged   int64   `json:"files_changed"`
	FilesUnchanged int64   `json:"files_unchanged"`
	FilesGone      int64   `json:"files_gone"`
	FilesOmitted   int64   `json:"files_omitted"` // by patterns and options
	BytesRead      int64   `json:"bytes_read"`
	BytesReused    int64   `json:"bytes_reused"` // of new and changed files, which the vault had
	Packs          int     `json:"packs"`
	BytesSent      int64   `json:"bytes_sent"`
	Seconds        float64 `json:"seconds"`
	RequestsUSD    float64 `json:"requests_usd"`
	USDMonth       float64 `json:"storage_usd_per_month"` // of the packs of this run
}

// skippedObject is a file that could not be stored as it is, on standard output.
type skippedObject struct {
	MessageType string `json:"message_type"`
	Path        string `json:"path"`
	PathBase64  string `json:"path_base64,omitempty"` // of a path that is not UTF-8
	Error       string `json:"error"`
	Stored      bool   `json:"stored"` // it changed while it was read, and is stored as it was read
}

// report prints what a backup did. Skipped files make it partial. err is the error of the backup.
func (s *backupSession) report(r backup.Report, took time.Duration, err error) error {
	if told := s.tellSkipped(r); told != nil {
		return errors.Join(err, told)
	}
	if err != nil {
		if r.Snapshot.Key != 0 && len(r.Packs) > 0 {
			s.program.Notice(fmt.Sprintf("the partial snapshot %s has %s in the vault", cli.ColumnID(r.Snapshot.ID), humane.Count(len(r.Packs), "pack")))
		}
		return err
	}
	if err := s.tellSnapshot(r, took); err != nil {
		return err
	}
	if n := r.Snapshot.Skipped; n > 0 {
		sum := "1 file could not be stored as it is"
		if n > 1 {
			sum = humanize.Comma(n) + " files could not be stored as they are"
		}
		s.program.UI.Say("firn: %s", sum)
		return &cli.ReportedError{Status: cli.StatusPartial, Sum: sum}
	}
	return nil
}

// tellSnapshot prints the id of the snapshot, and lines for people.
func (s *backupSession) tellSnapshot(r backup.Report, took time.Duration) error {
	p, cost := s.program, s.spending.total
	if p.JSON {
		o := backupObject{
			snapshotObject: newSnapshotObject("backup", r.Snapshot), Continued: r.Continued,
			FilesNew: r.New, FilesChanged: r.Changed, FilesUnchanged: r.Unchanged, FilesGone: r.Gone, FilesOmitted: r.Omitted,
			BytesRead: r.Read, BytesReused: r.Reused, Packs: len(r.Packs), BytesSent: r.Sent, Seconds: took.Seconds(),
			RequestsUSD: cost.Requests.USD, USDMonth: cost.Month.USD,
		}
		if err := p.Out.Object(o); err != nil {
			return err
		}
	} else {
		p.Out.Line("%s", term.Show(r.Snapshot.ID))
	}
	for _, line := range s.summary(r, took) {
		p.Notice(line)
	}
	if err := p.Out.Flush(); err != nil {
		return fmt.Errorf("the snapshot %s is complete, but its id could not be printed: %w", r.Snapshot.ID, err)
	}
	return nil
}

// summary returns what a backup did, for people.
func (s *backupSession) summary(r backup.Report, took time.Duration) []string {
	count := func(n int64) string { return humanize.Comma(n) }
	units := s.program.UI.Units
	lines := []string{fmt.Sprintf("%s, %s: %s new, %s changed, %s gone", entries(r.Files), units.Bytes(r.Bytes), count(r.New), count(r.Changed), count(r.Gone))}
	if len(r.Packs) == 0 {
		return append(lines, "nothing new to store; took "+humane.Duration(took))
	}
	var size int64
	for _, p := range r.Packs {
		size += p.Size
	}
	text := fmt.Sprintf("stored %s in %s, %s, in %s", units.Bytes(r.Stored), humane.Count(len(r.Packs), "pack"), units.Bytes(size),
		humane.Transfer(took, r.Sent, took, units))
	lines = append(lines, text)
	if r.Reused > 0 {
		lines = append(lines, fmt.Sprintf("%s of new and changed files were in the vault before", units.Bytes(r.Reused)))
	}
	if !s.spending.table.IsFree() {
		lines = append(lines, costText(s.spending.total))
	}
	return lines
}

// entries returns a number of files of all types in words.
func entries(n int64) string {
	if n == 1 {
		return "1 file or directory"
	}
	return humanize.Comma(n) + " files and directories"
}

// tellSkipped lists the files that could not be stored as they are.
func (s *backupSession) tellSkipped(r backup.Report) error {
	for _, f := range r.Skipped {
		if s.program.JSON {
			stored := errors.Is(f.Err, backup.ErrChanged)
			if err := s.program.Out.Object(skippedObject{"skipped", shownPath(f.Path), shownRaw(shownPath(f.Path)), f.Err.Error(), stored}); err != nil {
				return err
			}
			continue
		}
		s.program.UI.Say("firn: %s", term.Show(fmt.Sprintf("skipped %q: %s", shownPath(f.Path), term.ErrorText(f.Err))))
	}
	if more := r.Snapshot.Skipped - int64(len(r.Skipped)); more > 0 {
		s.program.UI.Say("firn: and %s more", humanize.Comma(more))
	}
	return nil
}
