package progress

import (
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
)

// statusEvery is how often --json gets a status object.
const statusEvery = time.Second

// shown is what shows progress, until stop is called.
type shown struct {
	now  func() // shows the text now
	stop func()
}

// show begins to show a text to people, as [term.StartLive] does, and with --json a status to
// scripts. With --quiet it shows nothing.
func show(p *cli.Program, text func(columns int) string, status func() (object any, ok bool)) shown {
	if p.Quiet {
		return shown{now: func() {}, stop: func() {}}
	}
	live := term.StartLive(p.UI, text)
	if !p.JSON {
		return shown{now: live.Show, stop: live.Stop}
	}
	stop := term.Every(statusEvery, func() {
		if object, ok := status(); ok {
			_ = p.Out.Object(object) // the end of the command reports the error of standard output
			_ = p.Out.Flush()
		}
	})
	return shown{now: live.Show, stop: func() {
		stop()
		live.Stop()
	}}
}
