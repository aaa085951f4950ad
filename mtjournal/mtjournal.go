// Package mtjournal reads the journals of mt-aws-glacier, the files in which that
// tool notes what it stored, deleted and asked for.
//
// A journal is UTF-8 text that only ever grows, one record a line, with tabs
// between the fields and a letter for the version in front:
//
//	B 1436059321 CREATED      archive-id size mtime tree-hash relative/name
//	B 1436059321 DELETED      archive-id relative/name
//	B 1436059321 RETRIEVE_JOB archive-id job-id
//
// Versions A, B and C differ in mtime only: B and C write NONE where A has made
// something up. The first releases wrote what is called version 0 here: spaces
// between the fields, no letter, no mtime and no job id.
//
// A journal does not tell which vault it is about; whoever reads it must know. Its
// names are outside text: quote them on display, and never use them as paths
// without cleaning them.
package mtjournal

import (
	"bufio"
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
	Time      time.Time // UTC, when it happened
	ArchiveID string
	Size      int64     // bytes; of Created only
	ModTime   time.Time // UTC, of the file; of Created only, zero if not told
	TreeHash  string    // 64 lower-case hexadecimal digits; of Created only
	// Name is what the file was called, relative to the directory that the journal
	// is about: valid UTF-8 without control characters. It is empty where the tool
	// knew no name, and wrote the archive's id in its place; of RetrieveJob always.
	Name  string
	JobID string // of RetrieveJob only; version 0 does not tell
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
	in   *bufio.Reader
	line int
}

// NewReader returns a Reader of the journal in r.
func NewReader(r io.Reader) *Reader { return &Reader{in: bufio.NewReaderSize(r, longestLine)} }

// Next returns the next record, and io.EOF after the last one. A line that makes
// no sense gives a *LineError, after which Next goes on with the following line.
// Every other error is of the source and will come again.
func (r *Reader) Next() (Record, error) {
	line, err := r.in.ReadSlice('\n')
	if len(line) > 0 {
		r.line++
	}
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		if err := r.skipLine(); err != nil {
			return Record{}, err
		}
		return Record{}, r.lineError(fmt.Sprintf("it is longer than %d bytes", longestLine))
	case errors.Is(err, io.EOF) && len(line) > 0:
		return Record{}, r.lineError("the last line has no end: the journal was cut off")
	case errors.Is(err, io.EOF):
		return Record{}, io.EOF
	case err != nil:
		return Record{}, fmt.Errorf("reading the journal: %w", err)
	}
	record, err := parse(string(line[:len(line)-1]))
	if err != nil {
		return Record{}, r.lineError(err.Error())
	}
	return record, nil
}

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
