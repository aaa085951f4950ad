package vaulturl

import (
	"context"
	"fmt"

	"firn/vault"
)

// Notifier is an [Admin] whose vaults can announce that their jobs have ended.
type Notifier interface {
	// SetNotifications makes a vault announce the ends of its jobs, in place of
	// what it announced before.
	SetNotifications(ctx context.Context, name string, n vault.Notifications) error
	// Notifications tells what a vault announces. ErrNotFound: nothing, or there
	// is no such vault.
	Notifications(ctx context.Context, name string) (vault.Notifications, error)
	// DeleteNotifications makes a vault announce nothing. That it announced
	// nothing before is no error.
	DeleteNotifications(ctx context.Context, name string) error
}

// Notifier returns the place as a Notifier. It is ErrInvalid for a directory,
// which can tell nobody.
func (p *Place) Notifier() (Notifier, error) {
	if n, ok := p.Admin.(Notifier); ok {
		return n, nil
	}
	return nil, fmt.Errorf("vault %q: %w: a directory has no topic to tell of its jobs", p.URL(p.Name), vault.ErrInvalid)
}
