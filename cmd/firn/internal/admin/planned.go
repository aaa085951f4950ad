package admin

import (
	"bytes"
	"encoding/json"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
)

// plannedObject is a request that a dry run does not send, on standard output. It uses the
// service's names, after which its permissions are named.
type plannedObject struct {
	MessageType string `json:"message_type"`
	Operation   string `json:"operation"`
	Vault       string `json:"vault"` // the URL; for an account, without a name
	LockID      string `json:"lock_id,omitempty"`
	Body        any    `json:"body"` // null if there is none; a policy in it is a JSON document, not text
}

// planned prints a request instead of sending it.
func planned(p *cli.Program, o plannedObject) error {
	o.MessageType = "request"
	if p.JSON {
		return p.Out.Object(o)
	}
	p.Out.Line("would send %s for %s", o.Operation, term.Show(o.Vault))
	if o.LockID != "" {
		p.Out.Line("lock id  %s", term.Show(o.LockID))
	}
	if o.Body == nil {
		return nil
	}
	var text bytes.Buffer
	e := json.NewEncoder(term.PlainJSON(&text))
	e.SetEscapeHTML(false)
	if err := e.Encode(o.Body); err != nil {
		return err
	}
	document(p, text.String())
	return nil
}
