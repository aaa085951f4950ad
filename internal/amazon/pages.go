package amazon

import (
	"errors"
	"fmt"
	"iter"

	"firn/vault"
)

// maxEmptyPages is the largest number of empty pages in a row.
const maxEmptyPages = 100

// Page is one page of a service's list.
type Page[T, M any] struct {
	Items   []T
	Next    *M     // start of the next page; nil: there is none
	Marker  string // Next as a string, for comparison
	Request string // request id for the service's support; may be empty
}

// List describes how to iterate over a kind of list.
type List[T, M, U any] struct {
	What  string // the beginning of an error
	Limit int    // largest number of entries that is accepted; 0: any number
	After *T     // the item behind which the list begins; nil: from the start
	Fetch func(*M) (Page[T, M], error)
	Parse func(T) (U, error)
	// ID returns a value that no other item has. It may be empty.
	ID func(T) string
	// Follows, if not nil, is the order that the protocol promises: whether an item comes
	// after another one. Not every service keeps it.
	Follows func(item, last T) bool
}

// All iterates over the list, page by page, up to its end or its first error. A list that
// makes no sense, contradicts itself or does not advance is ErrInvalid: the answers arrived
// intact, so repeating the requests does not help. All returns errors of Fetch, and those
// of Parse with a class, unchanged.
func (l List[T, M, U]) All() iter.Seq2[U, error] {
	return func(yield func(U, error) bool) {
		var none U
		w := walk[T]{limit: l.Limit, seen: make(map[string]bool), follows: l.Follows, last: l.After, begun: make(map[string]bool)}
		for marker := (*M)(nil); ; {
			p, err := l.Fetch(marker)
			if err != nil {
				yield(none, err)
				return
			}
			id := ""
			if len(p.Items) > 0 {
				id = l.ID(p.Items[0])
			}
			if err = w.enter(id, p.Items, p.Next != nil, p.Marker); err != nil {
				yield(none, l.nonsense(p.Request, err))
				return
			}
			for _, item := range p.Items {
				parsed, err := l.Parse(item)
				if err != nil {
					yield(none, l.nonsense(p.Request, err))
					return
				}
				if !yield(parsed, nil) {
					return
				}
			}
			if marker = p.Next; marker == nil {
				return
			}
		}
	}
}

func (l List[T, M, U]) nonsense(request string, err error) error {
	if hasClass(err) {
		return err // the kind's own words
	}
	return vault.Errorf(vault.ErrInvalid, "%s: the list makes no sense (request %.100q): %w", l.What, request, err)
}

// walk is the state of an iteration over pages.
type walk[T any] struct {
	limit    int
	follows  func(item, last T) bool
	items    int
	empty    int             // empty pages since the last page with items
	asked    string          // marker of the present page
	seen     map[string]bool // markers
	begun    map[string]bool // first items of pages
	last     *T
	shuffled bool // the list is not in the promised order
}

// enter records a page before its items are parsed, and returns an error if the page or its
// marker occurred before.
func (w *walk[T]) enter(id string, items []T, goesOn bool, marker string) error {
	if w.items += len(items); w.limit > 0 && w.items > w.limit {
		return fmt.Errorf("it has more than %d entries", w.limit)
	}
	if w.empty++; len(items) > 0 {
		w.empty = 0
	}
	if w.empty > maxEmptyPages {
		return fmt.Errorf("more than %d of its pages are empty", maxEmptyPages)
	}
	if id != "" && w.begun[id] {
		return fmt.Errorf("it does not advance: another page begins with %.300q", id)
	}
	if err := w.order(items); err != nil {
		return err
	}
	if goesOn && (w.seen[marker] || marker == w.asked) {
		return fmt.Errorf("it does not advance: it comes back to the marker %.300q", marker)
	}
	w.begun[id], w.seen[marker], w.asked = true, true, marker
	return nil
}

// order checks that the items follow those before. A list in its promised order cannot
// return to earlier items, so they need not be remembered: a list of any length takes no
// more memory. A list that should begin behind an item and begins elsewhere would leave out
// or repeat items.
func (w *walk[T]) order(items []T) error {
	if w.follows == nil || w.shuffled {
		return nil
	}
	for i := range items {
		isFirst := w.items == len(items) && i == 0
		switch {
		case w.last == nil || w.follows(items[i], *w.last):
		case isFirst:
			return errors.New("it does not advance: it does not begin behind the entry that it was asked to begin behind")
		default:
			w.shuffled = true
			return nil
		}
		w.last = &items[i]
	}
	if len(items) > 0 {
		clear(w.seen)
		clear(w.begun)
	}
	return nil
}
