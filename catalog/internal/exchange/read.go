package exchange

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"firn/catalog/internal/contents"
	"firn/vault"
)

// exportBegins is the beginning of every export.
const exportBegins = `{"message_type":"catalog",`

// IsExport reports whether a file was written by Write, by its first bytes; 64
// are enough.
func IsExport(first []byte) bool {
	return len(first) >= len(exportBegins) && string(first[:len(exportBegins)]) == exportBegins
}

// Read reads an export. It calls begin with the time at which the export was made, and
// then add with each item. An error at a line wraps vault.ErrInvalid and names the line;
// the items before it were added. Any other error is that of add.
//
// A line may be of any length, but no text in it may have more than 1 GiB.
func Read(r io.Reader, begin func(made time.Time), add func(contents.Item) error) error {
	in := importing{begin: begin, add: add, lines: &lines{r: bufio.NewReaderSize(r, 64<<10)}}
	return in.run()
}

// importing is one call of Read.
type importing struct {
	begin func(made time.Time)
	add   func(contents.Item) error
	lines *lines
	line  int
	last  contents.Item // an upload or a download that the next line may continue, without its parts
}

func (in *importing) run() error {
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
			err = in.long(rest)
		} else {
			said, err = in.take(line)
		}
		if err != nil {
			return err
		}
		if said.MessageType == "end" {
			return in.end(said)
		}
	}
}

// take adds the item of a line. If the line is the last one, it returns that.
func (in *importing) take(line []byte) (said endLine, err error) {
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
	return said, in.add(i)
}

// follows refuses an item that does not continue the upload or download before it, though
// it says so.
func (in *importing) follows(i contents.Item) error {
	last := in.last
	var continues bool
	switch i := i.(type) {
	case contents.Upload:
		in.last, continues = i.Upload, i.Continues
	case contents.Download:
		in.last, continues = i.Download, i.Continues
	default:
		in.last = nil
	}
	if continues && last != in.last {
		return errors.New("it does not continue the line before it")
	}
	return nil
}

// head reads the first line, and refuses a file that is no export.
func (in *importing) head() error {
	line, rest, err := in.next()
	if err != nil {
		return in.wrong(err)
	}
	if rest != nil || !IsExport(line) {
		return in.wrong(errors.New("the file is not an export of a catalog"))
	}
	var head headLine
	if err := json.Unmarshal(line, &head); err != nil {
		return in.wrong(err)
	}
	if head.Format > exportFormat {
		return in.wrong(fmt.Errorf("the export was written by a newer firn (format %d; this firn reads up to %d)", head.Format, exportFormat))
	}
	in.begin(head.Exported)
	return nil
}

// end compares the last line with the lines that were read.
func (in *importing) end(said endLine) error {
	if n := int64(in.line - 2); n != said.Items {
		return in.wrong(fmt.Errorf("the export should have %d lines and has %d: some were lost", said.Items, n))
	}
	if _, _, err := in.lines.next(); !errors.Is(err, io.EOF) {
		in.line++
		return in.wrong(errors.Join(errors.New("there is text after the end of the export"), err))
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

// wrong says which line is invalid. The items before it stay.
func (in *importing) wrong(err error) error {
	return vault.Errorf(vault.ErrInvalid, "line %d: %w", in.line, err)
}
