package keys

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/keyring"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/download"
	"firn/internal/humane"
	"firn/internal/seal"
	"firn/jobs"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

const keyCheckLong = `Check that a secret key opens the encrypted packs of VAULT, or of all vaults.

The catalog has the head of each pack, so firn first tries the key on all of
them without a request. With VAULT, it then fetches the canary: a small archive
that the first encrypted backup has left in the vault. Opening it proves that
the vault returns what was stored, and that the key fits. In a Glacier vault and
in the cold classes of S3 this takes a job of hours; with --no-wait firn ends
with status 75, and the same command continues.

Run it when you have made a copy of the key, with the copy.`

const keyCheckExample = `  firn key check --identity /media/stick/key.txt
  firn key check cold-home --identity /media/stick/key.txt --tier Bulk`

// checkOptions are the options of firn key check.
type checkOptions struct {
	identity keyring.Identity
	tier     cli.TierFlag
	noWait   bool
}

func newKeyCheck(p *cli.Program) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:     "check [VAULT]",
		Short:   "Check that a key opens the packs of a vault",
		Long:    keyCheckLong,
		Example: keyCheckExample,
		Args:    cli.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.identity.Path == "" {
				return cli.WithHint(cli.UsageError("no key to check: name its file with --identity FILE"), cli.HelpHint(cmd))
			}
			ids, err := o.identity.Read(cmd.Context(), p)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return checkAll(cmd.Context(), p, ids)
			}
			return checkVault(cmd.Context(), p, o, args[0], ids)
		},
	}
	f := cmd.Flags()
	o.identity.Add(f)
	f.Var(&o.tier, "tier", "fetch the canary by this `TIER`: Expedited, Standard or Bulk (default: Standard)")
	f.BoolVar(&o.noWait, "no-wait", false, "do not wait for a job: exit with status 75")
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusPartial, cli.StatusIncomplete, cli.StatusChecksum,
		cli.StatusDenied, cli.StatusLocked, cli.StatusDamaged, cli.StatusRefused, cli.StatusNotReady, cli.StatusInterrupted)
}

// checkAll tries the key on the packs of all vaults on record.
func checkAll(ctx context.Context, p *cli.Program, ids seal.Identities) (err error) {
	c, err := p.OpenKnownCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	checks, err := checkPacks(ctx, c, "", ids)
	if err != nil {
		return err
	}
	if len(checks) == 0 {
		p.Empty("no encrypted packs on record", "to make some: firn backup VAULT DIR... --recipient KEY")
		return nil
	}
	seen := map[cli.Status]bool{}
	for _, k := range checks {
		seen[p.Report(k.tell(ctx, p))] = true
	}
	return cli.WorstOf(seen, "")
}

// checkVault tries the key on the packs of a vault, and on its canaries.
func checkVault(ctx context.Context, p *cli.Program, o checkOptions, vaultArg string, ids seal.Identities) error {
	return p.WithVault(ctx, vaultArg, 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
		checks, err := checkPacks(ctx, c, v.URL(), ids)
		if err != nil {
			return err
		}
		canaries, err := keyring.Canaries(ctx, c, v.URL())
		if err != nil {
			return err
		}
		if len(checks) == 0 && len(canaries) == 0 {
			p.Empty("no encrypted packs of "+p.VaultTitle(ctx, v.URL())+" on record",
				"to make some: "+term.ShellCommand("firn", "backup", vaultArg)+" DIR... --recipient KEY")
			return nil
		}
		k := &check{checkObject: checkObject{MessageType: "key_check", Vault: v.URL()}}
		if len(checks) > 0 {
			k = checks[0]
		}
		p.SetResume("")
		for _, a := range canaries {
			if err := k.canary(ctx, p.Depot(v, c, 0), o, a, ids); err != nil {
				return p.ExplainVault(explain(p, err), vaultArg)
			}
		}
		return k.tell(ctx, p)
	})
}

// explain adds hints to the error of fetching a canary.
func explain(p *cli.Program, err error) error {
	if notReady, ok := errors.AsType[*jobs.NotReadyError](err); ok {
		return cli.WithHint(err, fmt.Sprintf("about %s, continue with: %s", humane.Time(notReady.Back), p.Typed()))
	}
	return p.ExplainWait(err)
}

// canary fetches a canary and opens it.
func (k *check) canary(ctx context.Context, d depot.Depot, o checkOptions, a record.Archive, ids seal.Identities) error {
	var sealed keyring.CanaryBuffer
	_, err := download.To(ctx, d, a, &sealed, download.Options{Tier: vault.Tier(o.tier), NoWait: o.noWait})
	if err != nil {
		return fmt.Errorf("fetch the canary: %w", err)
	}
	err = keyring.CheckCanary(sealed.Bytes(), ids)
	if err != nil && !errors.Is(err, seal.ErrIdentity) {
		return cli.InClass(fmt.Errorf("the canary %q is damaged: %w", a.Description, err), vault.ErrChecksum)
	}
	k.count(err, &k.Canaries, &k.CanariesOpened)
	return nil
}
