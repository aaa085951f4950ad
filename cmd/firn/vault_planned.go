package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/spf13/pflag"

	"firn/vault"
	"firn/vaulturl"
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
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(o.Body); err != nil {
		return err
	}
	p.document(text.String())
	return nil
}

// ifThere asks for something that a vault may have or not; that it does not is no
// error. The service says alike that there is nothing and that there is no vault.
func ifThere[T any](
	ctx context.Context, p *program, place *vaulturl.Place, ask func(context.Context, string) (T, error),
) (got T, there bool, err error) {
	err = p.retry(ctx, func(ctx context.Context) (err error) {
		got, err = ask(ctx, place.Name)
		if there = err == nil; errors.Is(err, vault.ErrNotFound) {
			_, err = place.DescribeVault(ctx, place.Name)
		}
		return err
	})
	return got, there, err
}
