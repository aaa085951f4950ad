package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// tally counts the parts that one attempt sent and the server accepted.
type tally struct {
	acknowledged int // while the client lived
	late         int // by a server that had received the whole part when the client died
	repeated     int // parts that were acknowledged to an earlier attempt
	caughtUp     int // parts that an earlier attempt sent without receiving the acknowledgement
}

// audit compares the parts of each attempt with those acknowledged before.
func audit(w io.Writer, log string, attempts []attempt, parts int) error {
	list, err := readAccepted(log)
	if err != nil {
		return err
	}
	tallies, acknowledged := make([]tally, len(attempts)), make(map[string]bool)
	for _, part := range list {
		run := attemptOf(part, attempts)
		known, sent := acknowledged[part.contentRange]
		switch {
		case known:
			tallies[run].repeated++
		case sent:
			tallies[run].caughtUp++
		}
		if part.end <= attempts[run].logged {
			tallies[run].acknowledged++
			acknowledged[part.contentRange] = true
		} else {
			tallies[run].late++
			acknowledged[part.contentRange] = known
		}
	}
	if err := printTallies(w, tallies); err != nil {
		return err
	}
	repeated := 0
	for _, t := range tallies {
		repeated += t.repeated
	}
	switch {
	case repeated > 0:
		return fmt.Errorf("%d parts were sent again although they had been acknowledged", repeated)
	case len(acknowledged) != parts:
		return fmt.Errorf("the server accepted %d different parts of %d", len(acknowledged), parts)
	}
	_, err = fmt.Fprintf(w, "%d parts: no acknowledged part was sent twice\n", parts)
	return err
}

// attemptOf returns the attempt that sent a part: the last one that had started when the
// request arrived.
func attemptOf(part accepted, attempts []attempt) int {
	run := 0
	for i, a := range attempts {
		if !part.arrived.Before(a.started) {
			run = i
		}
	}
	return run
}

func printTallies(w io.Writer, tallies []tally) error {
	var text strings.Builder
	text.WriteString("run\tacknowledged\taccepted after the kill\tsent again\tof these acknowledged before\t\n")
	for i, t := range tallies {
		fmt.Fprintf(&text, "%d\t%d\t%d\t%d\t%d\t\n", i+1, t.acknowledged, t.late, t.repeated+t.caughtUp, t.repeated)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, err := io.WriteString(table, text.String())
	return errors.Join(err, table.Flush())
}
