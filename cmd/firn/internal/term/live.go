package term

import "time"

// How often a terminal draws the live line, and how often a log gets a line instead.
const (
	drawEvery  = 250 * time.Millisecond
	printEvery = 10 * time.Second
)

// margin is the number of columns that the live line leaves free at the right: if the
// terminal echoes ^C there, the cursor must not move to the next line.
const margin = 3

// Live shows a text that changes: as the live line of a terminal, or as a line of a log now
// and then. It shows nothing while the text is empty. Whoever starts it stops it.
type Live struct {
	ui   *UI
	text func(columns int) string
	quit chan struct{}
	done chan struct{}
}

// StartLive begins to show a text until Stop is called. text returns ASCII of at most that
// many columns (Live cuts the rest); columns is 0 if there is no terminal. text is called
// by one goroutine at a time unless the caller uses Show.
func StartLive(u *UI, text func(columns int) string) *Live {
	l := &Live{ui: u, text: text, quit: make(chan struct{}), done: make(chan struct{})}
	go l.run()
	return l
}

// Stop removes the live line. When it returns, nothing is drawn any more.
func (l *Live) Stop() {
	close(l.quit)
	<-l.done
}

func (l *Live) run() {
	defer close(l.done)
	defer l.ui.Clear()
	every := printEvery
	if l.ui.IsTerminal() {
		every = drawEvery
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-l.quit:
			return
		case <-ticker.C:
			l.Show()
		}
	}
}

// Show shows the text now.
func (l *Live) Show() {
	if width := l.ui.width(); width > 0 {
		columns := max(1, width-margin)
		l.ui.draw(Cut(l.text(columns), columns))
	} else if text := l.text(0); text != "" {
		l.ui.Say("firn: %s", text)
	}
}
