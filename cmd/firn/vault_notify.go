package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"firn/vault"
	"firn/vault/vaulturl"
)

const vaultNotifyLong = `Shows, sets or removes the Amazon SNS topic that a vault tells when its jobs have
ended. A queue that is subscribed to the topic is what --sqs listens to.

The service does not look whether there is such a topic, nor whether the vault
may write to it: the topic's policy must allow that to Amazon Glacier.`

const vaultNotifyExample = `  firn vault notify image-backups
  firn vault notify image-backups --topic arn:aws:sns:us-west-2:123456789012:retrievals
  firn vault notify image-backups --off`

func (p *program) newVaultNotify() *cobra.Command {
	var topic string
	var off, dryRun bool
	cmd := &cobra.Command{
		Use:     "notify VAULT",
		Short:   "Show or set the topic that is told of jobs",
		Long:    vaultNotifyLong,
		Example: vaultNotifyExample,
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			set := cmd.Flags().Changed("topic")
			switch {
			case set && off:
				return withHint(usageError("--topic and --off contradict each other"), helpHint(cmd))
			case set && topic == "":
				return withHint(usageError("--topic names no topic; to remove it use --off"), helpHint(cmd))
			}
			return p.inPlace(cmd.Context(), args[0], func(place *vaulturl.Place) error {
				return p.notifyVault(cmd.Context(), place, topic, off, dryRun)
			})
		},
	}
	cmd.Flags().StringVar(&topic, "topic", "", "tell this SNS topic (an `ARN`) of every job that ends")
	cmd.Flags().BoolVar(&off, "off", false, "tell no topic any more")
	addDryRun(cmd.Flags(), &dryRun)
	return exits(cmd, vaultStatuses()...)
}

// notificationsObject is what a vault announces, on standard output.
type notificationsObject struct {
	MessageType string   `json:"message_type"`
	Vault       string   `json:"vault"`
	Topic       string   `json:"topic"`  // empty if it announces nothing
	Events      []string `json:"events"` // as the service calls them
}

func (p *program) notifyVault(ctx context.Context, place *vaulturl.Place, topic string, off, dryRun bool) error {
	to, err := place.Account(vaulturl.Notifications)
	if err != nil {
		return err
	}
	url := place.URL(place.Name)
	n := vault.Notifications{}
	switch {
	case off && dryRun:
		return p.planned(plannedObject{Operation: "DeleteVaultNotifications", Vault: url})
	case off:
		err = p.retry(ctx, func(ctx context.Context) error { return to.DeleteNotifications(ctx, place.Name) })
	case topic != "":
		n.Topic, n.Events = topic, []string{vault.ArchiveRetrievalCompleted, vault.InventoryRetrievalCompleted}
		if dryRun {
			body := map[string]any{"SNSTopic": n.Topic, "Events": n.Events}
			return p.planned(plannedObject{Operation: "SetVaultNotifications", Vault: url, Body: body})
		}
		err = p.retry(ctx, func(ctx context.Context) error { return to.SetNotifications(ctx, place.Name, n) })
	default:
		n, _, err = ifThere(ctx, p, place, to.Notifications)
	}
	if err != nil {
		return err
	}
	return p.showNotifications(url, n)
}

func (p *program) showNotifications(url string, n vault.Notifications) error {
	if p.json {
		return p.out.object(notificationsObject{"notifications", url, n.Topic, append([]string{}, n.Events...)})
	}
	p.out.line("vault   %s", show(url))
	if n.Topic == "" {
		p.out.line("topic   none")
		return nil
	}
	p.out.line("topic   %s", show(n.Topic))
	p.out.line("events  %s", show(strings.Join(n.Events, ", ")))
	return nil
}
