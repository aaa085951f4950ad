package cli

import (
	"errors"
	"testing"
)

// Status 3 means that some objects of a command were done and others failed.
func TestWorstOf(t *testing.T) {
	for name, c := range map[string]struct {
		seen []Status
		want Status
	}{
		"nothing":             {nil, StatusDone},
		"all done":            {[]Status{StatusDone}, StatusDone},
		"all failed":          {[]Status{StatusError}, StatusError},
		"some failed":         {[]Status{StatusDone, StatusError}, StatusPartial},
		"a part and an error": {[]Status{StatusPartial, StatusError}, StatusPartial},
		"a worse failure":     {[]Status{StatusDone, StatusError, StatusRefused}, StatusRefused},
		"invalid arguments":   {[]Status{StatusDone, StatusUsage}, StatusUsage},
	} {
		seen := make(map[Status]bool)
		for _, s := range c.seen {
			seen[s] = true
		}
		got := StatusDone
		if err := WorstOf(seen, ""); err != nil {
			reported, ok := errors.AsType[*ReportedError](err)
			if !ok {
				t.Fatalf("%s: %v", name, err)
			}
			got = reported.Status
		}
		if got != c.want {
			t.Errorf("%s: status %d, not %d", name, got, c.want)
		}
	}
}
