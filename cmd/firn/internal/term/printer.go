package term

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
)

// ErrOutput is the error of standard output: what was done could not be printed.
var ErrOutput = errors.New("standard output")

// Printer is standard output. Its first error is kept and returned by flush.
type Printer struct {
	mu    sync.Mutex // a command that was left behind may still print
	W     *bufio.Writer
	Width func() int // columns of the terminal; 0 if it is none
}

// NewPrinter is standard output, or another file.
func NewPrinter(f *os.File) *Printer {
	return &Printer{W: bufio.NewWriter(f), Width: func() int { return terminalWidth(f) }}
}

// Line prints one line. Text from outside comes through [Show].
func (p *Printer) Line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = fmt.Fprintf(p.W, format+"\n", args...) // flush returns the error
}

// Object prints v as one line of JSON. Fields from outside are given as they
// are, and escaped as JSON can be.
func (p *Printer) Object(v any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := json.NewEncoder(PlainJSON(p.W))
	e.SetEscapeHTML(false) // URLs stay readable
	return e.Encode(v)
}

// Write lets bytes through as they are, at once.
func (p *Printer) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, err := p.W.Write(b)
	return n, errors.Join(err, p.W.Flush())
}

// Failed returns the first error: what is printed from then on is lost.
func (p *Printer) Failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := p.W.Write(nil)
	return err
}

// Flush makes everything that was printed leave the program.
func (p *Printer) Flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.W.Flush(); err != nil {
		return fmt.Errorf("writing to %w: %w", ErrOutput, err)
	}
	return nil
}
