package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The lines between which a run writes its figures. The text around them is written by hand
// and kept.
const (
	figuresBegin = "<!-- figures: make bench writes what stands below -->\n"
	figuresEnd   = "<!-- end of figures -->\n"
)

// writeDocument writes the report into the document at path, which must contain the two
// lines. It replaces the document in one step.
func (r *report) writeDocument(path string) (err error) {
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, begun := bytes.Cut(document, []byte(figuresBegin))
	_, after, ended := bytes.Cut(rest, []byte(figuresEnd))
	if !begun || !ended {
		return fmt.Errorf("%q has no place for figures, between the lines %q and %q", path, figuresBegin, figuresEnd)
	}
	var figures bytes.Buffer
	if err := r.print(&figures, markdown); err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(path), ".performance-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(fresh.Name()) // the first error says more
		}
	}()
	whole := bytes.Join([][]byte{before, []byte(figuresBegin), figures.Bytes(), []byte("\n" + figuresEnd), after}, nil)
	_, err = fresh.Write(whole)
	if err := errors.Join(err, fresh.Chmod(0o644), fresh.Close()); err != nil {
		return err
	}
	return os.Rename(fresh.Name(), path)
}
