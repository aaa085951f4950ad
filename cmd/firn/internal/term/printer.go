package term

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
)

// ErrOutput means that standard output could not be written. The work itself may be done.
var ErrOutput = errors.New("standard output")

// Printer is standard output. It keeps its first error, which [Printer.Flush] returns. Text on
// a terminal appears above the live lines of the UI.
type Printer struct {
	mu    sync.Mutex // an abandoned command may still print
	w     *bufio.Writer
	width func() int // columns of the terminal; 0 if it is none
}

// NewPrinter returns a printer to standard output, or to another file. u owns the terminal.
func NewPrinter(f *os.File, u *UI) *Printer {
	return &Printer{w: bufio.NewWriter(&printed{f, WidthOf(f), u}), width: WidthOf(f)}
}

// printed is a file that may be the terminal on which a UI draws.
type printed struct {
	file  io.Writer
	width func() int
	ui    *UI
}

func (p *printed) Write(b []byte) (int, error) {
	if p.width() == 0 {
		return p.file.Write(b)
	}
	p.ui.mu.Lock()
	defer p.ui.mu.Unlock()
	return p.ui.above(p.file, b)
}

// IsTerminal reports whether a person reads the output on a terminal.
func (p *Printer) IsTerminal() bool { return p.width() > 0 }

// Width returns the number of columns of the terminal, or 0 if the output is none.
func (p *Printer) Width() int { return p.width() }

// Line prints one line. The caller passes text from outside through [Show].
func (p *Printer) Line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = fmt.Fprintf(p.w, format+"\n", args...) // Flush returns the error
}

// Total prints a line below a table. It is for people, so only a terminal gets it, and a program
// that reads the table does not.
func (p *Printer) Total(format string, args ...any) {
	if p.IsTerminal() {
		p.Line("\n"+format, args...)
	}
}

// Object prints v as one line of JSON. It escapes text from outside with [PlainJSON].
func (p *Printer) Object(v any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := json.NewEncoder(PlainJSON(p.w))
	e.SetEscapeHTML(false) // URLs stay readable
	return e.Encode(v)
}

// Write writes bytes unchanged and flushes them at once.
func (p *Printer) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, err := p.w.Write(b)
	return n, errors.Join(err, p.w.Flush())
}

// Failed returns the first error. Everything printed after it is lost.
func (p *Printer) Failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := p.w.Write(nil)
	return err
}

// IsClosed reports whether the reader has closed the pipe, as head does.
func (p *Printer) IsClosed() bool { return errors.Is(p.Failed(), syscall.EPIPE) }

// Flush writes out everything that was printed. Its error wraps [ErrOutput].
func (p *Printer) Flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("writing to %w: %w", ErrOutput, err)
	}
	return nil
}
