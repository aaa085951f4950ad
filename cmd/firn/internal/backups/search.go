package backups

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
)

// versionObject is a version of a file on standard output.
type versionObject struct {
	fileObject
	Vault     string `json:"vault"`
	Host      string `json:"host"`
	Snapshots int    `json:"snapshots"`
	First     string `json:"first_snapshot"`
	Last      string `json:"last_snapshot"`
}

// search is one run of firn find.
type search struct {
	program   *cli.Program
	book      *catalog.Backups
	options   findOptions
	long      bool
	snapshots []record.Snapshot // the oldest first
	tables    *cli.VaultTables
	allVaults bool
	found     int
}

// vaults returns the vaults that have snapshots, sorted.
func (s *search) vaults() []string {
	var urls []string
	for _, snapshot := range s.snapshots {
		urls = append(urls, snapshot.Vault)
	}
	slices.Sort(urls)
	return slices.Compact(urls)
}

// find lists the versions of a vault that match a pattern.
func (s *search) find(ctx context.Context, vaultURL, pattern string) error {
	p := s.program
	for f, err := range s.book.Find(ctx, vaultURL, pattern) {
		if err != nil {
			return err
		}
		in := s.snapshotsOf(f)
		if len(in) == 0 { // of another host
			continue
		}
		s.found++
		if p.JSON {
			err = p.Out.Object(versionObject{newFileObject("version", f.Path, f.File), f.Vault, f.Host, len(in), in[0].ID, in[len(in)-1].ID})
		} else {
			s.tables.Add(f.Vault, s.cells(f, in)...)
			err = p.Out.Failed()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// snapshotsOf returns the snapshots that have a version, the oldest first.
func (s *search) snapshotsOf(f record.Found) (in []record.Snapshot) {
	for _, snapshot := range s.snapshots {
		if snapshot.Vault == f.Vault && snapshot.Host == f.Host && snapshot.Key >= f.Since && (f.Until == 0 || snapshot.Key < f.Until) &&
			slices.ContainsFunc(snapshot.Roots, func(root string) bool { return strings.HasPrefix(f.Path+"/", root+"/") }) {
			in = append(in, snapshot)
		}
	}
	return in
}

func (s *search) columns(allVaults bool) []term.Column {
	if !s.long {
		return []term.Column{
			{Title: "PATH", Fit: term.FitWrap},
			{Title: "SIZE", Right: true},
			{Title: "MODIFIED"},
			{Title: "HOST", Drop: 3},
			{Title: "SNAPSHOTS", Right: true, Drop: 1},
			{Title: "NEWEST", Drop: 2},
		}
	}
	s.allVaults = allVaults
	columns := []term.Column{
		{Title: "PATH"},
		{Title: "SIZE", Right: true},
		{Title: "MODIFIED"},
		{Title: "HOST"},
		{Title: "SNAPSHOTS", Right: true},
		{Title: "OLDEST"},
		{Title: "NEWEST"},
	}
	if allVaults {
		columns = append(columns, term.Column{Title: "VAULT"})
	}
	return columns
}

func (s *search) cells(f record.Found, in []record.Snapshot) []string {
	oldest, newest := in[0], in[len(in)-1]
	if !s.long {
		return []string{
			shownFile(f.Path, f.File), shownSize(f.File), humane.Minute(modified(f.File)), shownHost(s.snapshots, f.Host), strconv.Itoa(len(in)), cli.ColumnID(newest.ID),
		}
	}
	cells := []string{
		shownFile(f.Path, f.File), shownSize(f.File), humane.Time(modified(f.File)), f.Host, strconv.Itoa(len(in)), oldest.ID, newest.ID,
	}
	if s.allVaults {
		cells = append(cells, f.Vault)
	}
	return cells
}

// end prints what is held, and says if nothing was found.
func (s *search) end(ctx context.Context, vaultURL string, patterns []string) {
	p := s.program
	s.tables.End()
	switch {
	case s.found == 0:
		text := make([]string, len(patterns))
		for i, pattern := range patterns {
			text[i] = quoted(pattern)
		}
		sentence := fmt.Sprintf("no file matches %s in %s%s", strings.Join(text, " or "), term.Many(len(s.snapshots), "snapshot"),
			selection{host: s.options.host}.text())
		if vaultURL != "" {
			sentence += " in " + p.VaultTitle(ctx, vaultURL)
		}
		var hints []string
		if slices.ContainsFunc(patterns, func(pattern string) bool { return anywhere(pattern) != pattern }) {
			hints = append(hints, "paths on record are whole; in any directory: "+findAnywhere(patterns...))
		} else if only := strings.TrimSuffix(patterns[0], "/"); !strings.ContainsAny(only, "*?[{") {
			hints = append(hints, "names that contain it: "+term.ShellCommand("firn", "find", "*"+only[strings.LastIndex(only, "/")+1:]+"*"))
		}
		p.Empty(sentence, append(hints, "the snapshots on record: firn snapshot list")...)
	case !p.JSON:
		noun := "versions"
		if s.found == 1 {
			noun = "version"
		}
		p.Out.Total("%s %s", humanize.Comma(int64(s.found)), noun)
	}
}
