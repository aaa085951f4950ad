package records

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/reconcile"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// inventoryObject is an inventory that was read, on standard output.
type inventoryObject struct {
	MessageType string      `json:"message_type"`
	Vault       string      `json:"vault"`
	JobID       vault.JobID `json:"job_id"`
	Date        time.Time   `json:"date"`
	Whole       bool        `json:"whole"`
	Entries     int64       `json:"entries"`
	Bad         int64       `json:"bad"`
	Added       int64       `json:"added"`
	Confirmed   int64       `json:"confirmed"`
	Differing   int64       `json:"differing"`
	Missing     int64       `json:"missing"`
	Returned    int64       `json:"returned"`
	Settled     int64       `json:"settled_uploads"`
	Resumed     int64       `json:"resumed_entries"`
	AlreadyRead bool        `json:"already_read"`
}

// disputedObject is an archive that is differing or missing, on standard output.
type disputedObject struct {
	MessageType string          `json:"message_type"` // its state: differing or missing
	Vault       string          `json:"vault"`
	ArchiveID   vault.ArchiveID `json:"archive_id"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Size        int64           `json:"size"`
	TreeHash    treehash.Hash   `json:"tree_hash"`
	Created     time.Time       `json:"created"`
}

// badEntryObject is an invalid entry of an inventory, on standard output.
type badEntryObject struct {
	MessageType string `json:"message_type"`
	Vault       string `json:"vault"`
	Reason      string `json:"reason"`
	Raw         string `json:"raw"` // the entry as the vault wrote it, at most 1 KiB
}

// tellInventory prints the result of an inventory. It returns an error if the inventory does not
// agree with the catalog.
func tellInventory(ctx context.Context, p *cli.Program, c *catalog.Catalog, r reconcile.Report) error {
	var err error
	if p.JSON {
		err = inventoryObjects(ctx, p, c, r)
	} else {
		inventoryTable(p, r)
		err = inventoryRejects(ctx, p, c, r)
	}
	return errors.Join(err, inventoryVerdict(r))
}

func inventoryTable(p *cli.Program, r reconcile.Report) {
	if !p.Quiet {
		inventoryNotes(p, r)
	}
	columns := term.Numbers("ENTRIES", "CONFIRMED", "ADDED", "DIFFERING", "MISSING", "BAD", "SETTLED")
	table := term.NewTable(p.Out, append([]term.Column{{Title: "MADE"}}, columns...)...)
	cells := []string{humane.Time(r.Date)}
	for _, n := range []int64{r.Entries, r.Confirmed, r.Added, r.Differing, r.Missing, r.Bad, r.Settled} {
		cells = append(cells, strconv.FormatInt(n, 10))
	}
	table.Add(cells...)
	table.End()
}

func inventoryNotes(p *cli.Program, r reconcile.Report) {
	switch {
	case r.AlreadyRead:
		p.UI.Say("firn: this inventory was read before, at %s; nothing was done", humane.Time(r.Updated))
	case r.Resumed > 0:
		p.UI.Say("firn: read the inventory of %s in %s, %s of it in an earlier run", term.Show(r.Vault),
			humane.Duration(r.Elapsed), progress.Entries(r.Resumed))
	default:
		p.UI.Say("firn: read the inventory of %s in %s", term.Show(r.Vault), humane.Duration(r.Elapsed))
	}
	if r.Settled > 0 {
		p.UI.Say("firn: the result of %s is now known: run the same firn upload again", humane.Count(int(r.Settled), "upload"))
	}
	if r.Returned > 0 {
		p.UI.Say("firn: the vault still lists %s more than 48 hours after deletion: the deletion had no effect, "+
			"or was undone; firn list shows what is there", humane.Count(int(r.Returned), "archive"))
	}
	if !r.List.IsWhole() {
		p.UI.Say("firn: this inventory is partial, and a partial inventory never marks an archive as missing")
	}
}

func inventoryRejects(ctx context.Context, p *cli.Program, c *catalog.Catalog, r reconcile.Report) error {
	if r.Bad == 0 {
		return nil
	}
	n := int64(0)
	for reject, err := range c.Rejects(ctx, r.Key) {
		if err != nil {
			return err
		}
		if n++; n > cli.ShownRejects {
			p.UI.Say("firn: and %d more invalid entries; --json shows them all", r.Bad-cli.ShownRejects)
			return nil
		}
		p.UI.Say("firn: invalid entry: %s: %s", term.Show(reject.Reason), term.Show(reject.Raw))
	}
	return nil
}

func inventoryObjects(ctx context.Context, p *cli.Program, c *catalog.Catalog, r reconcile.Report) error {
	err := p.Out.Object(inventoryObject{
		"inventory", r.Vault, r.Job, r.Date, r.List.IsWhole(), r.Entries, r.Bad, r.Added, r.Confirmed,
		r.Differing, r.Missing, r.Returned, r.Settled, r.Resumed, r.AlreadyRead,
	})
	if err != nil {
		return err
	}
	for _, state := range []record.ArchiveState{record.Differing, record.Missing} {
		for a, err := range c.Archives(ctx, catalog.Filter{Vault: r.Vault, State: state}) {
			if err == nil {
				err = p.Out.Object(disputedObject{
					string(state), a.Vault, a.ID, a.Name, a.Description, a.Size, a.TreeHash, a.Created,
				})
			}
			if err != nil {
				return err
			}
		}
	}
	for reject, err := range c.Rejects(ctx, r.Key) {
		if err == nil {
			err = p.Out.Object(badEntryObject{"bad_entry", reject.Vault, reject.Reason, reject.Raw})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inventoryVerdict returns an error if archives differ or are missing, or if entries are
// invalid.
func inventoryVerdict(r reconcile.Report) error {
	var wrong, hints []string
	for _, w := range []struct {
		n     int64
		state record.ArchiveState
	}{{r.Differing, record.Differing}, {r.Missing, record.Missing}} {
		if w.n > 0 {
			wrong = append(wrong, fmt.Sprintf("%s %s", humane.Count(int(w.n), "archive"), w.state))
			hints = append(hints, term.ShellCommand("firn", "list", r.Vault, "--state", string(w.state)))
		}
	}
	switch {
	case len(wrong) > 0:
		err := fmt.Errorf("the vault does not match the catalog: %s", strings.Join(wrong, ", "))
		return cli.WithHint(cli.InClass(err, vault.ErrChecksum), hints...)
	case r.Bad > 0:
		return cli.InClass(fmt.Errorf("%s of the inventory could not be parsed", progress.Entries(r.Bad)), cli.ErrPartial)
	}
	return nil
}
