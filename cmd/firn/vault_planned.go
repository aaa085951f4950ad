package main

import (
	"bytes"
	"encoding/json"

	"github.com/spf13/pflag"
)

// addDryRun adds the option --dry-run to a command that administers vaults.
func addDryRun(f *pflag.FlagSet, dryRun *bool) {
	f.BoolVar(dryRun, "dry-run", false, "print the request that would be sent; change nothing")
}

// plannedObject is a request that would change something, on standard output. It is
// in the service's own words, since they are what its permissions are named after.
type plannedObject struct {
	MessageType string `json:"message_type"`
	Operation   string `json:"operation"`
	Vault       string `json:"vault"` // the URL; of an account, one without a name
	LockID      string `json:"lock_id,omitempty"`
	Body        any    `json:"body"` // null if there is none; a policy in it is a document, not its text
}

// planned prints a request instead of sending it.
func (p *program) planned(o plannedObject) error {
	o.MessageType = "request"
	if p.json {
		return p.out.object(o)
	}
	p.out.line("would send %s for %s", o.Operation, show(o.Vault))
	if o.LockID != "" {
		p.out.line("lock id  %s", show(o.LockID))
	}
	if o.Body == nil {
		return nil
	}
	var text bytes.Buffer
	e := json.NewEncoder(plainJSON{&text})
	e.SetEscapeHTML(false)
	if err := e.Encode(o.Body); err != nil {
		return err
	}
	p.document(text.String())
	return nil
}
