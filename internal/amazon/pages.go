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
	// ID is what an item has that no other has. It may be empty.
	ID func(T) string
	// Follows, if not nil, is the order that the protocol promises: whether an item
	// comes after another one. Not every service keeps it.
	Follows func(item, last T) bool
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
	return fmt.Errorf("%s: %w: the list makes no sense (request %.100q): %w", l.What, vault.ErrInvalid, request, err)
}

// walk is what a walk through pages has seen.
type walk[T any] struct {
	limit    int
	follows  func(item, last T) bool
	items    int
	empty    int             // pages without items since the last one with some
	asked    string          // the marker of the present page
	seen     map[string]bool // markers
	begun    map[string]bool // the first items of pages
	last     *T
	shuffled bool // the list does not keep its order
}

// enter notes a page before its items are looked at, and says what is wrong with it:
// neither a page nor a marker comes twice.
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

// order looks whether the items come after those before. A list that keeps its order
// cannot come back to what it has left behind, which need not be remembered then: so
// one of any length takes no more memory. One that is to begin behind an item and begins
// elsewhere would leave out, or bring again, what is there.
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
