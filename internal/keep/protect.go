package keep

import (
	"fmt"
	"strings"
	"time"
)

// protected begins a tag with the date before which a snapshot must not be forgotten. The date
// is a tag so that it is in the packs of the snapshot: whoever rebuilds the record gets it back.
const protected = "not-before="

// NotBeforeTag returns the tag that protects a snapshot until the day of t, in the zone of t.
func NotBeforeTag(t time.Time) string { return protected + t.Format(time.DateOnly) }

// NotBefore returns the time until which tags protect a snapshot: the midnight that begins the
// day, in a zone. It is zero if they do not. If several tags do, the latest counts.
func NotBefore(tags []string, zone *time.Location) (latest time.Time) {
	for _, tag := range tags {
		if date, ok := strings.CutPrefix(tag, protected); ok {
			if t, err := time.ParseInLocation(time.DateOnly, date, zone); err == nil && t.After(latest) {
				latest = t
			}
		}
	}
	return latest
}

// CheckTag refuses a tag that no option can name, and one that looks like a protection and is
// none.
func CheckTag(tag string) error {
	date, isProtection := strings.CutPrefix(tag, protected)
	switch {
	case tag == "" || strings.Contains(tag, ","):
		return fmt.Errorf("%q cannot be a tag: a tag is not empty and has no comma", tag)
	case isProtection:
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			return fmt.Errorf("%q is not a date, such as 2030-12-31", date)
		}
	}
	return nil
}

// protection returns the reason why tags protect a snapshot now, if they do.
func protection(now time.Time, tags []string) []string {
	if t := NotBefore(tags, now.Location()); t.After(now) {
		return []string{"not before " + t.Format(time.DateOnly)}
	}
	return nil
}
