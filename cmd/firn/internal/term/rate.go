package term

import (
	"math"
	"time"
)

// smoothing is the time over which the shown rate forgets the past: long enough
// not to jump with every part, short enough to notice a line that slowed down.
const smoothing = 15 * time.Second

// Speed is the rate of a transfer as an exponentially weighted moving average.
type Speed struct {
	begun   bool
	last    time.Time
	moved   int64
	average float64 // bytes per second
	weight  float64 // how much of the average stands on what was seen, up to 1
}

// See takes the number of bytes that have moved by now. A number that went down,
// because a part has to be sent again, counts as no movement.
func (s *Speed) See(now time.Time, moved int64) {
	if !s.begun {
		s.begun, s.last, s.moved = true, now, moved
		return
	}
	elapsed := now.Sub(s.last)
	if elapsed <= 0 {
		return
	}
	fresh := 1 - math.Exp(-elapsed.Seconds()/smoothing.Seconds())
	rate := float64(max(0, moved-s.moved)) / elapsed.Seconds()
	s.average += fresh * (rate - s.average)
	s.weight += fresh * (1 - s.weight)
	s.last, s.moved = now, moved
}

// Rate returns bytes per second, 0 as long as nothing is known. Dividing by the
// weight keeps the first seconds from being pulled down by the zero before them.
func (s *Speed) Rate() float64 {
	if s.weight == 0 {
		return 0
	}
	return s.average / s.weight
}
