// Package testclock has a clock that a test moves.
package testclock

import (
	"sync"
	"time"
)

// Clock stands still until a test moves it. It may be used from many goroutines.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// At returns a clock that stands at a time.
func At(t time.Time) *Clock { return &Clock{now: t} }

// Now returns the time of the clock. It takes the place of time.Now.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set puts the clock to a time.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}
