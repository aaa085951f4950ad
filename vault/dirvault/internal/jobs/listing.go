package jobs

import (
	"errors"
	"fmt"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/layout"
)

// List is the part of an inventory that a job lists, as it stands in the job's file.
type List struct {
	Since  time.Time       `json:"since,omitzero"`
	Until  time.Time       `json:"until,omitzero"`
	Limit  int64           `json:"limit,omitempty"`
	Marker vault.ArchiveID `json:"marker,omitempty"`
	CSV    bool            `json:"csv,omitempty"`
}

// ListOf returns a listing as it is written.
func ListOf(l vault.Listing) List {
	return List{Since: l.Since.UTC(), Until: l.Until.UTC(), Limit: l.Limit, Marker: vault.ArchiveID(l.Marker), CSV: l.CSV}
}

func (l *List) listing() vault.Listing {
	return vault.Listing{Since: l.Since, Until: l.Until, Limit: l.Limit, Marker: string(l.Marker), CSV: l.CSV}
}

// Check refuses a listing that makes no sense.
func (l *List) Check() error {
	switch {
	case l.Limit < 0:
		return fmt.Errorf("a limit of %d archives", l.Limit)
	case l.Marker != "" && !layout.IsArchiveID(string(l.Marker)):
		return fmt.Errorf("%.300q is not a marker", l.Marker)
	case l.Since.Year() < 1 || l.Since.Year() > 9999 || l.Until.Year() < 1 || l.Until.Year() > 9999:
		return errors.New("a date that cannot be written down")
	case !l.Until.IsZero() && l.Until.Before(l.Since):
		return fmt.Errorf("archives are to be created before %s and since %s", l.Until, l.Since)
	}
	return errors.Join(layout.CheckTime(l.Since), layout.CheckTime(l.Until))
}

// Includes reports whether an entry of the inventory is listed. The inventory has the
// creation date of an archive to the second. A damaged entry has none, and is listed.
func (l *List) Includes(e vault.Entry) bool {
	if e.ID < l.Marker || e.Bad != "" {
		return e.ID >= l.Marker
	}
	return !e.Created.Before(l.Since.Truncate(time.Second)) &&
		(l.Until.IsZero() || e.Created.Before(l.Until))
}
