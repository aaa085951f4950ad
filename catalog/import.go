package catalog

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"firn/record"
	"firn/vault"
)

// longestLine is how long a line of an export may be, in bytes. The longest are
// those of uploads, with 10,000 parts of some 300 bytes.
const longestLine = 16 << 20

// exportBegins is what an export begins with.
const exportBegins = `{"message_type":"catalog",`

// IsExport reports whether a file was written by Export, by its first bytes; 64
// are enough.
func IsExport(first []byte) bool {
	return len(first) >= len(exportBegins) && string(first[:len(exportBegins)]) == exportBegins
}

// Import brings what Export wrote into this catalog. What both have on record is
// there once, and the more is known of it: see MergeArchives for archives. Of an
// upload that goes on, the later state counts. Nothing is removed, so it may be
// repeated; a catalog that is empty is after it like the one that was exported.
//
// It saves some thousand items at a time, and calls told with how many it has
// read. An error at a line wraps vault.ErrInvalid and names it; what stands before
// it was imported.
func (c *Catalog) Import(ctx context.Context, r io.Reader, told func(Contents)) (record.Merged, error) {
	in := importing{merger: merger{c: c, told: told}, lines: bufio.NewScanner(r)}
	in.lines.Buffer(nil, longestLine)
	err := in.run(ctx)
	if err == nil || errors.Is(err, vault.ErrInvalid) { // else the catalog itself, or its caller, says stop
		err = errors.Join(err, in.finish(ctx), in.c.addUploaded(ctx, func(item) { in.merged.Added++ }))
	}
	if err != nil {
		return in.merged, c.fail(ctx, err, "import into it")
	}
	return in.merged, nil
}

// importing is one call of Import.
type importing struct {
	merger
	lines *bufio.Scanner
	line  int
}

func (in *importing) run(ctx context.Context) error {
	if err := in.head(); err != nil {
		return err
	}
	for {
		var said endLine // of any line, the message type; of the last, all
		line, err := in.next()
		if err == nil {
			err = json.Unmarshal(line, &said)
		}
		if err != nil {
			return in.wrong(err)
		}
		if said.MessageType == "end" {
			return in.end(said)
		}
		i, err := itemOf(said.MessageType, line)
		if err != nil {
			return in.wrong(err)
		}
		if err := in.add(ctx, i); err != nil {
			return err
		}
	}
}

// head reads the first line.
func (in *importing) head() error {
	line, err := in.next()
	if err != nil {
		return in.wrong(err)
	}
	if !IsExport(line) {
		return in.wrong(errors.New("the file is no export of a catalog"))
	}
	var head headLine
	if err := json.Unmarshal(line, &head); err != nil {
		return in.wrong(err)
	}
	if head.Format > exportFormat {
		return in.wrong(fmt.Errorf("the export is of a newer firn (format %d, this firn knows %d)", head.Format, exportFormat))
	}
	return nil
}

// end compares the last line with what was read.
func (in *importing) end(said endLine) error {
	if n := in.read.Items(); n != said.Items {
		return in.wrong(fmt.Errorf("the export says that it has %d lines and has %d: some were lost", said.Items, n))
	}
	if _, err := in.next(); err == nil {
		return in.wrong(errors.New("there is something behind the end of the export"))
	}
	if err := in.lines.Err(); err != nil {
		return in.wrong(err)
	}
	return nil
}

// errCut is the error of an export that has no last line.
var errCut = errors.New("the export was cut off: its last line is missing")

func (in *importing) next() ([]byte, error) {
	in.line++
	if in.lines.Scan() {
		return in.lines.Bytes(), nil
	}
	if err := in.lines.Err(); err != nil {
		return nil, err
	}
	return nil, errCut
}

// wrong says which line is no good. What came before it is kept.
func (in *importing) wrong(err error) error {
	return fmt.Errorf("line %d: %w: %w", in.line, vault.ErrInvalid, err)
}
