package cli

import (
	"bytes"
	"testing"
	"time"

	"firn/cmd/firn/internal/term"
)

// What concerns all files under way is said once a minute, and not for each of them.
func TestNoticesOfManyFiles(t *testing.T) {
	var b bytes.Buffer
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	p := &Program{UI: term.NewUI(&b, func() int { return 0 }), Now: func() time.Time { return now }}
	notice := p.NoticesOfMany()
	for range 2 {
		notice(`"a": the vault does not answer; retrying`)
		notice(`"b": the vault does not answer; retrying`)
		notice(`"b" is there already`)
		now = now.Add(time.Minute)
	}
	want := `firn: "a": the vault does not answer; retrying
firn: "b" is there already
firn: "a": the vault does not answer; retrying
firn: "b" is there already
`
	if got := b.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
