package admin

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/vault"
	"firn/vault/dirvault"
	"firn/vault/vaulturl"
)

// damageObject is damage that a scrub found, on standard output.
type damageObject struct {
	MessageType string          `json:"message_type"`
	Vault       string          `json:"vault"`
	ArchiveID   vault.ArchiveID `json:"archive_id"`
	// Null if no bytes of the archive are damaged, but a file about it.
	FirstByte *int64 `json:"first_byte"`
	LastByte  *int64 `json:"last_byte"`
	FirstMiB  *int64 `json:"first_mib"` // counted from 0
	LastMiB   *int64 `json:"last_mib"`
	Exact     bool   `json:"exact"` // all of these bytes are damaged, to the MiB; otherwise some of them
	Reason    string `json:"reason"`
}

func newDamageObject(d dirvault.Damage) damageObject {
	o := damageObject{MessageType: "damage", Vault: d.Vault, ArchiveID: d.Archive, Exact: !d.Somewhere, Reason: d.Reason}
	if d.Size > 0 {
		o.FirstByte, o.LastByte = new(d.Offset), new(d.Offset+d.Size-1)
		o.FirstMiB, o.LastMiB = new(d.FirstMiB()), new(d.LastMiB())
	}
	return o
}

// scrubObject is a vault that was scrubbed, on standard output.
type scrubObject struct {
	MessageType string    `json:"message_type"`
	Vault       string    `json:"vault"`
	Begun       time.Time `json:"begun"`
	Archives    int64     `json:"archives"`
	Bytes       int64     `json:"bytes"`
	Mended      int64     `json:"mended"` // archives whose lost hashes were computed again
	Damages     int64     `json:"damages"`
}

// runScrub scrubs the vault in a directory, or all vaults in it, at most at limit bytes per second; 0: no limit.
func runScrub(ctx context.Context, p *cli.Program, vaultArg string, limit int64) error {
	ref, err := vaulturl.Parse(vaultArg)
	if err != nil {
		return cli.InClass(err, cli.ErrUsage)
	}
	if ref.Kind != vaulturl.Directory {
		return cli.WithHint(cli.UsageError("only directories can be scrubbed, and %q is not one", vaultArg),
			"to verify an archive in another kind of vault: firn verify VAULT ARCHIVE --remote")
	}
	dir, err := filepath.Abs(ref.Path)
	if err != nil {
		return err
	}
	p.BeginWork("continue with: " + p.Typed())
	counters := new(dirvault.ScrubCounters)
	stop := showScrub(p, counters)
	reports, err := dirvault.Scrub(ctx, dir, dirvault.Options{Now: p.Now, OnDamage: p.Damaged, OnLeftover: p.Damaged}, dirvault.ScrubOptions{
		Limiter: dirvault.ScrubLimiter(limit), Anew: true, Found: func(d dirvault.Damage) { p.Damaged(errors.New(d.String())) }, Counters: counters,
	})
	stop()
	damages := int64(0)
	for _, r := range reports {
		damages += int64(len(r.Damages)) + r.LeftOut
		err = errors.Join(err, tellScrub(p, r))
	}
	if damages > 0 {
		err = errors.Join(damageError(p, vaultArg, damages), err)
	}
	return err
}

// damageError returns the error for damage, with hints.
func damageError(p *cli.Program, vaultArg string, damages int64) error {
	err := vault.Errorf(vault.ErrChecksum, "%s in %q", humane.Count(int(damages), "damaged place"), vaultArg)
	return cli.WithHint(err, "restore these files below archives/ from another copy, or upload the archives again "+
		"and delete these; then check again: "+p.Typed())
}

// showScrub begins to show the progress of a scrub until stop is called.
func showScrub(p *cli.Program, counters *dirvault.ScrubCounters) (stop func()) {
	if p.Quiet {
		return func() {}
	}
	var s progress.Speed
	return term.StartLive(p.UI, func(int) string {
		n := counters.Counts()
		if n.Bytes == 0 {
			return ""
		}
		s.See(p.Now(), n.Bytes)
		rate := ""
		if r := s.Rate(); r >= 1 {
			rate = p.UI.Units.Rate(r)
		}
		return term.Joined(", ", humane.Count(int(n.Archives), "archive"), p.UI.Units.Bytes(n.Bytes)+" compared", rate)
	}).Stop
}

// tellScrub prints the result of a scrub.
func tellScrub(p *cli.Program, r dirvault.ScrubReport) error {
	damages := int64(len(r.Damages)) + r.LeftOut
	if p.JSON {
		var errs []error
		for _, d := range r.Damages {
			errs = append(errs, p.Out.Object(newDamageObject(d)))
		}
		return errors.Join(append(errs, p.Out.Object(scrubObject{
			"scrub", r.Vault, r.Begun, r.Archives, r.Bytes, r.Mended, damages,
		}))...)
	}
	for _, d := range r.Damages {
		p.Out.Line("%s", term.Show(d.String()))
	}
	if r.LeftOut > 0 {
		p.Out.Line("vault %q: %s more (see standard error)", r.Vault, humane.Count(int(r.LeftOut), "damaged place"))
	}
	mended := ""
	if r.Mended > 0 {
		mended = "computed new hashes for " + humane.Count(int(r.Mended), "archive")
	}
	p.Out.Line("vault %q: %s", r.Vault, term.Joined(", ", humane.Count(int(r.Archives), "archive")+" compared",
		humane.Bytes(r.Bytes), mended, humane.Count(int(damages), "damaged place")))
	return nil
}
