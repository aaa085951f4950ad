package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
)

// printer is standard output. Its first error is kept and returned by flush.
type printer struct {
	mu    sync.Mutex // a command that was left behind may still print
	w     *bufio.Writer
	width func() int // columns of the terminal; 0 if it is none
}

func newPrinter(f *os.File) *printer {
	return &printer{w: bufio.NewWriter(f), width: func() int { return terminalWidth(f) }}
}

// line prints one line. Text from outside comes through [show].
func (p *printer) line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = fmt.Fprintf(p.w, format+"\n", args...) // flush returns the error
}

// object prints v as one line of JSON. Fields from outside are given as they
// are, and escaped as JSON can be.
func (p *printer) object(v any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := json.NewEncoder(plainJSON{p.w})
	e.SetEscapeHTML(false) // URLs stay readable
	return e.Encode(v)
}

// Write lets bytes through as they are, at once.
func (p *printer) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, err := p.w.Write(b)
	return n, errors.Join(err, p.w.Flush())
}

// failed returns the first error: what is printed from then on is lost.
func (p *printer) failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := p.w.Write(nil)
	return err
}

// flush makes everything that was printed leave the program.
func (p *printer) flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.w.Flush(); err != nil {
		return &classError{fmt.Errorf("writing to standard output: %w", err), errOutput}
	}
	return nil
}
