package records

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/internal/mtjournal"
	"firn/vault/inventory"
)

// recordKind is the kind of a file to import, in words.
type recordKind string

const (
	exportRecord    recordKind = "an export of a catalog"
	journalRecord   recordKind = "a journal of mt-aws-glacier"
	databaseRecord  recordKind = "a database"
	inventoryRecord recordKind = "an inventory"
)

// openRecord opens a file, which may be a pipe, and finds its kind. in begins at the first byte.
// Standard input is an export.
func openRecord(p *cli.Program, path string) (in io.ReadCloser, kind recordKind, err error) {
	if path == "-" {
		return io.NopCloser(p.Stdin), exportRecord, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	buffered := bufio.NewReader(f)
	first, err := buffered.Peek(inventory.SniffedBytes)
	if err == nil || errors.Is(err, io.EOF) {
		if kind, err = kindOfRecord(path, first); err == nil {
			return struct {
				io.Reader
				io.Closer
			}{buffered, f}, kind, nil
		}
	}
	return nil, "", errors.Join(err, f.Close())
}

// kindOfRecord finds the kind of a file from its first bytes.
func kindOfRecord(path string, first []byte) (recordKind, error) {
	switch {
	case catalog.IsExport(first):
		return exportRecord, nil
	case mtjournal.IsJournal(first):
		return journalRecord, nil
	case strings.HasPrefix(string(first), "SQLite format 3\x00"):
		return databaseRecord, nil
	}
	if _, err := inventory.Sniff(first); err == nil {
		return inventoryRecord, nil
	}
	return "", fmt.Errorf("%q is neither an export of a catalog nor a record of another tool that firn knows: a journal of "+
		"mt-aws-glacier, a database of Synology's Glacier Backup or of glacier-cli, an inventory", path)
}
