package main

import "time"

// changing shows a text that changes: live on a terminal, now and then elsewhere,
// and nothing while it is empty. Whoever made it stops it.
type changing struct {
	ui   *ui
	text func() string // ASCII; called by one goroutine
	quit chan struct{}
	done chan struct{}
}

// startChanging begins to show a text, until stop is called.
func startChanging(u *ui, text func() string) *changing {
	c := &changing{ui: u, text: text, quit: make(chan struct{}), done: make(chan struct{})}
	go c.run()
	return c
}

// stop removes the live line and returns when nothing is drawn any more.
func (c *changing) stop() {
	close(c.quit)
	<-c.done
}

func (c *changing) run() {
	defer close(c.done)
	defer c.ui.clear()
	every := printEvery
	if c.ui.isTerminal() {
		every = drawEvery
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
	switch width := c.ui.width(); {
	case width > 0:
		c.ui.draw(cut(text, width-margin))
	case text != "":
		c.ui.say("firn: %s", text)
	}
}
