package pack

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"
)

// Index returns the entries of the index in their order. r is the plain pack, or its end from
// PackOffset ([Last]). The digest of the whole index is compared before the first entry.
// Memory does not depend on the number of entries. There are no entries after an error.
//
// The entries keep the rules of the format. But a name may come again, and then it replaces
// the earlier entry; and the target of a TypeHardlink may be missing, or be no file.
func (t *Tail) Index(ctx context.Context, r io.ReaderAt) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		check := &sequence{end: t.DataSize}
		readList(t.list(ctx, r, t.index, indexName, typePack), check, check.parseEntry, yield)
	}
}

// Changes returns the lines of the changes in their order, as Index does.
func (t *Tail) Changes(ctx context.Context, r io.ReaderAt) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		check := &sequence{changes: true}
		readList(t.list(ctx, r, t.changes, changesName, typeChanges), check, check.parseChange, yield)
	}
}

// list reads the lines of the index or of the changes.
type list struct {
	id, name string
	kind     Type
	content  *verified
	lines    *bufio.Reader
	number   int64 // of the last line
}

func (t *Tail) list(ctx context.Context, r io.ReaderAt, at place, name string, kind Type) *list {
	content := &verified{ctx: ctx, stream: t.Open(r), place: at, name: name}
	return &list{id: t.ID, name: name, kind: kind, content: content}
}

// readList yields the parsed lines after the first.
func readList[T any](l *list, check *sequence, parse func([]byte) (T, error), yield func(T, error) bool) {
	var none T
	err := l.begin()
	for err == nil {
		var line []byte
		if line, err = l.next(); err != nil {
			break
		}
		var parsed T
		if parsed, err = parse(line); err != nil {
			err = l.invalid(err)
		} else if !yield(parsed, nil) {
			return
		}
	}
	if errors.Is(err, io.EOF) {
		if err = check.finish(); err == nil {
			return
		}
		err = l.invalid(err)
	}
	yield(none, err)
}

// begin compares the digest and checks the first line.
func (l *list) begin() error {
	if err := l.content.verify(); err != nil {
		return err
	}
	l.lines = bufio.NewReaderSize(l.content, MaxLine)
	line, err := l.next()
	if err != nil {
		return err
	}
	var first firstLine
	if err := parseLine(line, &first); err != nil {
		return l.invalid(err)
	}
	if first.Type != l.kind {
		return l.invalid(fmt.Errorf("the type is %.100q; want %q", first.Type, l.kind))
	}
	if err := checkVersion(first.Version); err != nil {
		return l.invalid(err)
	}
	if first.ID != l.id {
		return l.invalid(fmt.Errorf("the id is %.100q; the pointer has %s", first.ID, l.id))
	}
	return nil
}

// next returns the next line, without the \n.
func (l *list) next() ([]byte, error) {
	line, err := l.lines.ReadSlice('\n')
	l.number++
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, l.invalid(fmt.Errorf("it has more than %d bytes", MaxLine))
	case errors.Is(err, io.EOF) && len(line) > 0:
		return nil, l.invalid(fmt.Errorf("it has no end: %.100q", line))
	case err != nil:
		return nil, err
	}
	return line[:len(line)-1], nil
}

func (l *list) invalid(err error) error {
	return invalid("line %d of %s: %w", l.number, l.name, err)
}

func parseLine(line []byte, object any) error {
	if !utf8.Valid(line) {
		return fmt.Errorf("%.100q is not UTF-8", line)
	}
	return json.Unmarshal(line, object)
}

func (s *sequence) parseEntry(line []byte) (Entry, error) {
	var parsed entryLine
	if err := parseLine(line, &parsed); err != nil {
		return Entry{}, err
	}
	e, err := parsed.entry()
	if err != nil {
		return Entry{}, err
	}
	return e, s.next(&e)
}

func (s *sequence) parseChange(line []byte) (Change, error) {
	var parsed struct {
		entryLine
		snapshotLine
	}
	if err := parseLine(line, &parsed); err != nil {
		return Change{}, err
	}
	if parsed.Type == typeSnapshot {
		snapshot, err := parsed.snapshot()
		if err != nil {
			return Change{}, err
		}
		return Change{Snapshot: &snapshot}, s.finish()
	}
	e, err := parsed.entry()
	if err != nil {
		return Change{}, err
	}
	return Change{Entry: e}, s.next(&e)
}
