package progress

import (
	"math"
	"time"
)

// smoothing is the time constant of the average: long enough that the rate does not jump
// with every part, short enough that it shows when a connection slows down.
const smoothing = 15 * time.Second

// Speed is the rate of a transfer as an exponentially weighted moving average.
type Speed struct {
	begun   bool
	last    time.Time
	moved   int64
	average float64 // bytes per second
	weight  float64 // the share of the average that comes from observations, up to 1
}

// See takes the number of bytes transferred so far. A smaller number than before counts as
// no transfer: a part has to be sent again.
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

// Rate returns bytes per second, or 0 as long as nothing is known. The division by the
// weight corrects the first seconds, when the average still contains its initial zero.
func (s *Speed) Rate() float64 {
	if s.weight == 0 {
		return 0
	}
	return s.average / s.weight
}
