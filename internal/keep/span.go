package keep

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Span is a length of time in the calendar: a year has 365 or 366 days.
type Span struct{ Years, Months, Days, Hours int }

// spanForm is the form of a Span.
var spanForm = regexp.MustCompile(`^(?:(\d{1,5})y)?(?:(\d{1,5})m)?(?:(\d{1,5})w)?(?:(\d{1,5})d)?(?:(\d{1,5})h)?$`)

// ParseSpan parses a span, such as 1y6m14d12h. As in restic, m is a month; w is a week.
func ParseSpan(text string) (Span, error) {
	found := spanForm.FindStringSubmatch(text)
	if found == nil {
		return Span{}, fmt.Errorf("%q is not a span of time, such as 14d, 8w, 6m (months) or 1y6m", text)
	}
	var n [6]int
	for i := range n {
		n[i], _ = strconv.Atoi(found[i]) // an empty text, or digits that fit; the first is the whole text
	}
	s := Span{Years: n[1], Months: n[2], Days: 7*n[3] + n[4], Hours: n[5]}
	if s.IsZero() {
		return s, fmt.Errorf("%q is no span of time: it must be more than 0", text)
	}
	return s, nil
}

// IsZero reports whether the span is empty.
func (s Span) IsZero() bool { return s == Span{} }

// Before returns the time that is the span before t.
func (s Span) Before(t time.Time) time.Time {
	return t.AddDate(-s.Years, -s.Months, -s.Days).Add(-time.Duration(s.Hours) * time.Hour)
}

// After returns the time that is the span after t.
func (s Span) After(t time.Time) time.Time {
	return t.AddDate(s.Years, s.Months, s.Days).Add(time.Duration(s.Hours) * time.Hour)
}

// String returns the span as ParseSpan reads it.
func (s Span) String() (text string) {
	for _, part := range []struct {
		n    int
		unit string
	}{{s.Years, "y"}, {s.Months, "m"}, {s.Days, "d"}, {s.Hours, "h"}} {
		if part.n > 0 {
			text += strconv.Itoa(part.n) + part.unit
		}
	}
	return text
}
