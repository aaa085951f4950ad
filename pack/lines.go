package pack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

const (
	typePack    Type = "pack"
	typeChanges Type = "changes"

	indexName   = "index.jsonl"
	changesName = "changes.jsonl"
)

// firstLine is the JSON of the first line of the index or of the changes.
type firstLine struct {
	Type    Type      `json:"type"`
	Version int64     `json:"version"`
	ID      string    `json:"id"`
	Created time.Time `json:"created,omitzero"`
}

// lines writes the index or the changes.
type lines struct {
	sequence sequence
	spool    *spool
	line     entryLine // the JSON of an entry, which is reused
	buffer   bytes.Buffer
	encoder  *json.Encoder
}

func (l *lines) begin(name, dir string, first firstLine) error {
	var err error
	if l.spool, err = newSpool(name, dir); err != nil {
		return err
	}
	l.encoder = json.NewEncoder(&l.buffer)
	l.encoder.SetEscapeHTML(false)
	l.sequence = sequence{changes: first.Type == typeChanges, end: 1<<63 - 1}
	if err := l.encode(first); err != nil {
		return err
	}
	return l.spool.add(l.buffer.Bytes())
}

// encode makes a line in the buffer, and checks that it fits.
func (l *lines) encode(line any) error {
	l.buffer.Reset()
	if err := l.encoder.Encode(line); err != nil {
		return fmt.Errorf("write a line of %s: %w", l.spool.name, err)
	}
	return l.spool.fits(l.buffer.Len())
}

func (l *lines) encodeEntry(e *Entry) error {
	l.line.set(e)
	return l.encode(&l.line)
}

// entry makes the line of an entry in the buffer, after all checks.
func (l *lines) entry(e *Entry) error {
	if l.sequence.files == MaxFiles && e.Type != TypeChunk {
		return fmt.Errorf("%w: it has %d files", ErrFull, MaxFiles)
	}
	if err := l.encodeEntry(e); err != nil {
		return err
	}
	return l.sequence.next(e)
}

// List adds an entry to the index that is no member of the tar stream: a file of at least
// [LargeFile] bytes whose content is in segments, without an offset, and then its chunks, one
// for each [SegmentSize] bytes, in their order.
func (w *Writer) List(e Entry) error {
	return w.add(&w.index, &e)
}

// Change adds a file to the changes: one that is new or changed since the snapshot before,
// and whose content was stored before. Its entry has no offset. The chunks of a file follow
// it.
func (w *Writer) Change(e Entry) error {
	return w.add(&w.changes, &e)
}

// Gone adds a name to the changes that the snapshot before had and this one has not. A
// directory takes its content with it.
func (w *Writer) Gone(name string) error {
	return w.add(&w.changes, &Entry{Type: TypeGone, Name: name})
}

// Snapshot adds a snapshot to the changes. The changes that follow belong to it. The entries
// of the index belong to the last one.
func (w *Writer) Snapshot(s Snapshot) error {
	if err := w.ok(); err != nil {
		return err
	}
	if err := s.validate(); err != nil {
		return err
	}
	if err := w.changes.sequence.finish(); err != nil {
		return err
	}
	if err := w.changes.encode(s); err != nil {
		return err
	}
	return w.keep(&w.changes)
}

func (w *Writer) add(l *lines, e *Entry) error {
	if err := w.ok(); err != nil {
		return err
	}
	if err := l.entry(e); err != nil {
		return err
	}
	return w.keep(l)
}

// keep moves the line in the buffer to the spool.
func (w *Writer) keep(l *lines) error {
	if err := l.spool.add(l.buffer.Bytes()); err != nil {
		return w.fail(err)
	}
	return nil
}
