package retrievals

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/resolve"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/download"
	"firn/internal/humane"
	"firn/record"
	"firn/treehash"
	"firn/vault"
	"firn/vault/vaulturl"
	"firn/verify"
)

const verifyLong = `Compare a local file with an archive: the size, then the tree hash. If they
differ, the exit status is 5.

firn compares with the catalog. It sends a request to the vault only if the
catalog does not have the tree hash.

With --remote, firn retrieves the archive and reads all of its bytes without
keeping them. This takes hours and costs as much as a download. It verifies that
the vault still has the bytes that were stored. With FILE, it also compares the
file.`

const verifyExample = `  firn verify image-backups june.tar ./june.tar
  firn verify image-backups june.tar --remote --tier bulk`

// verifyOptions are the options of firn verify.
type verifyOptions struct {
	cli.WaitOptions
	remote    bool
	tier      cli.TierFlag
	maxCost   cli.DollarsFlag
	limitRate cli.LimitFlag
	topic     cli.TopicFlag
}

// NewVerify returns the command firn verify.
func NewVerify(p *cli.Program) *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:     "verify VAULT ARCHIVE [FILE]",
		Short:   "Compare a file or the vault's bytes with an archive",
		Long:    verifyLong + "\n\n" + cli.OnReadyHelp,
		Example: verifyExample,
		Args:    cli.Takes(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := ""
			if len(args) > 2 {
				file = args[2]
			}
			if err := checkRemote(cmd, o.remote); err != nil {
				return err
			}
			return p.ExplainWait(runVerify(cmd.Context(), p, args[0], args[1], file, o))
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.remote, "remote", false, "retrieve the archive and read all of its bytes")
	f.Var(&o.tier, "tier", "with --remote: use this `TIER` (default: Standard)")
	f.Var(&o.maxCost, "max-cost", "with --remote: refuse an estimated cost above `USD`")
	f.Var(&o.limitRate, "limit-rate", "with --remote: read at most at `RATE`, or by a timetable")
	o.Add(f)
	cli.AddTopic(f, &o.topic)
	p.AddPrices(f)
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusPartial, cli.StatusIncomplete, cli.StatusChecksum, cli.StatusDenied,
		cli.StatusLocked, cli.StatusDamaged, cli.StatusRefused, cli.StatusNotReady, cli.StatusInterrupted)
}

// verifiedObject is a verified archive on standard output.
type verifiedObject struct {
	MessageType string          `json:"message_type"`
	Vault       string          `json:"vault"`
	ArchiveID   vault.ArchiveID `json:"archive_id"`
	File        string          `json:"file"`   // empty if none was compared
	Remote      bool            `json:"remote"` // the vault's bytes were read
	Size        int64           `json:"size"`
	TreeHash    treehash.Hash   `json:"tree_hash"`
}

// checkRemote refuses options of a retrieval if nothing is retrieved.
func checkRemote(cmd *cobra.Command, remote bool) error {
	for _, option := range []string{"tier", "max-cost", "limit-rate", "no-wait", "sqs", "on-ready", "sns-topic"} {
		if !remote && cmd.Flags().Changed(option) {
			return cli.WithHint(cli.UsageError("--%s requires --remote", option), cli.HelpHint(cmd))
		}
	}
	return nil
}

func runVerify(ctx context.Context, p *cli.Program, vaultArg, ref, file string, o verifyOptions) (err error) {
	if file == "" && !o.remote {
		return cli.WithHint(cli.UsageError("FILE is missing"), "to read the archive from the vault: "+p.TypedWith("--remote"))
	}
	if err := o.topic.Check(vaultArg); err != nil {
		return err
	}
	p.BeginWork("continue with: " + p.Typed())
	if o.remote {
		return p.WithVault(ctx, vaultArg, 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
			a, err := resolve.One(ctx, p, c, v.URL(), ref)
			if err != nil {
				return err
			}
			return p.ExplainVault(verifyRemote(ctx, p, c, v, a, file, o), vaultArg)
		})
	}
	url, err := p.CanonicalURL(ctx, vaultArg)
	if err != nil {
		return p.ExplainOpen(err, vaultArg)
	}
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	a, err := resolve.One(ctx, p, c, url, ref)
	if err != nil {
		return err
	}
	got, err := verifyKnown(ctx, p, c, a, vaultArg, file)
	if err != nil {
		return err
	}
	return tellVerified(p, verifiedObject{"verified", url, a.ID, file, false, got.Size, got.TreeHash}, fileText(got, file))
}

// verifyKnown compares a file with an archive. If the record lacks the tree hash, it asks a
// vault that can answer at once, and saves the answer in the record.
func verifyKnown(ctx context.Context, p *cli.Program, c *catalog.Catalog, a record.Archive, vaultArg, file string) (got verify.Result, err error) {
	at, err := vaulturl.Parse(a.Vault)
	if isKnown := a.Size >= 0 && !a.TreeHash.IsZero(); err != nil || isKnown || at.Kind == vaulturl.Glacier {
		return verifyFile(ctx, p, a, file, nil)
	}
	p.Contact(vaultArg)
	v, err := vaulturl.Open(ctx, vaultArg, vaulturl.Options{OnDamage: p.Damaged, Notice: p.Notice})
	if err != nil {
		return got, p.ExplainOpen(err, vaultArg)
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	if got, err = verifyFile(ctx, p, a, file, v); err == nil && got.FromVault && !got.ByCRC {
		err = c.NoteTreeHash(context.WithoutCancel(ctx), a.Vault, a.ID, got.TreeHash)
	}
	return got, err
}

// fileText returns what a file was compared with.
func fileText(got verify.Result, file string) string {
	switch {
	case got.ByCRC:
		return fmt.Sprintf("verified: %q has the CRC-64 that the vault reports; the archive has no known tree hash", file)
	case got.FromVault:
		return fmt.Sprintf("verified: %q has the tree hash that the vault keeps with the archive", file)
	}
	return fmt.Sprintf("verified: %q has the bytes on record", file)
}

// verifyFile compares a file with an archive, and shows the progress. It asks the vault, unless
// it is nil, for values that the record lacks.
func verifyFile(ctx context.Context, p *cli.Program, a record.Archive, file string, v vault.Vault) (verify.Result, error) {
	if a.State == record.Differing && !p.Quiet {
		p.UI.Say("firn: the vault's inventory and the catalog disagree about this archive; the file is compared with the catalog")
	}
	shown := progress.StartOne(p, "")
	defer shown.Stop()
	d := p.Depot(v, nil, 0)
	d.Progress = shown.Update
	got, err := verify.File(ctx, d, a, file)
	if errors.Is(err, vault.ErrNotFound) {
		if vaulturl.IsBucket(a.Vault) { // the list of a bucket has no tree hashes
			return got, cli.WithHint(err, "to read what the vault has: "+p.TypedWith("--remote"))
		}
		return got, cli.WithHint(err, "an inventory lists them: "+term.ShellCommand("firn", "inventory", a.Vault))
	}
	return got, err
}

// verifyRemote compares the vault's bytes with the record and, if there is one, with a file. It
// compares the file first if the record has the tree hash, since that costs nothing.
func verifyRemote(
	ctx context.Context, p *cli.Program, c *catalog.Catalog, v *vaulturl.Vault, a record.Archive, file string, o verifyOptions,
) error {
	known := a.Size >= 0 && !a.TreeHash.IsZero()
	if file != "" && known {
		if _, err := verifyFile(ctx, p, a, file, nil); err != nil {
			return err
		}
	}
	cost, err := newSpending(p, v, o.maxCost)
	if err != nil {
		return err
	}
	hook := p.NewReadyHook(o.WaitOptions, func(vault.ArchiveID) string { return a.Name })
	var got download.Result
	err = o.WithBell(ctx, func(bell depot.Bell) (err error) {
		d := p.Depot(v, c, 0)
		d.Approve, d.Bell, d.Ready = cost.approve, bell, func(job record.Job) { hook.Run(ctx, job) }
		shown := progress.StartOne(p, "segment")
		defer shown.Stop()
		d.Progress, d.Waiting = shown.Update, shown.Wait
		got, err = download.Verify(ctx, d, a, download.Options{
			Tier: vault.Tier(o.tier), Topic: string(o.topic), NoWait: o.NoWait, Limits: o.limitRate.Down(),
		})
		return err
	})
	if err != nil {
		return err
	}
	if known {
		if err := c.MarkProved(context.WithoutCancel(ctx), v.URL(), a.ID); err != nil {
			return err
		}
	}
	if file != "" && !known {
		a.Size, a.TreeHash = got.Range.Size, got.TreeHash
		if _, err := verifyFile(ctx, p, a, file, nil); err != nil {
			return err
		}
	}
	return hook.End(tellVerified(p, verifiedObject{"verified", v.URL(), a.ID, file, true, got.Range.Size, got.TreeHash},
		remoteText(got, known, file)))
}

// remoteText returns what the vault's bytes were compared with.
func remoteText(got download.Result, known bool, file string) string {
	const unknown = "the catalog does not know the hash of this archive"
	switch {
	case known && file != "":
		return fmt.Sprintf("verified: the vault and %q have the bytes on record", file)
	case known:
		return "verified: the vault has the bytes on record"
	case file != "":
		return fmt.Sprintf("%s; verified: the vault and %q have the same bytes", unknown, file)
	case got.Unproved:
		return fmt.Sprintf("%s, and neither does the vault: all %s were read, but there is nothing to compare them with", unknown, humane.Bytes(got.Range.Size))
	}
	return unknown + "; verified: the bytes have the hash that the vault returned for them"
}

// tellVerified prints the verified archive, and a sentence for people.
func tellVerified(p *cli.Program, o verifiedObject, text string) error {
	if p.JSON {
		return p.Out.Object(o)
	}
	p.Out.Line("%s  %s  %s", o.TreeHash, term.Show(string(o.ArchiveID)), term.Show(o.File))
	if !p.Quiet {
		p.UI.Say("firn: %s", term.Show(text))
	}
	return nil
}
