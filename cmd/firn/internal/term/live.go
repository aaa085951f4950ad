package term

import (
	"strings"
	"time"
)

// How often a terminal draws the live lines, and how often a log gets a line instead.
const (
	drawEvery  = 250 * time.Millisecond
	printEvery = 10 * time.Second
)

// margin is the number of columns that live lines leave free at the right: if the terminal
// echoes ^C there, the cursor must not move to the next line.
const margin = 3

func liveColumns(width int) int { return max(1, width-margin) }

// Live shows a text that changes: as live lines of a terminal, or as a line of a log now and
// then. It shows nothing while the text is empty. Whoever starts it stops it.
type Live struct {
	ui   *UI
	text func(columns int) string
	stop func()
}

// StartLive begins to show a text until Stop is called, at once on a terminal. text returns
// lines of at most that many columns (Live cuts the rest); columns is 0 if there is no
// terminal, which takes one line. text is called by one goroutine at a time unless the caller
// uses Show.
func StartLive(u *UI, text func(columns int) string) *Live {
	l := &Live{ui: u, text: text}
	every := printEvery
	if u.IsTerminal() {
		every = drawEvery
		l.Show()
	}
	l.stop = Every(every, l.Show)
	return l
}

// Stop removes the live lines. When it returns, nothing is drawn any more.
func (l *Live) Stop() {
	l.stop()
	l.ui.Clear()
}

// Show shows the text now. An empty text leaves the terminal as it is.
func (l *Live) Show() {
	if width := l.ui.width(); width > 0 {
		columns := liveColumns(width)
		if text := l.text(columns); text != "" {
			lines := strings.Split(text, "\n")
			for i := range lines {
				lines[i] = Cut(lines[i], columns)
			}
			l.ui.draw(lines)
		}
	} else if text := l.text(0); text != "" {
		l.ui.Say("firn: %s", text)
	}
}

// Every calls f regularly in a goroutine. stop ends it; after stop, f is not called any more.
func Every(interval time.Duration, f func()) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				f()
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}
