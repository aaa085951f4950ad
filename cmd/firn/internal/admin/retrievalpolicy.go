package admin

import (
	"context"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/vault/administration"
	"firn/vault/vaulturl"
)

const vaultRetrievalPolicyLong = `Show or set the data retrieval policy of an account in a region: how many bytes
may be retrieved per hour.

It limits Standard retrievals only; not Expedited or Bulk retrievals,
inventories, or jobs in progress. The service rejects a retrieval beyond the
limit, which costs nothing; firn then waits and tries again, unless --no-wait is
given. A new policy takes effect within minutes.

ACCOUNT is the URL of any vault of the account, or glacier:// with a region.`

const vaultRetrievalPolicyExample = `  firn vault retrieval-policy
  firn vault retrieval-policy 'glacier://?region=us-west-2' \
    --bytes-per-hour 10GiB`

func newVaultRetrievalPolicy(p *cli.Program) *cobra.Command {
	var o retrievalPolicyOptions
	cmd := &cobra.Command{
		Use:     "retrieval-policy [ACCOUNT]",
		Short:   "Show or set the data retrieval policy",
		Long:    vaultRetrievalPolicyLong,
		Example: vaultRetrievalPolicyExample,
		Args:    cli.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.bytesPerHour > 0 && (o.freeTier || o.none) || o.freeTier && o.none {
				return cli.WithHint(cli.UsageError("--bytes-per-hour, --free-tier and --none exclude each other"), cli.HelpHint(cmd))
			}
			return inAccount(cmd.Context(), p, args, func(place *vaulturl.Place) error {
				return retrievalPolicy(cmd.Context(), p, place, o)
			})
		},
	}
	f := cmd.Flags()
	f.Var(&o.bytesPerHour, "bytes-per-hour", "allow `SIZE` bytes per hour")
	f.BoolVar(&o.freeTier, "free-tier", false, "allow only what the free tier covers")
	f.BoolVar(&o.none, "none", false, "set no limit")
	cli.AddDryRun(f, &o.dryRun)
	return cli.WithStatuses(cmd, cli.VaultStatuses()...)
}

// retrievalPolicyOptions are the options of firn vault retrieval-policy.
type retrievalPolicyOptions struct {
	bytesPerHour cli.SizeFlag
	freeTier     bool
	none         bool
	dryRun       bool
}

// limit returns the policy to set. set is false if no option asks for one.
func (o retrievalPolicyOptions) limit() (limit administration.RetrievalLimit, set bool) {
	switch {
	case o.bytesPerHour > 0:
		return administration.RetrievalLimit{Strategy: administration.LimitBytesPerHour, BytesPerHour: int64(o.bytesPerHour)}, true
	case o.freeTier:
		return administration.RetrievalLimit{Strategy: administration.LimitFreeTier}, true
	case o.none:
		return administration.RetrievalLimit{Strategy: administration.LimitNone}, true
	}
	return administration.RetrievalLimit{}, false
}

// retrievalPolicyObject is a data retrieval policy on standard output.
type retrievalPolicyObject struct {
	MessageType  string `json:"message_type"`
	Account      string `json:"account"`        // a URL that names no vault
	Strategy     string `json:"strategy"`       // BytesPerHour, FreeTier or None, as the service calls them
	BytesPerHour int64  `json:"bytes_per_hour"` // 0 except with the strategy of that name
}

func retrievalPolicy(ctx context.Context, p *cli.Program, place *vaulturl.Place, o retrievalPolicyOptions) error {
	admin, err := accountOf(place, vaulturl.RetrievalPolicy)
	if err != nil {
		return err
	}
	limit, set := o.limit()
	if set && o.dryRun {
		rule := map[string]any{"Strategy": limit.Strategy}
		if limit.BytesPerHour > 0 {
			rule["BytesPerHour"] = limit.BytesPerHour
		}
		body := map[string]any{"Policy": map[string]any{"Rules": []any{rule}}}
		return planned(p, plannedObject{Operation: "SetDataRetrievalPolicy", Vault: place.URL(""), Body: body})
	}
	err = p.Retry(ctx, func(ctx context.Context) (err error) {
		if set {
			return admin.SetRetrievalLimit(ctx, limit)
		}
		limit, err = admin.RetrievalLimit(ctx)
		return err
	})
	if err != nil {
		return err
	}
	if p.JSON {
		return p.Out.Object(retrievalPolicyObject{"retrieval_policy", place.URL(""), string(limit.Strategy), limit.BytesPerHour})
	}
	p.Out.Line("account  %s", term.Show(place.URL("")))
	p.Out.Line("allowed  %s", limitText(limit))
	return nil
}

// limitText returns what a data retrieval policy allows.
func limitText(limit administration.RetrievalLimit) string {
	switch limit.Strategy {
	case administration.LimitBytesPerHour:
		return humane.Bytes(limit.BytesPerHour) + " an hour by Standard retrievals"
	case administration.LimitFreeTier:
		return "Standard retrievals of the free tier"
	}
	return "everything"
}
