package server

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"firn/internal/strict"
	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
	"firn/vault/administration"
)

// notificationsNote is the document with the notification configuration of a vault.
const notificationsNote = "notifications"

// notificationConfig is VaultNotificationConfig: the topic of a vault, and the events of which
// the topic gets a message.
type notificationConfig struct {
	Events   []string
	SNSTopic string
}

func parseNotifications(body []byte) (notificationConfig, error) {
	var n notificationConfig
	if err := strict.Unambiguous(body, &n); err != nil {
		return notificationConfig{}, refusal.Serialization(err)
	}
	switch {
	case n.SNSTopic == "":
		return notificationConfig{}, refusal.MissingParameter("SNSTopic")
	case !vault.IsTopic(n.SNSTopic):
		return notificationConfig{}, refusal.Invalid("Invalid SNSTopic: " + n.SNSTopic)
	case len(n.Events) == 0:
		return notificationConfig{}, refusal.MissingParameter("Events")
	}
	var events []string
	for _, event := range n.Events {
		if event != administration.ArchiveRetrievalCompleted && event != administration.InventoryRetrievalCompleted {
			return notificationConfig{}, refusal.Invalid("Invalid event: " + event)
		}
		if !slices.Contains(events, event) {
			events = append(events, event)
		}
	}
	n.Events = events
	return n, nil
}

// setNotifications replaces the notification configuration of a vault.
func (a *account) setNotifications(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	n, err := parseNotifications(c.small)
	if err != nil {
		return wire.Reply{}, err
	}
	return a.changed(c, a.notes.Write(ctx, c.target.vault, notificationsNote, n))
}

func (a *account) getNotifications(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	n, err := a.notificationsOf(ctx, c.target.vault)
	if errors.Is(err, vault.ErrNotFound) {
		return wire.Reply{}, refusal.NotFound("No notification configuration is set for vault: " + a.arn(c.target.vault))
	}
	return wire.Reply{Status: http.StatusOK, Body: n}, err
}

// deleteNotifications succeeds also if there are none.
func (a *account) deleteNotifications(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	return a.changed(c, a.notes.Remove(ctx, c.target.vault, notificationsNote))
}

// notificationsOf returns the notification configuration of a vault, or an error
// that wraps ErrNotFound if it has none.
func (a *account) notificationsOf(ctx context.Context, vaultName string) (notificationConfig, error) {
	var n notificationConfig
	err := a.notes.Read(ctx, vaultName, notificationsNote, &n)
	return n, err
}

// topicOf returns the topic of a vault and its events, or an error that wraps ErrNotFound if it
// has none.
func (a *account) topicOf(ctx context.Context, vaultName string) (topic string, events []string, err error) {
	n, err := a.notificationsOf(ctx, vaultName)
	return n.SNSTopic, n.Events, err
}
