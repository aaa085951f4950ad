package admin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/vault/vaulttest"
	"firn/vault/vaulturl"
)

// checkOptions are the options of firn vault check without --scrub.
type checkOptions struct{ yes, dryRun bool }

// checkStore runs the conformance suite of vaults against the store of a vault.
func checkStore(ctx context.Context, p *cli.Program, vaultArg string, o checkOptions) error {
	ref, err := vaulturl.Parse(vaultArg)
	if err != nil {
		return cli.URLError(err)
	}
	c := &storeCheck{program: p, ref: ref, id: "firn-check-" + strings.ToLower(rand.Text()[:8])}
	if err := tellCheckCost(ctx, p, c); err != nil {
		return err
	}
	switch {
	case o.dryRun:
		return nil
	case ref.Kind != vaulturl.Directory && !o.yes:
		if err := p.Confirm(ctx, fmt.Sprintf("check the store of %q?", vaultArg)); err != nil {
			return err
		}
	}
	p.BeginWork("anything left behind is called " + c.id)
	err = p.ExplainVault(c.run(ctx), vaultArg)
	// An interrupted check removes its vaults, too.
	return errors.Join(err, c.tidy(context.WithoutCancel(ctx), true))
}

// tellCheckCost shows the requests and the cost of a check.
func tellCheckCost(ctx context.Context, p *cli.Program, c *storeCheck) error {
	load := vaulttest.Expected(c.partSize())
	text := fmt.Sprintf("up to %s of upload, %s, %s and %s, in %s", humane.Count(int(load.UploadRequests), "request"),
		humane.Bytes(load.Bytes), humane.Count(int(load.Archives), "small archive"), humane.Count(int(load.Jobs), "job"),
		c.ref.Beside(c.id))
	place, err := vaulturl.OpenPlace(ctx, c.ref.Beside(c.id))
	if err != nil {
		return cli.URLError(err)
	}
	table, err := p.Prices(place.URL(place.Name), place.Class)
	if err = errors.Join(err, place.Close()); err != nil {
		return err
	}
	if !table.IsFree() {
		each := table.Upload(int(load.UploadRequests/load.Archives), load.Bytes/load.Archives).Times(load.Archives)
		cost := each.Requests.Plus(each.Minimum)
		text += fmt.Sprintf("; about %s, if everything is billed for the minimum storage time (%s)",
			cli.Money(cost), table.Basis())
	}
	p.UI.Say("firn: %s", term.Show(text))
	return nil
}

// storeCheck is one check of a store.
type storeCheck struct {
	program *cli.Program
	ref     vaulturl.Ref
	id      string // begins the names of its vaults
	slow    bool   // jobs take hours

	made int             // vaults so far
	open []*checkedVault // not yet removed
}

// partSize returns the part size for the check of the kind.
func (c *storeCheck) partSize() int64 {
	if c.ref.Kind == vaulturl.S3 {
		return 8 << 20 // S3 requires 5 MiB or more
	}
	return 1 << 20
}

// options returns what the kind cannot promise.
func (c *storeCheck) options() vaulttest.Options {
	o := vaulttest.Options{PartSize: c.partSize()}
	switch c.ref.Kind {
	case vaulturl.S3:
		o.Bare, o.Live, o.Shared, o.OneCompleter = true, true, true, true
	case vaulturl.Glacier:
		o.ShortMemory = true
	}
	if c.slow {
		o.JobTime = time.Hour // or more
	}
	return o
}

func (c *storeCheck) run(ctx context.Context) error {
	first, err := c.make(ctx)
	if err != nil {
		return err
	}
	if c.slow, err = vaulttest.JobsTakeTime(ctx, first, c.partSize()); err != nil {
		return err
	}
	if err := c.tidy(ctx, false); err != nil {
		return err
	}
	broken, partly := 0, 0
	table := term.NewTable(c.program.Out, term.Column{Title: "BEHAVIOUR"}, term.Column{Title: "RESULT", Fit: term.FitWrap})
	var telling error
	err = vaulttest.Check(ctx, c.options(), c.make, c.again, func(r vaulttest.Result) {
		switch {
		case len(r.Failures) > 0:
			broken++
		case r.Skipped != "":
			partly++
		}
		telling = errors.Join(telling, tellBehaviour(c.program, table, r), c.tidy(ctx, false))
	})
	table.End()
	if err = errors.Join(err, telling); err != nil {
		return err
	}
	c.program.Notice(fmt.Sprintf("%s: %d kept, %d checked in part, %d broken",
		humane.Count(vaulttest.Behaviours(), "behaviour"), vaulttest.Behaviours()-broken-partly, partly, broken))
	if broken > 0 {
		return fmt.Errorf("%w: %s broken", cli.ErrBroken, humane.Count(broken, "behaviour"))
	}
	return nil
}

// behaviourObject is the result for one behaviour, on standard output.
type behaviourObject struct {
	MessageType string   `json:"message_type"`
	Behaviour   string   `json:"behaviour"`
	Result      string   `json:"result"` // kept, partly or broken
	Failures    []string `json:"failures"`
	Skipped     string   `json:"skipped,omitempty"` // why it was checked in part
}

func tellBehaviour(p *cli.Program, table *term.Table, r vaulttest.Result) error {
	o := behaviourObject{"behaviour", r.Behaviour, "kept", append([]string{}, r.Failures...), r.Skipped}
	text := "kept"
	switch {
	case len(r.Failures) > 0:
		o.Result, text = "broken", "BROKEN: "+strings.Join(r.Failures, "; ")
	case r.Skipped != "":
		o.Result, text = "partly", "in part: "+r.Skipped
	}
	if p.JSON {
		return p.Out.Object(o)
	}
	table.Add(r.Behaviour, text)
	return nil
}
