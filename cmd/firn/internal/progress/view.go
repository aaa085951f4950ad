package progress

import (
	"fmt"
	"math"
	"strings"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
)

// view is a snapshot of a transfer in words, all ASCII.
type view struct {
	depot.Progress
	pieces string // what the transfer consists of
	now    time.Time
	rate   float64 // bytes per second; 0 if not known
}

// bytes returns the bytes that were acknowledged or are in flight.
func (v view) bytes() int64 {
	moved := v.Done + max(0, v.InFlight)
	if v.Size >= 0 {
		moved = min(moved, v.Size)
	}
	return moved
}

func (v view) amount() string {
	if v.Size < 0 {
		return humane.Bytes(v.bytes())
	}
	return fmt.Sprintf("%s of %s", humane.Bytes(v.bytes()), humane.Bytes(v.Size))
}

func (v view) percent() string {
	if v.Size <= 0 {
		return ""
	}
	return fmt.Sprintf("%d%%", int64(100*v.fraction()))
}

func (v view) fraction() float64 { return float64(v.bytes()) / float64(v.Size) }

func (v view) speed() string {
	if v.rate < 1 {
		return ""
	}
	return term.RateText(v.rate)
}

func (v view) left() string {
	if v.Size < 0 || v.rate < 1 {
		return ""
	}
	return humane.Duration(term.TimeToSend(v.Size-v.bytes(), v.rate)) + " left"
}

func (v view) parts() string {
	if v.Parts == 0 {
		return fmt.Sprintf("%d %ss", v.PartsDone, v.pieces)
	}
	return fmt.Sprintf("%d/%d %ss", v.PartsDone, v.Parts, v.pieces)
}

func (v view) retries() string {
	switch v.Retries {
	case 0:
		return ""
	case 1:
		return "1 retry"
	}
	return fmt.Sprintf("%d retries", v.Retries)
}

func (v view) inFlight() string {
	if v.InFlight <= 0 {
		return ""
	}
	return humane.Bytes(v.InFlight) + " in flight"
}

// waiting returns how long the transfer waits, and why, in at most width columns. It keeps
// the end of a long error, because the end names the cause.
func (v view) waiting(width int) string {
	if v.Waiting == nil {
		return ""
	}
	seconds := int(max(0, v.Until.Sub(v.now)).Round(time.Second).Seconds())
	wait := fmt.Sprintf("waiting %d s: ", seconds)
	cause := term.ShowASCII(strings.ReplaceAll(v.Waiting.Error(), "\n", "; "))
	if room := width - len(wait) - len(term.LeftOut); len(cause) > room+len(term.LeftOut) {
		cause = term.LeftOut + cause[len(cause)-max(0, room):]
	}
	return wait + cause
}

// plain returns the line of a log.
func (v view) plain() string {
	done := v.amount()
	if percent := v.percent(); percent != "" {
		done = percent + ", " + done
	}
	return term.Joined(", ", done, v.speed(), v.left(), v.parts(), v.inFlight(), v.retries(), v.waiting(math.MaxInt))
}

const (
	barLeast = 10
	barMost  = 30
)

// live returns the line of a terminal, in at most width columns. It leaves out the least
// important fields if there is no room, and the bar takes the remaining room.
func (v view) live(width int) string {
	if v.Waiting != nil {
		state := term.Joined("  ", v.percent(), v.amount(), v.parts()) + "  "
		return term.Cut(state+v.waiting(width-len(state)), width)
	}
	// Most important first; words below has the order of the line.
	fields := []string{v.amount(), v.percent(), v.left(), v.speed(), v.parts(), v.retries(), v.inFlight()}
	for len(fields) > 1 && len(term.Joined("  ", fields...)) > width {
		fields = fields[:len(fields)-1]
	}
	all := append(fields, make([]string, 7)...)[:7]
	amount, percent, left, speed, parts, retries, inFlight := all[0], all[1], all[2], all[3], all[4], all[5], all[6]
	words := term.Joined("  ", amount, percent, speed, left, parts, retries, inFlight)
	bar := ""
	if room := width - len(words) - 2; v.Size > 0 && room >= barLeast {
		bar = barOf(v.fraction(), min(room, barMost))
	}
	return term.Cut(term.Joined("  ", amount, bar, percent, speed, left, parts, retries, inFlight), width)
}

// barOf returns a bar of width columns, including its ends.
func barOf(fraction float64, width int) string {
	inner := width - 2
	full := min(inner, int(fraction*float64(inner)))
	return "[" + strings.Repeat("=", full) + strings.Repeat(" ", inner-full) + "]"
}

// waitingText returns which job is waited for, since when, and how long such jobs usually
// take.
func waitingText(w depot.Waiting, now time.Time) string {
	first := w.Jobs[0]
	for _, j := range w.Jobs {
		if j.Started.Before(first.Started) {
			first = j
		}
	}
	what := "waiting for job " + term.ShowASCII(cli.ShortID(string(first.ID)))
	if len(w.Jobs) > 1 {
		what = fmt.Sprintf("waiting for %d jobs, the first", len(w.Jobs))
	}
	tier := ""
	if first.Tier != "" {
		tier = fmt.Sprintf(" (%s)", term.ShowASCII(string(first.Tier)))
	}
	asked := "by somebody else"
	if !first.Started.IsZero() {
		asked = humane.Duration(max(0, now.Sub(first.Started))) + " ago"
	}
	return fmt.Sprintf("%s%s: asked for %s, usually done after %s", what, tier, asked, humane.Usually(w.Usually))
}
