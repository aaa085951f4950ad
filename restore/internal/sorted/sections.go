package sorted

import (
	"bufio"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
)

// Sections are lists of values in a temporary file, one after the other, that are read in any
// order.
type Sections[T any] struct {
	file *os.File
	end  int64
}

// Section is one of the lists.
type Section struct{ offset, size int64 }

// NewSections makes a temporary file in a directory.
func NewSections[T any](dir string) (*Sections[T], error) {
	f, err := os.CreateTemp(dir, "list-*")
	if err != nil {
		return nil, fmt.Errorf("keep lists on the disk: %w", err)
	}
	return &Sections[T]{file: f}, nil
}

// Write writes a section: the values that fill adds. An error of add is final.
func (s *Sections[T]) Write(fill func(add func(T) error) error) (Section, error) {
	w := &counter{w: io.NewOffsetWriter(s.file, s.end)}
	buffer := bufio.NewWriterSize(w, 1<<16)
	encoder := gob.NewEncoder(buffer)
	err := fill(func(value T) error {
		if err := encoder.Encode(value); err != nil {
			return fmt.Errorf("keep lists on the disk: %w", err)
		}
		return nil
	})
	if err == nil {
		err = buffer.Flush()
	}
	written := Section{s.end, w.n}
	s.end += w.n
	return written, err
}

// Read returns the values of a section. Sections can be read by several goroutines.
func (s *Sections[T]) Read(section Section) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		decoder := gob.NewDecoder(bufio.NewReaderSize(io.NewSectionReader(s.file, section.offset, section.size), 1<<16))
		for {
			var value T
			err := decoder.Decode(&value)
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(value, err) || err != nil {
				return
			}
		}
	}
}

// Close removes the temporary file.
func (s *Sections[T]) Close() error { return errors.Join(s.file.Close(), os.Remove(s.file.Name())) }
