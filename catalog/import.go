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
// A line may be of any length, though no text in it may be of more than longestText.
// It saves some thousand items at a time, and calls told with how many it has
// read. An error at a line wraps vault.ErrInvalid and names it; what stands before
// it was imported.
func (c *Catalog) Import(ctx context.Context, r io.Reader, told func(Contents)) (record.Merged, error) {
	in := importing{merger: merger{c: c, told: told}, lines: &lines{r: bufio.NewReaderSize(r, 64<<10)}}
	err := in.run(ctx)
	if err == nil || errors.Is(err, vault.ErrInvalid) { // else the catalog itself, or its caller, says stop
		err = errors.Join(err, in.finish(ctx), in.c.addUploaded(ctx, func(item) { in.merged.Added++ }))
	}
	if err != nil {
		return in.merged, c.db.Fail(ctx, err, "import into it")
	}
	return in.merged, nil
}

// importing is one call of Import.
type importing struct {
	merger
	lines *lines
	line  int
	last  item // a piece that the next line may continue, without its parts
}

func (in *importing) run(ctx context.Context) error {
	if err := in.head(); err != nil {
		return err
	}
	for {
		line, rest, err := in.next()
		if err != nil {
			return in.wrong(err)
		}
		var said endLine
		if rest != nil {
			err = in.long(ctx, rest)
		} else {
			said, err = in.take(ctx, line)
		}
		if err != nil {
			return err
		}
		if said.MessageType == "end" {
			return in.end(said)
		}
	}
}

// take adds the item of a line, and returns what the line says if it is the last.
func (in *importing) take(ctx context.Context, line []byte) (said endLine, err error) {
	if err := json.Unmarshal(line, &said); err != nil {
		return said, in.wrong(err)
	}
	if said.MessageType == "end" {
		return said, nil
	}
	i, err := itemOf(said.MessageType, line)
	if err == nil {
		err = in.follows(i)
	}
	if err != nil {
		return said, in.wrong(err)
	}
	return said, in.add(ctx, i)
}

// follows refuses a piece that continues another upload or download than the one
// before it.
func (in *importing) follows(i item) error {
	last := in.last
	var continues bool
	switch i := i.(type) {
	case uploadPiece:
		in.last, continues = i.Upload, i.continues
	case downloadPiece:
		in.last, continues = i.Download, i.continues
	default:
		in.last = nil
	}
	if continues && last != in.last {
		return errors.New("it continues something else than the line before it has")
	}
	return nil
}

// head reads the first line.
func (in *importing) head() error {
	line, rest, err := in.next()
	if err != nil {
		return in.wrong(err)
	}
	if rest != nil || !IsExport(line) {
		return in.wrong(errors.New("the file is no export of a catalog"))
	}
	var head headLine
	if err := json.Unmarshal(line, &head); err != nil {
		return in.wrong(err)
	}
	if head.Format > exportFormat {
		return in.wrong(fmt.Errorf("the export is of a newer firn (format %d, this firn knows %d)", head.Format, exportFormat))
	}
	in.made = head.Exported
	return nil
}

// end compares the last line with what was read.
func (in *importing) end(said endLine) error {
	if n := int64(in.line - 2); n != said.Items {
		return in.wrong(fmt.Errorf("the export says that it has %d lines and has %d: some were lost", said.Items, n))
	}
	if _, _, err := in.lines.next(); !errors.Is(err, io.EOF) {
		in.line++
		return in.wrong(errors.Join(errors.New("there is something behind the end of the export"), err))
	}
	return nil
}

// errCut is the error of an export that has no last line.
var errCut = errors.New("the export was cut off: its last line is missing")

func (in *importing) next() (line []byte, rest io.Reader, err error) {
	in.line++
	line, rest, err = in.lines.next()
	if errors.Is(err, io.EOF) {
		err = errCut
	}
	return line, rest, err
}

// wrong says which line is no good. What came before it is kept.
func (in *importing) wrong(err error) error {
	return fmt.Errorf("line %d: %w: %w", in.line, vault.ErrInvalid, err)
}
