package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"firn/vault"
)

// notificationsNote is the note that holds a vault's notificationConfig.
const notificationsNote = "notifications"

// notificationConfig is VaultNotificationConfig: which topic a vault tells of
// which events.
type notificationConfig struct {
	Events   []string
	SNSTopic string
}

func parseNotifications(body []byte) (notificationConfig, error) {
	var n notificationConfig
	if err := json.Unmarshal(body, &n); err != nil {
		return notificationConfig{}, serialization(err)
	}
	switch {
	case n.SNSTopic == "":
		return notificationConfig{}, missingParameter("SNSTopic")
	case !isTopic(n.SNSTopic):
		return notificationConfig{}, invalid("Invalid SNSTopic: " + n.SNSTopic)
	case len(n.Events) == 0:
		return notificationConfig{}, missingParameter("Events")
	}
	var events []string
	for _, event := range n.Events {
		if event != vault.ArchiveRetrievalCompleted && event != vault.InventoryRetrievalCompleted {
			return notificationConfig{}, invalid("Invalid event: " + event)
		}
		if !slices.Contains(events, event) {
			events = append(events, event)
		}
	}
	n.Events = events
	return n, nil
}

// setNotifications replaces the notification configuration of a vault.
func (s *Server) setNotifications(ctx context.Context, c *call) (reply, error) {
	if _, err := s.open(ctx, c); err != nil {
		return reply{}, err
	}
	n, err := parseNotifications(c.small)
	if err != nil {
		return reply{}, err
	}
	text, err := json.Marshal(n)
	if err != nil {
		return reply{}, fmt.Errorf("encoding a notification configuration: %w", err)
	}
	if err := s.store.SetNote(ctx, c.target.vault, notificationsNote, text); err != nil {
		return reply{}, s.orVaultNotFound(err, c.target.vault)
	}
	return reply{status: http.StatusNoContent}, nil
}

func (s *Server) getNotifications(ctx context.Context, c *call) (reply, error) {
	if _, err := s.open(ctx, c); err != nil {
		return reply{}, err
	}
	n, err := s.notificationsOf(ctx, c.target.vault)
	if errors.Is(err, vault.ErrNotFound) {
		return reply{}, notFound("No notification configuration is set for vault: " + s.arn(c.target.vault))
	}
	return reply{status: http.StatusOK, body: n}, err
}

// deleteNotifications succeeds also where there are none.
func (s *Server) deleteNotifications(ctx context.Context, c *call) (reply, error) {
	if _, err := s.open(ctx, c); err != nil {
		return reply{}, err
	}
	if err := s.store.SetNote(ctx, c.target.vault, notificationsNote, nil); err != nil {
		return reply{}, s.orVaultNotFound(err, c.target.vault)
	}
	return reply{status: http.StatusNoContent}, nil
}

// notificationsOf returns the notification configuration of a vault, or an error
// that wraps ErrNotFound if it has none.
func (s *Server) notificationsOf(ctx context.Context, vaultName string) (notificationConfig, error) {
	text, err := s.store.Note(ctx, vaultName, notificationsNote)
	if err != nil {
		return notificationConfig{}, err
	}
	var n notificationConfig
	if err := json.Unmarshal(text, &n); err != nil {
		return notificationConfig{}, fmt.Errorf("the notification configuration of vault %q is damaged: %w", vaultName, err)
	}
	return n, nil
}
