package admin

import (
	"context"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/vault/glaciervault"
	"firn/vault/vaulturl"
)

const vaultPolicyLong = `Show, set or remove the access policy of a vault: a JSON document of at most 20
KiB that allows or denies access to this vault, in addition to the policies of
users and roles.

firn prints the policy and nothing else, so that you can save, edit and set it
again. A new policy replaces the old one.`

const vaultPolicyExample = `  firn vault policy image-backups > policy.json
  firn vault policy image-backups --set policy.json --dry-run
  firn vault policy image-backups --set policy.json
  firn vault policy image-backups --off`

func newVaultPolicy(p *cli.Program) *cobra.Command {
	var o policyOptions
	cmd := &cobra.Command{
		Use:     "policy VAULT",
		Short:   "Show or set the access policy of a vault",
		Long:    vaultPolicyLong,
		Example: vaultPolicyExample,
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			set := cmd.Flags().Changed("set")
			switch {
			case set && o.off:
				return cli.WithHint(cli.UsageError("--set and --off exclude each other"), cli.HelpHint(cmd))
			case set && o.file == "":
				return cli.WithHint(cli.UsageError("--set names no file; to remove the policy use --off"), cli.HelpHint(cmd))
			}
			return inPlace(cmd.Context(), p, args[0], func(place *vaulturl.Place) error {
				return policyOfVault(cmd.Context(), p, place, o)
			})
		},
	}
	cmd.Flags().StringVar(&o.file, "set", "", "set the policy in `FILE`; - is standard input")
	cmd.Flags().BoolVar(&o.off, "off", false, "remove the policy")
	cli.AddDryRun(cmd.Flags(), &o.dryRun)
	return cli.WithStatuses(cmd, cli.VaultStatuses()...)
}

// policyOptions are the options of firn vault policy.
type policyOptions struct {
	file   string
	off    bool
	dryRun bool
}

// policyObject is the access policy of a vault on standard output.
type policyObject struct {
	MessageType string `json:"message_type"`
	Vault       string `json:"vault"`
	Policy      any    `json:"policy"` // null if there is none
}

func policyOfVault(ctx context.Context, p *cli.Program, place *vaulturl.Place, o policyOptions) error {
	admin, err := accountOf(place, vaulturl.AccessPolicy)
	if err != nil {
		return err
	}
	url := place.URL(place.Name)
	switch {
	case o.off && o.dryRun:
		return planned(p, plannedObject{Operation: "DeleteVaultAccessPolicy", Vault: url})
	case o.off:
		err := p.Retry(ctx, func(ctx context.Context) error { return admin.DeleteAccessPolicy(ctx, place.Name) })
		return changedPolicy(p, url, "removed the access policy of", nil, err)
	case o.file == "":
		return showPolicy(ctx, p, place, admin)
	}
	policy, err := readPolicy(p, o.file)
	if err != nil {
		return err
	}
	if o.dryRun {
		body := map[string]any{"Policy": policyJSON(policy)}
		return planned(p, plannedObject{Operation: "SetVaultAccessPolicy", Vault: url, Body: body})
	}
	err = p.Retry(ctx, func(ctx context.Context) error { return admin.SetAccessPolicy(ctx, place.Name, policy) })
	return changedPolicy(p, url, "set the access policy of", policyJSON(policy), err)
}

// changedPolicy reports the change, unless err is not nil.
func changedPolicy(p *cli.Program, url, what string, policy any, err error) error {
	switch {
	case err != nil:
		return err
	case p.JSON:
		return p.Out.Object(policyObject{"access_policy", url, policy})
	}
	p.Notice(what + " " + url)
	return nil
}

func showPolicy(ctx context.Context, p *cli.Program, place *vaulturl.Place, admin *glaciervault.Account) error {
	policy, there, err := ifThere(ctx, p, place, admin.AccessPolicy)
	switch {
	case err != nil:
		return err
	case p.JSON && !there:
		return p.Out.Object(policyObject{"access_policy", place.URL(place.Name), nil})
	case p.JSON:
		return p.Out.Object(policyObject{"access_policy", place.URL(place.Name), policyJSON(policy)})
	case !there:
		p.Notice("the vault has no access policy")
		return nil
	}
	document(p, policy)
	return nil
}
