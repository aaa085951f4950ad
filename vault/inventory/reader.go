package inventory

import (
	"errors"
	"io"
	"iter"
	"strconv"

	"firn/vault"
)

// Reader reads an inventory one entry at a time, in constant memory. Only one goroutine may
// use it at a time.
type Reader struct {
	src  source
	form form
	head Head
	err  error // the error that ended the list, or io.EOF
}

type form interface {
	// next returns the next entry, without Next and AsOf, and leaves the source behind it.
	// It stores what it learns about the document in head. io.EOF is the end of a complete
	// document.
	next(src *source, head *Head) (vault.Entry, error)
}

// NewReader returns a Reader of an inventory, in CSV or else in JSON, from its first byte.
func NewReader(r io.Reader, csv bool) *Reader { return Resume(r, csv, 0) }

// Resume returns a Reader that continues an inventory: r begins at the byte position of the
// document, which is the Next of an entry. The entries of a resumed Reader have no AsOf.
func Resume(r io.Reader, csv bool, position int64) *Reader {
	reader := &Reader{src: newSource(r, position)}
	switch {
	case csv:
		reader.form = &csvForm{begun: position > 0}
	case position > 0:
		reader.form = &jsonForm{state: behindEntry}
	default:
		reader.form = &jsonForm{}
	}
	return reader
}

// Next returns the next entry. An entry that makes no sense comes with Bad set. A list with
// such entries does not prove that an unlisted archive does not exist.
//
// io.EOF means that the document was complete. An error that wraps io.ErrUnexpectedEOF
// means that it ended early, ErrInvalid that it is no inventory; other errors come from the
// underlying reader. All of them name the byte, and all but io.EOF mean that the entries so
// far are valid but not complete. Later calls return the same error.
//
// CSV has no end mark, so a document cut at the end of a line looks complete.
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

// All returns the entries of Next up to the end of the document or the first error.
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

// Head returns the head of the document as far as it was read: it is empty before the first
// call of Next, and always in CSV or after Resume.
func (r *Reader) Head() Head { return r.head }

// bad returns a bad entry with the first KiB of the document's raw text.
func bad(a vault.Archive, why string, raw []byte) vault.Entry {
	return vault.Entry{Archive: a, Bad: why, Raw: string(raw[:min(len(raw), maxRaw)])}
}
