package admin

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/vault"
	"firn/vault/administration"
	"firn/vault/vaulturl"
)

const vaultNotifyLong = `Show, set or remove the Amazon SNS topic that receives a message when a job of
the vault ends. An SQS queue that is subscribed to the topic can be given to
--sqs.

Amazon Glacier does not check that the topic exists or that the vault may
publish to it. The policy of the topic must allow it.`

const vaultNotifyExample = `  firn vault notify image-backups
  firn vault notify image-backups \
    --topic arn:aws:sns:us-west-2:123456789012:retrievals
  firn vault notify image-backups --off`

func newVaultNotify(p *cli.Program) *cobra.Command {
	var topic string
	var off, dryRun bool
	cmd := &cobra.Command{
		Use:     "notify VAULT",
		Short:   "Show or set the SNS topic for ended jobs",
		Long:    vaultNotifyLong,
		Example: vaultNotifyExample,
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			set := cmd.Flags().Changed("topic")
			switch {
			case set && off:
				return cli.WithHint(cli.UsageError("--topic and --off exclude each other"), cli.HelpHint(cmd))
			case set && topic == "":
				return cli.WithHint(cli.UsageError("--topic is empty; to remove the topic use --off"), cli.HelpHint(cmd))
			case set && !vault.IsTopic(topic):
				return cli.WithHint(cli.UsageError("--topic: %q is not the ARN of an SNS topic", topic), cli.HelpHint(cmd))
			}
			return inPlace(cmd.Context(), p, args[0], func(place *vaulturl.Place) error {
				return notifyVault(cmd.Context(), p, place, topic, off, dryRun)
			})
		},
	}
	cmd.Flags().StringVar(&topic, "topic", "", "set the SNS topic with this `ARN`")
	cmd.Flags().BoolVar(&off, "off", false, "remove the topic")
	cli.AddDryRun(cmd.Flags(), &dryRun)
	return cli.WithStatuses(cmd, cli.VaultStatuses()...)
}

// notificationsObject is the notification configuration of a vault, on standard output.
type notificationsObject struct {
	MessageType string   `json:"message_type"`
	Vault       string   `json:"vault"`
	Topic       string   `json:"topic"`  // empty if there is none
	Events      []string `json:"events"` // as the service calls them
}

func notifyVault(ctx context.Context, p *cli.Program, place *vaulturl.Place, topic string, off, dryRun bool) error {
	to, err := accountOf(place, vaulturl.Notifications)
	if err != nil {
		return err
	}
	url := place.URL(place.Name)
	n := administration.Notifications{}
	switch {
	case off && dryRun:
		return planned(p, plannedObject{Operation: "DeleteVaultNotifications", Vault: url})
	case off:
		err = p.Retry(ctx, func(ctx context.Context) error { return to.DeleteNotifications(ctx, place.Name) })
	case topic != "":
		n.Topic, n.Events = topic, []string{administration.ArchiveRetrievalCompleted, administration.InventoryRetrievalCompleted}
		if dryRun {
			body := map[string]any{"SNSTopic": n.Topic, "Events": n.Events}
			return planned(p, plannedObject{Operation: "SetVaultNotifications", Vault: url, Body: body})
		}
		err = p.Retry(ctx, func(ctx context.Context) error { return to.SetNotifications(ctx, place.Name, n) })
	default:
		n, _, err = ifThere(ctx, p, place, to.Notifications)
	}
	if err != nil {
		return err
	}
	return showNotifications(p, url, n)
}

func showNotifications(p *cli.Program, url string, n administration.Notifications) error {
	if p.JSON {
		return p.Out.Object(notificationsObject{"notifications", url, n.Topic, append([]string{}, n.Events...)})
	}
	p.Out.Line("vault   %s", term.Show(url))
	if n.Topic == "" {
		p.Out.Line("topic   none")
		return nil
	}
	p.Out.Line("topic   %s", term.Show(n.Topic))
	p.Out.Line("events  %s", term.Show(strings.Join(n.Events, ", ")))
	return nil
}
