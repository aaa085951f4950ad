package term

import "time"

// How often a live line is drawn, or a line printed, and how wide it is.
const (
	DrawEvery  = 250 * time.Millisecond // on a terminal
	PrintEvery = 10 * time.Second       // elsewhere

	// Margin is how many columns the live line leaves free at the right: a ^C
	// that the terminal echoes there must not move the cursor to the next line.
	Margin = 3
)

// changing shows a text that changes: live on a terminal, now and then elsewhere,
// and nothing while it is empty. Whoever made it stops it.
type changing struct {
	ui   *UI
	text func() string // ASCII; called by one goroutine
	quit chan struct{}
	done chan struct{}
}

// StartChanging begins to show a text, until stop is called.
func StartChanging(u *UI, text func() string) *changing {
	c := &changing{ui: u, text: text, quit: make(chan struct{}), done: make(chan struct{})}
	go c.run()
	return c
}

// Stop removes the live line and returns when nothing is drawn any more.
func (c *changing) Stop() {
	close(c.quit)
	<-c.done
}

func (c *changing) run() {
	defer close(c.done)
	defer c.ui.Clear()
	every := PrintEvery
	if c.ui.IsTerminal() {
		every = DrawEvery
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-c.quit:
			return
		case <-ticker.C:
			c.show()
		}
	}
}

func (c *changing) show() {
	text := c.text()
	switch width := c.ui.Width(); {
	case width > 0:
		c.ui.Draw(Cut(text, width-Margin))
	case text != "":
		c.ui.Say("firn: %s", text)
	}
}
