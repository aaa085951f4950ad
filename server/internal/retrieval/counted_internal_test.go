package retrieval

import (
	"testing"
	"time"
)

// What was asked for in one month and taken back in the next takes nothing from what
// was counted since; what still counts is taken off.
func TestRetrievalsAreTakenBackWhereTheyCount(t *testing.T) {
	before := time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC)
	var r counted
	r.add(before, 5)
	r.add(before.Add(time.Second), 70)
	r.takeBack(before, 5)
	if r.Month != "2026-12" || r.MonthBytes != 70 || r.hour() != 70 {
		t.Errorf("after a month's end it is %+v", r)
	}
	r.add(before.Add(2*time.Hour), 900)
	r.takeBack(before.Add(time.Second), 70)
	if r.Month != "2026-12" || r.MonthBytes != 900 || r.hour() != 900 {
		t.Errorf("after more than an hour it is %+v", r)
	}
}
