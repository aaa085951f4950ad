// Package mtjournal reads the journals of mt-aws-glacier: the files in which that tool
// records the archives that it stored, deleted and retrieved.
//
// A journal is text that only grows, in UTF-8 unless the tool was configured for another
// encoding. It has one record per line, with tabs between the fields and a letter for the
// version in front:
//
//	B 1436059321 CREATED      archive-id size mtime tree-hash relative/name
//	B 1436059321 DELETED      archive-id relative/name
//	B 1436059321 RETRIEVE_JOB archive-id job-id
//
// Versions A, B and C differ only in mtime: B and C write NONE for an unknown time, A an
// invented one. The first releases wrote the form that is called version 0 here: spaces
// between the fields, no letter, no mtime and no job id.
//
// Journals are copied between systems and opened in editors, so byte order marks, empty
// lines and the line ends of Windows are accepted. An invalid field only makes that field
// unknown; a record without an archive id is an error.
//
// A journal does not contain the name of its vault; the caller must know it. The names in a
// journal are untrusted: quote them when you show them, and never use them as paths without
// cleaning them.
package mtjournal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
)

// Kind is the kind of a record.
type Kind string

// The kinds of record, as the journal writes them.
const (
	Created     Kind = "CREATED"      // an archive was stored
	Deleted     Kind = "DELETED"      // an archive was deleted
	RetrieveJob Kind = "RETRIEVE_JOB" // a job for the archive was started
)

// Record is one line of a journal.
type Record struct {
	Kind      Kind
	Time      time.Time // UTC; when it happened; zero if it could not be parsed
	ArchiveID string
	Size      int64     // bytes; of Created only; -1 if it could not be parsed
	ModTime   time.Time // UTC; of the file; of Created only; zero if unknown
	TreeHash  string    // 64 lower-case hexadecimal digits; of Created only; empty if it could not be parsed
	// Name is the name of the file relative to the journal's directory. It may contain
	// control characters. It is empty if the tool did not know it, and always for
	// RetrieveJob.
	Name string
	// Undecoded: Name has the original bytes, which are not text in the encoding of the
	// Reader. Otherwise Name is valid UTF-8.
	Undecoded bool
	JobID     string // of RetrieveJob only; empty in version 0
	// Doubt names the fields of the line that could not be parsed and count as unknown;
	// empty if there are none.
	Doubt string
}

// LineError reports an invalid line. Reading can continue.
type LineError struct {
	Line   int // counted from 1
	Reason string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// longestLine is the largest length of a line in bytes, including its end. The tool writes
// names of up to about 700 bytes.
const longestLine = 64 << 10

// Reader reads a journal.
type Reader struct {
	in       *bufio.Reader
	encoding Encoding
	line     int
}

// NewReader returns a Reader of the journal in r, with names in an encoding; the zero
// Encoding is UTF-8.
func NewReader(r io.Reader, names Encoding) *Reader {
	return &Reader{in: bufio.NewReaderSize(unmarked(r), longestLine), encoding: names}
}

// Next returns the next record, and io.EOF after the last one. For an invalid line it
// returns a *LineError, and the next call continues with the following line. Any other
// error comes from the source and will recur.
func (r *Reader) Next() (Record, error) {
	for {
		line, err := r.in.ReadSlice('\n')
		if len(line) > 0 {
			r.line++
		}
		text, whole := bytes.CutSuffix(line, []byte("\n"))
		text = bytes.TrimSuffix(text, []byte("\r")) // no name ends with it: the tool refuses such names
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

// Line returns the number of the line of the last result of Next, counted from 1.
func (r *Reader) Line() int { return r.line }

// skipLine skips the rest of a line.
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
