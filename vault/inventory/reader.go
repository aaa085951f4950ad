package inventory

import (
	"errors"
	"io"
	"iter"
	"strconv"

	"firn/vault"
)

// Reader reads an inventory one entry at a time, in memory that does not grow.
// It is not for many goroutines at once.
type Reader struct {
	src  source
	form form
	head Head
	err  error // what ended the list
}

// form is one of the two forms of an inventory.
type form interface {
	// next returns the next entry, without Next and AsOf, and leaves the source
	// behind it. What the document tells about itself on the way goes into head.
	// io.EOF is the end of a complete document.
	next(src *source, head *Head) (vault.Entry, error)
}

// NewReader reads an inventory, as CSV or else as JSON, from its first byte.
func NewReader(r io.Reader, csv bool) *Reader { return Resume(r, csv, 0) }

// Resume goes on reading an inventory: r begins at that byte of the document,
// which the Next of an entry has named. From then on, nobody tells the date of
// the list.
func Resume(r io.Reader, csv bool, position int64) *Reader {
	reader := &Reader{src: newSource(r, position)}
	switch {
	case csv:
		reader.form = &csvForm{begun: position > 0}
	case position > 0:
		reader.form = &jsonForm{place: behindEntry}
	default:
		reader.form = &jsonForm{}
	}
	return reader
}

// Next returns the next entry. An entry that makes no sense comes as one that
// says so in Bad; a list with such entries does not prove that what it lacks is
// not there.
//
// io.EOF means that the document was complete. An error that wraps
// io.ErrUnexpectedEOF means that it ended early, ErrInvalid that it is no
// inventory, and others come from the reader underneath. All of them name the
// byte, and all but io.EOF mean that what was listed before is true, but not
// all. The error stays.
//
// CSV has no end that could be missed, so a document cut at the end of a line
// looks complete.
func (r *Reader) Next() (vault.Entry, error) {
	if r.err != nil {
		return vault.Entry{}, r.err
	}
	entry, err := r.form.next(&r.src, &r.head)
	if err != nil {
		r.err = err
		return vault.Entry{}, err
	}
	entry.AsOf = r.head.Date
	entry.Next = strconv.FormatInt(r.src.at, 10)
	return entry, nil
}

// All returns what Next does, up to the end or the first error, which comes last.
func (r *Reader) All() iter.Seq2[vault.Entry, error] {
	return func(yield func(vault.Entry, error) bool) {
		for {
			entry, err := r.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(entry, err) || err != nil {
				return
			}
		}
	}
}

// Head returns what the document has told about itself so far: nothing before
// the first call of Next, and never anything in CSV or after Resume.
func (r *Reader) Head() Head { return r.head }

// bad returns the entry that stands for one which makes no sense. raw is the
// document's own, and its first KiB is kept.
func bad(a vault.Archive, why string, raw []byte) vault.Entry {
	return vault.Entry{Archive: a, Bad: why, Raw: string(raw[:min(len(raw), maxRaw)])}
}
