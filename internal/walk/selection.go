package walk

import (
	"fmt"
	"io"
	"slices"

	"firn/internal/ignore"
)

// A selection decides which files of a directory are read.
type selection struct {
	exclude, include ignore.Place
	included         bool // a pattern to include matches the directory, or there is none
	files            []scope
}

// A scope is an ignore file that applies in a directory.
type scope struct {
	ignore.Place
	path string
}

func newSelection(exclude, include *ignore.List) selection {
	return selection{exclude: exclude.Place(), include: include.Place(), included: include.Len() == 0}
}

// enter returns the selection for a directory in this one.
func (s *selection) enter(name string) selection {
	below := selection{exclude: s.exclude.Enter(name), include: s.include.Enter(name), included: s.includes(name, true)}
	for _, f := range s.files {
		if p := f.Enter(name); !p.Idle() {
			below.files = append(below.files, scope{p, f.path})
		}
	}
	return below
}

// excluded returns the reason why a file is left out, if there is one.
func (s *selection) excluded(name string, dir bool) (Reason, bool) {
	p, source := s.exclude.Match(name, dir), ""
	for _, f := range slices.Backward(s.files) {
		if p != nil {
			break
		}
		p, source = f.Match(name, dir), f.path
	}
	if p == nil || p.Negated {
		return Reason{}, false
	}
	return Reason{Excluded, p.Text, source, p.Line}, true
}

func (s *selection) includes(name string, dir bool) bool {
	if s.included {
		return true
	}
	p := s.include.Match(name, dir)
	return p != nil && !p.Negated
}

// read adds the ignore file of a directory. What is wrong with it is returned as items.
func (s *selection) read(h handle, dir string) []Item {
	path := join(dir, IgnoreFile)
	text, err := readSmall(h, IgnoreFile, path, ignore.MaxFile)
	if err != nil {
		return []Item{failed(path, fmt.Errorf("read the ignore file %q: %w", path, err))}
	}
	l, bad := ignore.Parse(text)
	var items []Item
	for _, err := range bad {
		items = append(items, failed(path, fmt.Errorf("ignore file %q, %w", path, err)))
	}
	if p := l.Place(); !p.Idle() {
		s.files = append(s.files, scope{p, path})
	}
	return items
}

// readSmall reads a regular file of at most limit bytes.
func readSmall(h handle, name, path string, limit int64) ([]byte, error) {
	var listed Entry
	if err := h.lstat(name, &listed); err != nil {
		return nil, err
	}
	if listed.Type != Regular {
		return nil, fmt.Errorf("it is not a regular file")
	}
	f, now, err := h.openFile(name, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if now.id() != listed.id() || now.Type != Regular {
		return nil, ErrChanged
	}
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("it has more than %d bytes", limit)
	}
	return text, err
}
