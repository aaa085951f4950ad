package progress

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
	"firn/record"
)

// view is a snapshot of a transfer in words, all ASCII.
type view struct {
	depot.Progress
	pieces string // what the transfer consists of
	now    time.Time
	rate   float64 // bytes per second; 0 if not known
	units  humane.Units
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
		return v.units.Bytes(v.bytes())
	}
	return fmt.Sprintf("%s of %s", v.units.Bytes(v.bytes()), v.units.Bytes(v.Size))
}

func (v view) percent() string {
	if v.Size <= 0 {
		return ""
	}
	return fmt.Sprintf("%d%%", int64(100*v.fraction()))
}

func (v view) fraction() float64 { return float64(v.bytes()) / float64(max(1, v.Size)) }

func (v view) speed() string {
	if v.rate < 1 {
		return ""
	}
	return v.units.Rate(v.rate)
}

func (v view) left() string {
	if v.Size < 0 || v.rate < 1 {
		return ""
	}
	return leftText(v.Size-v.bytes(), v.rate)
}

func (v view) parts() string {
	switch {
	case v.pieces == "":
		return ""
	case v.Parts == 0:
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
	return v.units.WideBytes(v.InFlight) + " in flight"
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
// important fields if there is no room, and the bar takes the remaining room. Each field has
// one width whatever its value, so that the line stays still.
func (v view) live(width int) string {
	if v.Waiting != nil {
		state := term.Joined("  ", v.percent(), v.amount(), v.parts()) + "  "
		return term.Cut(state+v.waiting(width-len(state)), width)
	}
	parts := wide(v.parts(), len(fmt.Sprintf("%d/%d %ss", v.Parts, v.Parts, v.pieces)))
	inFlight := wide(v.inFlight(), humane.BytesColumns+len(" in flight"))
	return liveLine(width, v.Size > 0, v.fraction(),
		liveAmount(v.units, v.bytes(), v.Size), livePercent(v.Size, v.fraction()), liveRate(v.units, v.rate), v.liveLeft(), parts, v.retries(), inFlight)
}

func (v view) liveLeft() string { return liveLeft(v.bytes(), v.Size, v.rate) }

// liveLine returns a line of fields: the amount, a bar if there is room, and the rest.
func liveLine(width int, hasBar bool, fraction float64, amount, percent, rate, left string, rest ...string) string {
	// Most important first.
	fields := append([]string{amount, percent, left, rate}, rest...)
	for len(fields) > 1 && len(term.Joined("  ", fields...)) > width {
		fields = fields[:len(fields)-1]
	}
	if len(fields) > 3 {
		fields[2], fields[3] = fields[3], fields[2] // the rate stands before the time
	}
	if room := width - len(term.Joined("  ", fields...)) - 2; hasBar && room >= barLeast {
		fields = slices.Insert(fields, 1, barOf(fraction, min(room, barMost)))
	}
	return term.Cut(strings.TrimRight(term.Joined("  ", fields...), " "), width)
}

// leftColumns is the width of the field of the remaining time.
const leftColumns = len("59 min 59 s left")

func liveAmount(u humane.Units, done, size int64) string {
	if size < 0 {
		return u.WideBytes(done)
	}
	return u.WideBytes(done) + " of " + u.Bytes(size)
}

func livePercent(size int64, fraction float64) string {
	if size <= 0 {
		return ""
	}
	return fmt.Sprintf("%3d%%", int64(100*fraction))
}

func liveRate(u humane.Units, rate float64) string {
	if rate < 1 {
		return strings.Repeat(" ", humane.RateColumns)
	}
	return u.WideRate(rate)
}

func liveLeft(done, size int64, rate float64) string {
	switch {
	case size < 0:
		return ""
	case rate < 1:
		return strings.Repeat(" ", leftColumns)
	}
	return wide(leftText(max(0, size-done), rate), leftColumns)
}

// leftText returns the remaining time of a transfer.
func leftText(bytes int64, rate float64) string {
	return humane.Duration(max(term.TimeToSend(bytes, rate), 100*time.Millisecond)) + " left"
}

// wide fills a text to so many columns from the left.
func wide(text string, columns int) string {
	return strings.Repeat(" ", max(0, columns-len(text))) + text
}

// barOf returns a bar of width columns, including its ends.
func barOf(fraction float64, width int) string {
	inner := width - 2
	full := min(inner, int(fraction*float64(inner)))
	return "[" + strings.Repeat("=", full) + strings.Repeat(" ", inner-full) + "]"
}

// waitingText returns which job is waited for, since when, and how long such jobs usually
// take. If columns is not 0 and the text is longer, waitingText says less.
func waitingText(w depot.Waiting, now time.Time, columns int) string {
	first := firstOf(w)
	what, most := "waiting for job "+term.ShowASCII(cli.ShortID(string(first.ID))), "waiting for a job"
	if len(w.Jobs) > 1 {
		most = fmt.Sprintf("waiting for %d jobs", len(w.Jobs))
		what = most + ", the first"
	}
	tier := ""
	if first.Tier != "" {
		tier = fmt.Sprintf(" (%s)", term.ShowASCII(string(first.Tier)))
	}
	asked, passed := "by somebody else", ""
	if !first.Started.IsZero() {
		passed = humane.Duration(max(0, now.Sub(first.Started)))
		asked, passed = passed+" ago", passed+" of "
	}
	usually := humane.Usually(w.Usually)
	text := fmt.Sprintf("%s%s: started %s, usually done after %s", what, tier, asked, usually)
	for _, less := range []string{
		fmt.Sprintf("%s%s: %susually %s", what, tier, passed, usually),
		fmt.Sprintf("%s: %susually %s", most, passed, usually),
	} {
		if columns > 0 && len(text) > columns {
			text = less
		}
	}
	return text
}

// firstOf returns the job that was started first.
func firstOf(w depot.Waiting) record.Job {
	return slices.MinFunc(w.Jobs, func(a, b record.Job) int { return a.Started.Compare(b.Started) })
}
