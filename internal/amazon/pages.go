package amazon

import (
	"errors"
	"fmt"
	"iter"

	"firn/vault"
)

// maxEmptyPages is how many pages in a row may have nothing on them.
const maxEmptyPages = 100

// Page is one page of a list as a service gives it out.
type Page[T, M any] struct {
	Items   []T
	Next    *M     // where the next page begins; nil: there is none
	Marker  string // Next in one word, by which two can be told apart
	Request string // its id, which the service's support asks for; may be empty
}

// List is how one kind of list is walked.
type List[T, M, U any] struct {
	What  string // what is listed, the beginning of an error
	Limit int    // entries that a true list stays below; 0: any number
	After *T     // what the list is to begin behind; nil: it begins at its beginning
	Fetch func(*M) (Page[T, M], error)
	Parse func(T) (U, error)
	// Follows, if not nil, is the order that the protocol promises: whether an item may
	// come next after another one, and whether the list can come back to neither.
	Follows func(item, last T) (may, further bool)
	// ID, of a list without an order, is what an item has that no other has. It may be
	// empty.
	ID func(T) string
}

// All walks the list from page to page to its end or its first error. A list that
// makes no sense, contradicts itself or does not advance is ErrInvalid: it was answered
// in good order, so asking again brings nothing. Errors of Fetch, and those of Parse
// that have a class, come back as they are.
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
			if l.ID != nil && len(p.Items) > 0 {
				err = w.begin(l.ID(p.Items[0]))
			}
			if err == nil {
				err = w.enter(p.Items, p.Next != nil, p.Marker)
			}
			if err != nil {
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
	return fmt.Errorf("%s: %w: the list makes no sense (request %.100q): %w", l.What, vault.ErrInvalid, request, err)
}

// walk is what a walk through pages has seen.
type walk[T any] struct {
	limit   int
	follows func(item, last T) (may, further bool)
	items   int
	empty   int             // pages without items since the last one with some
	asked   string          // the marker of the present page
	seen    map[string]bool // markers since the list was last further on
	begun   map[string]bool // the first items of pages
	last    *T
}

// begin notes the first item of a page: the same page does not come twice.
func (w *walk[T]) begin(id string) error {
	if id != "" && w.begun[id] {
		return fmt.Errorf("it does not advance: another page begins with %.300q", id)
	}
	w.begun[id] = true
	return nil
}

// enter notes a page before its items are looked at, and says what is wrong
// with it.
func (w *walk[T]) enter(items []T, goesOn bool, marker string) error {
	if w.items += len(items); w.limit > 0 && w.items > w.limit {
		return fmt.Errorf("it has more than %d entries", w.limit)
	}
	if w.empty++; len(items) > 0 {
		w.empty = 0
	}
	if w.empty > maxEmptyPages {
		return fmt.Errorf("more than %d of its pages are empty", maxEmptyPages)
	}
	for i := range items {
		if err := w.follow(&items[i]); err != nil {
			return err
		}
	}
	if goesOn && (w.seen[marker] || marker == w.asked) {
		return fmt.Errorf("it does not advance: it comes back to the marker %.300q", marker)
	}
	w.seen[marker], w.asked = true, marker
	return nil
}

// follow looks whether an item is behind the one before. The markers of what the list has
// left behind need not be remembered, so that a list of any length takes no more memory.
func (w *walk[T]) follow(item *T) error {
	if w.follows == nil {
		return nil
	}
	if w.last != nil {
		may, further := w.follows(*item, *w.last)
		if !may {
			return errors.New("it does not advance: an entry comes again, or after one that it should come before")
		}
		if further {
			clear(w.seen)
		}
	}
	w.last = item
	return nil
}
