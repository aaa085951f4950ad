// Package sorted sorts lists that may be too long for memory.
package sorted

import (
	"bufio"
	"container/heap"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

// List is a list of values that is sorted when it is read. It keeps some values in memory, and
// the others in a temporary file. Values of equal order stay in the order in which they were
// added. T is a type that package gob encodes.
type List[T any] struct {
	dir     string
	compare func(a, b T) int
	weigh   func(T) int // about how many bytes of memory a value takes
	memory  int         // bytes of values that are kept in memory

	values []T
	weight int
	file   *os.File
	runs   []run // of sorted values in the file
	end    int64
}

// run is where some values are in the file.
type run struct{ offset, size int64 }

// New returns an empty list, whose temporary file is in a directory.
func New[T any](dir string, memory int, compare func(a, b T) int, weigh func(T) int) *List[T] {
	return &List[T]{dir: dir, compare: compare, weigh: weigh, memory: memory}
}

// Add adds a value.
func (l *List[T]) Add(value T) error {
	l.values = append(l.values, value)
	if l.weight += l.weigh(value); l.weight < l.memory {
		return nil
	}
	return l.spill()
}

// spill writes the values in memory to the file.
func (l *List[T]) spill() error {
	if l.file == nil {
		f, err := os.CreateTemp(l.dir, "list-*")
		if err != nil {
			return fmt.Errorf("keep a list on the disk: %w", err)
		}
		l.file = f
	}
	slices.SortStableFunc(l.values, l.compare)
	w := &counter{w: io.NewOffsetWriter(l.file, l.end)}
	buffer := bufio.NewWriterSize(w, 1<<16)
	encoder := gob.NewEncoder(buffer)
	for _, value := range l.values {
		if err := encoder.Encode(value); err != nil {
			return fmt.Errorf("keep a list on the disk: %w", err)
		}
	}
	if err := buffer.Flush(); err != nil {
		return fmt.Errorf("keep a list on the disk: %w", err)
	}
	l.runs = append(l.runs, run{l.end, w.n})
	l.end += w.n
	clear(l.values)
	l.values, l.weight = l.values[:0], 0
	return nil
}

// counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// All returns the values in their order. It can be called again. No value is added any more.
func (l *List[T]) All() iter.Seq2[T, error] {
	slices.SortStableFunc(l.values, l.compare)
	return func(yield func(T, error) bool) {
		m := merge[T]{compare: l.compare}
		for i, r := range l.runs {
			// The runs are many if the list is long, so each has a small buffer.
			decoder := gob.NewDecoder(bufio.NewReaderSize(io.NewSectionReader(l.file, r.offset, r.size), 1<<15))
			m.add(i, func() (value T, ok bool, err error) {
				err = decoder.Decode(&value)
				if errors.Is(err, io.EOF) {
					return value, false, nil
				}
				return value, true, err
			})
		}
		rest := l.values
		m.add(len(l.runs), func() (value T, ok bool, err error) {
			if len(rest) > 0 {
				value, rest, ok = rest[0], rest[1:], true
			}
			return value, ok, nil
		})
		m.run(yield)
	}
}

// Close removes the temporary file.
func (l *List[T]) Close() error {
	if l.file == nil {
		return nil
	}
	err := errors.Join(l.file.Close(), os.Remove(l.file.Name()))
	l.file = nil
	return err
}

// merge merges sorted sequences. It is a heap.
type merge[T any] struct {
	compare func(a, b T) int
	heads   []head[T]
	err     error
}

// head is the next value of a sequence, and what returns those after it.
type head[T any] struct {
	value T
	order int
	next  func() (value T, ok bool, err error)
}

func (m *merge[T]) add(order int, next func() (T, bool, error)) {
	value, ok, err := next()
	if err != nil {
		m.err = err
	} else if ok {
		m.heads = append(m.heads, head[T]{value, order, next})
	}
}

func (m *merge[T]) run(yield func(T, error) bool) {
	heap.Init(m)
	for m.err == nil && len(m.heads) > 0 {
		first := &m.heads[0]
		if !yield(first.value, nil) {
			return
		}
		value, ok, err := first.next()
		switch {
		case err != nil:
			m.err = err
		case ok:
			first.value = value
			heap.Fix(m, 0)
		default:
			heap.Pop(m)
		}
	}
	if m.err != nil {
		var none T
		yield(none, fmt.Errorf("read a list on the disk: %w", m.err))
	}
}

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (m *merge[T]) Len() int { return len(m.heads) }

// Less implements heap.Interface.
func (m *merge[T]) Less(i, j int) bool {
	if c := m.compare(m.heads[i].value, m.heads[j].value); c != 0 {
		return c < 0
	}
	return m.heads[i].order < m.heads[j].order
}

// Swap implements heap.Interface.
func (m *merge[T]) Swap(i, j int) { m.heads[i], m.heads[j] = m.heads[j], m.heads[i] }

// Push implements heap.Interface; nothing is pushed.
func (m *merge[T]) Push(any) {}

// Pop implements heap.Interface.
func (m *merge[T]) Pop() any {
	m.heads = m.heads[:len(m.heads)-1]
	return nil
}
