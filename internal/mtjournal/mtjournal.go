// Package mtjournal reads the journals of mt-aws-glacier, the files in which that
// tool notes what it stored, deleted and asked for.
//
// A journal is text that only ever grows, in UTF-8 unless the tool was told of
// another encoding, one record a line, with tabs between the fields and a letter for
// the version in front:
//
//	B 1436059321 CREATED      archive-id size mtime tree-hash relative/name
//	B 1436059321 DELETED      archive-id relative/name
//	B 1436059321 RETRIEVE_JOB archive-id job-id
//
// Versions A, B and C differ in mtime only: B and C write NONE where A has made
// something up. The first releases wrote what is called version 0 here: spaces
// between the fields, no letter, no mtime and no job id.
//
// Journals are copied between systems and go through editors, so a byte order mark,
// empty lines and the line ends of Windows are passed over. A field that makes no
// sense costs that field: only a record without an archive id is none.
//
// A journal does not tell which vault it is about; whoever reads it must know. Its
// names are outside text: quote them on display, and never use them as paths
// without cleaning them.
package mtjournal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
)

// Kind is what a record tells.
type Kind string

// The kinds of record, in the journal's own words.
const (
	Created     Kind = "CREATED"      // an archive was stored
	Deleted     Kind = "DELETED"      // an archive was deleted
	RetrieveJob Kind = "RETRIEVE_JOB" // a job was asked for, to make an archive readable
)

// Record is one line of a journal.
type Record struct {
	Kind      Kind
	Time      time.Time // UTC, when it happened; zero if that could not be read
	ArchiveID string
	Size      int64     // bytes; of Created only, -1 if that could not be read
	ModTime   time.Time // UTC, of the file; of Created only, zero if not told
	TreeHash  string    // 64 lower-case hexadecimal digits; of Created only, empty if that could not be read
	// Name is what the file was called, relative to the directory that the journal
	// is about, and may have control characters. It is empty where the tool knew no
	// name, and wrote the archive's id in its place; of RetrieveJob always.
	Name string
	// Undecoded: Name has the bytes of the journal, which are not text in the
	// encoding that the reader was told. Else Name is valid UTF-8.
	Undecoded bool
	JobID     string // of RetrieveJob only; version 0 does not tell
	// Doubt says which fields of the line could not be read, and are as if nothing
	// was told; empty if there are none.
	Doubt string
}

// LineError tells of a line that makes no sense. Reading may go on.
type LineError struct {
	Line   int // the first is 1
	Reason string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// longestLine is how long a line may be, in bytes, with its end. The tool writes
// names of up to some 700 bytes.
const longestLine = 64 << 10

// Reader reads a journal.
type Reader struct {
	in       *bufio.Reader
	encoding Encoding
	line     int
}

// NewReader returns a Reader of the journal in r, whose names are in an encoding;
// the zero Encoding is UTF-8.
func NewReader(r io.Reader, names Encoding) *Reader {
	return &Reader{in: bufio.NewReaderSize(unmarked(r), longestLine), encoding: names}
}

// Next returns the next record, and io.EOF after the last one. A line that makes
// no sense gives a *LineError, after which Next goes on with the following line.
// Every other error is of the source and will come again.
func (r *Reader) Next() (Record, error) {
	for {
		line, err := r.in.ReadSlice('\n')
		if len(line) > 0 {
			r.line++
		}
		text, whole := bytes.CutSuffix(line, []byte("\n"))
		text = bytes.TrimSuffix(text, []byte("\r")) // no name ends so: the tool refuses it
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			if err := r.skipLine(); err != nil {
				return Record{}, err
			}
			return Record{}, r.lineError(fmt.Sprintf("it is longer than %d bytes", longestLine))
		case err != nil && !errors.Is(err, io.EOF):
			return Record{}, fmt.Errorf("reading the journal: %w", err)
		case len(line) == 0:
			return Record{}, io.EOF
		case len(bytes.TrimSpace(text)) == 0:
			continue
		}
		record, err := parse(string(text), whole)
		if err != nil {
			return Record{}, r.lineError(err.Error())
		}
		record.decode(r.encoding)
		return record, nil
	}
}

// Line is the number of the line that Next returned last; the first is 1.
func (r *Reader) Line() int { return r.line }

// skipLine passes over the rest of a line.
func (r *Reader) skipLine() error {
	for {
		switch _, err := r.in.ReadSlice('\n'); {
		case err == nil || errors.Is(err, io.EOF):
			return nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return fmt.Errorf("reading the journal: %w", err)
		}
	}
}

func (r *Reader) lineError(reason string) error { return &LineError{r.line, reason} }
