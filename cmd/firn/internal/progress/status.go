package progress

import (
	"time"

	"firn/cmd/firn/internal/term"
	"firn/depot"
)

// statusObject is the progress of long work on standard output with --json, once a second.
type statusObject struct {
	MessageType    string     `json:"message_type"` // "status"
	State          state      `json:"state"`
	Until          *time.Time `json:"until"`  // when a wait ends, as far as is known
	Reason         string     `json:"reason"` // why requests are repeated, if State is retrying
	BytesDone      int64      `json:"bytes_done"`
	BytesTotal     *int64     `json:"bytes_total"` // null: not known
	FilesDone      int        `json:"files_done"`
	FilesTotal     int        `json:"files_total"`
	EntriesDone    int64      `json:"entries_done"` // of an inventory
	BytesPerSecond float64    `json:"bytes_per_second"`
	SecondsLeft    *float64   `json:"seconds_left"` // null: not known
	Files          []string   `json:"files"`        // the first few under way
}

// state is a word that scripts may compare.
type state string

// The states of a command.
const (
	transferring state = "transferring"
	retrying     state = "retrying"        // after an error, until Until
	waitingState state = "waiting_for_job" // usually until Until
	reading      state = "reading"         // an inventory
)

// status returns the state of a transfer for scripts.
func (t total) status() statusObject {
	o := statusObject{
		MessageType: "status", State: transferring, BytesDone: t.bytes,
		FilesDone: t.ended, FilesTotal: t.files, BytesPerSecond: t.rate, Files: []string{},
	}
	if t.size >= 0 {
		o.BytesTotal = &t.size
	}
	if t.size >= 0 && t.rate >= 1 {
		left := term.TimeToSend(t.size-t.bytes, t.rate).Seconds()
		o.SecondsLeft = &left
	}
	waiting := 0
	for _, f := range t.underWay {
		if f.name != "" && len(o.Files) < mostNames {
			o.Files = append(o.Files, f.name)
		}
		if f.Waiting != nil {
			waiting++
			o.Reason, o.Until = f.Waiting.Error(), &f.Until
		}
	}
	if waiting > 0 && waiting == len(t.underWay) {
		o.State = retrying
	} else {
		o.Reason, o.Until = "", nil
	}
	return o
}

// waitingFor returns the status of a wait for jobs.
func (o statusObject) waitingFor(w depot.Waiting) statusObject {
	o.State = waitingState
	if first := firstOf(w); !first.Started.IsZero() && w.Usually > 0 {
		usual := first.Started.Add(w.Usually)
		o.Until = &usual
	}
	return o
}
