package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/depot"
	"firn/download"
	"firn/internal/humane"
	"firn/record"
	"firn/treehash"
	"firn/vault"
	"firn/vault/vaulturl"
	"firn/verify"
)

const verifyLong = `Compares a local file with an archive on record: its size, then the tree hash of
its bytes, on all cores. If they differ the exit status is 5. The vault is asked
only if the record lacks the hash, for the one that a bucket keeps with the object
or that a directory has.

With --remote the archive is retrieved and all of its bytes are read, which takes
hours and costs what a download costs, and nothing is kept of them: the vault has
the very bytes that were stored. With FILE, too, the file is compared first.

ARCHIVE is an archive id, the beginning of one, or a name, path, description or
glob that means exactly one archive of the catalog.`

const verifyExample = `  firn verify image-backups june.tar ./june.tar
  firn verify image-backups june.tar --remote --tier bulk`

// verifyOptions are the options of firn verify.
type verifyOptions struct {
	waitOptions
	remote    bool
	tier      tierFlag
	maxCost   dollarsFlag
	limitRate rateFlag
	topic     topicFlag
}

func (p *program) newVerify() *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:     "verify VAULT ARCHIVE [FILE]",
		Short:   "Compare a file, or the vault's bytes, with an archive on record",
		Long:    verifyLong + "\n\n" + onReadyHelp,
		Example: verifyExample,
		Args:    takes(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := ""
			if len(args) > 2 {
				file = args[2]
			}
			return p.explainWait(p.verify(cmd.Context(), args[0], args[1], file, o))
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.remote, "remote", false, "retrieve the archive and read all of it")
	f.Var(&o.tier, "tier", "with --remote: Expedited, Standard (the default) or Bulk")
	f.Var(&o.maxCost, "max-cost", "with --remote: refuse if it costs more than this, in US dollars")
	f.Var(&o.limitRate, "limit-rate", "with --remote: read no faster than this")
	o.add(f)
	addTopic(f, &o.topic)
	p.addPrices(f)
	return exits(cmd, statusDone, statusError, statusUsage, statusPartial, statusIncomplete, statusChecksum, statusDenied,
		statusLocked, statusDamaged, statusRefused, statusNotReady, statusInterrupted)
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

func (p *program) verify(ctx context.Context, vaultArg, ref, file string, o verifyOptions) (err error) {
	if file == "" && !o.remote {
		return withHint(usageError("a FILE to compare is missing"), "to compare what the vault has: "+p.typedWith("--remote"))
	}
	if o.topic != "" && !o.remote {
		return withHint(usageError("--sns-topic is of a job, and nothing is retrieved"), "to compare what the vault has: "+p.typedWith("--remote"))
	}
	if err := o.topic.check(vaultArg); err != nil {
		return err
	}
	p.beginWork("continue with: " + p.typed())
	if o.remote {
		return p.withVault(ctx, vaultArg, 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
			a, err := p.resolve(ctx, c, v.URL(), ref)
			if err != nil {
				return err
			}
			return p.explainVault(p.verifyRemote(ctx, c, v, a, file, o), vaultArg)
		})
	}
	url, err := canonicalURL(ctx, vaultArg)
	if err != nil {
		return p.explainOpen(err, vaultArg)
	}
	c, err := p.openCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	a, err := p.resolve(ctx, c, url, ref)
	if err != nil {
		return err
	}
	got, err := p.verifyKnown(ctx, c, a, vaultArg, file)
	if err != nil {
		return err
	}
	return p.tellVerified(verifiedObject{"verified", url, a.ID, file, false, got.Size, got.TreeHash}, fileText(got, file))
}

// verifyKnown compares a file with what is known of an archive. If the record lacks the
// hash, the vault is asked for it, if it tells that at once; what it tells is noted.
func (p *program) verifyKnown(ctx context.Context, c *catalog.Catalog, a record.Archive, vaultArg, file string) (got verify.Result, err error) {
	at, err := vaulturl.Parse(a.Vault)
	if isKnown := a.Size >= 0 && !a.TreeHash.IsZero(); err != nil || isKnown || at.Kind == vaulturl.Glacier {
		return p.verifyFile(ctx, a, file, nil)
	}
	v, err := vaulturl.Open(ctx, vaultArg, vaulturl.Options{OnDamage: p.damaged, Notice: p.notice})
	if err != nil {
		return got, p.explainOpen(err, vaultArg)
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	if got, err = p.verifyFile(ctx, a, file, v); err == nil && got.Told && !got.ByCRC {
		err = c.NoteTreeHash(context.WithoutCancel(ctx), a.Vault, a.ID, got.TreeHash)
	}
	return got, err
}

// fileText says what a file was compared with.
func fileText(got verify.Result, file string) string {
	switch {
	case got.ByCRC:
		return fmt.Sprintf("verified: %q has the CRC-64 that the vault tells; nobody knows the tree hash of the archive", file)
	case got.Told:
		return fmt.Sprintf("verified: %q has the tree hash that the vault keeps with the archive", file)
	}
	return fmt.Sprintf("verified: %q has the bytes on record", file)
}

// verifyFile compares a file with an archive, and shows how that goes. The vault, if it
// is not nil, is asked for what the record lacks.
func (p *program) verifyFile(ctx context.Context, a record.Archive, file string, v vault.Vault) (verify.Result, error) {
	if a.State == record.Differing && !p.quiet {
		p.ui.say("firn: the vault's inventory says otherwise of this archive than the catalog; the file is compared with the catalog")
	}
	var done, size atomic.Int64
	d := p.depot(v, nil, 0)
	d.Progress = func(now depot.Progress) {
		done.Store(now.Done)
		size.Store(now.Size)
	}
	if !p.quiet {
		defer startChanging(p.ui, func() string {
			return fmt.Sprintf("%d%%, %s of %s", 100*done.Load()/max(1, size.Load()), humane.Bytes(done.Load()), humane.Bytes(size.Load()))
		}).stop()
	}
	got, err := verify.File(ctx, d, a, file)
	if errors.Is(err, vault.ErrNotFound) {
		if isBucket(a.Vault) { // whose list has no hashes
			return got, withHint(err, "to read what the vault has: "+p.typedWith("--remote"))
		}
		return got, withHint(err, "an inventory tells them: "+shellCommand("firn", "inventory", a.Vault))
	}
	return got, err
}

// verifyRemote compares the vault's bytes with the record and, if there is one,
// with a file: before, if the record can tell, since that costs nothing.
func (p *program) verifyRemote(
	ctx context.Context, c *catalog.Catalog, v *vaulturl.Vault, a record.Archive, file string, o verifyOptions,
) error {
	known := a.Size >= 0 && !a.TreeHash.IsZero()
	if file != "" && known {
		if _, err := p.verifyFile(ctx, a, file, nil); err != nil {
			return err
		}
	}
	cost, err := p.newSpending(v, o.maxCost)
	if err != nil {
		return err
	}
	hook := p.newReadyHook(o.waitOptions, func(vault.ArchiveID) string { return a.Name })
	var got download.Result
	err = o.withBell(ctx, func(bell depot.Bell) (err error) {
		d := p.depot(v, c, 0)
		d.Approve, d.Bell, d.Ready = cost.approve, bell, func(job record.Job) { hook.run(ctx, job) }
		if !p.quiet {
			shown := startProgress(p.ui, p.now, "segment")
			defer shown.stop()
			d.Progress, d.Waiting = shown.update, shown.wait
		}
		got, err = download.Verify(ctx, d, a, download.Options{
			Tier: vault.Tier(o.tier), Topic: string(o.topic), NoWait: o.noWait, LimitRate: int64(o.limitRate),
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
		if _, err := p.verifyFile(ctx, a, file, nil); err != nil {
			return err
		}
	}
	return hook.end(p.tellVerified(verifiedObject{"verified", v.URL(), a.ID, file, true, got.Range.Size, got.TreeHash},
		remoteText(got, known, file)))
}

// remoteText says what the vault's bytes were compared with: with the record, or, if
// that does not know the archive's hash, with what there is.
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
		return fmt.Sprintf("%s, nor does the vault: all %s were read, and compared with nothing", unknown, humane.Bytes(got.Range.Size))
	}
	return unknown + "; verified: the bytes have the one that the vault gives for them"
}

// tellVerified prints what was proved, and says it.
func (p *program) tellVerified(o verifiedObject, text string) error {
	if p.json {
		return p.out.object(o)
	}
	p.out.line("%s  %s  %s", o.TreeHash, show(string(o.ArchiveID)), show(o.File))
	if !p.quiet {
		p.ui.say("firn: %s", show(text))
	}
	return nil
}
