package records

import (
	"context"
	"strings"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
	"firn/vault/vaulturl"
)

// archiveList prints archives for people, and counts them.
type archiveList struct {
	tables    *cli.VaultTables
	long      bool // all fields, whole
	allVaults bool
	vault     string // of the last archive
	isBucket  bool   // it is one
	prefix    string // of the keys in this vault, if it is a bucket

	archives int
	bytes    int64
	unknown  int // archives without a size
}

func newArchiveList(ctx context.Context, p *cli.Program, long, allVaults bool) *archiveList {
	return &archiveList{
		tables: p.VaultTables(ctx, archiveColumns(long, allVaults), allVaults && !long),
		long:   long, allVaults: allVaults,
	}
}

func (l *archiveList) count(a record.Archive) {
	l.archives++
	if a.Size < 0 {
		l.unknown++
	} else {
		l.bytes += a.Size
	}
}

func (l *archiveList) add(a record.Archive) {
	if a.Vault != l.vault {
		l.vault, l.prefix, l.isBucket = a.Vault, "", vaulturl.IsBucket(a.Vault)
		if ref, err := vaulturl.Parse(a.Vault); err == nil {
			l.prefix = ref.Prefix
		}
	}
	l.tables.Add(a.Vault, l.cells(a)...)
}

func archiveColumns(long, allVaults bool) []term.Column {
	if long {
		columns := []term.Column{
			{Title: "NAME"}, {Title: "SIZE", Right: true}, {Title: "CREATED"}, {Title: "STATE"}, {Title: "ID"}, {Title: "DESCRIPTION"},
		}
		if allVaults {
			columns = append(columns, term.Column{Title: "VAULT"})
		}
		return columns
	}
	return []term.Column{
		{Title: "NAME", Fit: term.FitCut},
		{Title: "SIZE", Right: true},
		{Title: "CREATED", Drop: 1},
		{Title: "STATE", Drop: 2},
		{Title: "ID", Drop: 3},
	}
}

func (l *archiveList) cells(a record.Archive) []string {
	if l.long {
		name := a.Name
		if l.isBucket || name == "" || name == record.Stream {
			name = l.name(a)
		}
		cells := []string{name, humane.Bytes(a.Size), humane.Time(a.Created), string(a.State), string(a.ID), a.Description}
		if l.allVaults {
			cells = append(cells, a.Vault)
		}
		return cells
	}
	id := cli.ColumnID(string(a.ID))
	if l.isBucket {
		id = "" // the name is a part of it
	}
	return []string{l.name(a), humane.Bytes(a.Size), humane.Minute(a.Created), string(a.State), id}
}

// name returns the text by which people know an archive. Commands take it as a name. It is
// never empty.
func (l *archiveList) name(a record.Archive) string {
	switch {
	case l.isBucket:
		return strings.TrimPrefix(string(a.ID), l.prefix)
	case a.Name != "" && a.Name != record.Stream:
		return shortName(a.Name)
	case a.Description != "":
		return a.Description
	}
	return cli.ColumnID(string(a.ID))
}

// end prints what is held, and on a terminal the total.
func (l *archiveList) end() {
	l.tables.End()
	l.tables.Out.Total("%s, %s", term.Many(l.archives, "archive"), cli.SumText(l.bytes, l.unknown))
}

// shortName returns the last element of a path of any system. It returns a name of only
// separators and dots unchanged.
func shortName(name string) string {
	trimmed := strings.TrimRight(name, `/\`)
	if last := trimmed[strings.LastIndexAny(trimmed, `/\`)+1:]; strings.Trim(last, ".") != "" {
		return last
	}
	return name
}
