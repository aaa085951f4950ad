// Package administration has the nouns of administering Amazon Glacier vaults, which no other
// kind of vault has: policies, locks, tags, notifications, capacity and limits of retrievals.
package administration

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"firn/vault"
)

// The limits of the service ("Quotas" and the operations' own pages in the developer
// guide). firn checks them itself, so that it sends no request that the service would
// refuse.
const (
	MaxPolicy   = 20 << 10 // bytes of an access or a lock policy
	MaxTags     = 50       // tags of one vault
	MaxTagKey   = 128      // characters
	MaxTagValue = 255      // characters
)

// Lock is the lock policy of a vault. Only an Amazon Glacier vault has one.
type Lock struct {
	State   LockState
	Policy  string    // a document in JSON
	Created time.Time // UTC; when the lock was started
	Expires time.Time // UTC; when a lock in progress expires; zero once it is locked
}

// LockState is the state of a lock.
type LockState string

// The states of a lock. A lock in progress is in force too, for LockTime. A completed lock
// can never be changed or removed.
const (
	LockInProgress LockState = "InProgress"
	LockLocked     LockState = "Locked"
)

// LockTime is how long a lock stays in progress.
const LockTime = 24 * time.Hour

// CapacityUnit is a unit of capacity for Expedited retrievals that an account has bought.
type CapacityUnit struct {
	ID    string
	Start time.Time // UTC
	End   time.Time // UTC
}

// RetrievalLimit is the data retrieval policy of an account in a region. It applies to
// Standard retrievals only.
type RetrievalLimit struct {
	Strategy     LimitStrategy
	BytesPerHour int64 // more than 0 with LimitBytesPerHour, else 0
}

// LimitStrategy is the way in which a RetrievalLimit limits retrievals.
type LimitStrategy string

// The strategies, by the service's names.
const (
	LimitBytesPerHour LimitStrategy = "BytesPerHour"
	LimitFreeTier     LimitStrategy = "FreeTier" // only retrievals that cost nothing
	LimitNone         LimitStrategy = "None"
)

// Check returns ErrInvalid if the service would refuse l.
func (l RetrievalLimit) Check() error {
	switch l.Strategy {
	case LimitBytesPerHour:
		if l.BytesPerHour > 0 {
			return nil
		}
	case LimitFreeTier, LimitNone:
		if l.BytesPerHour == 0 {
			return nil
		}
	}
	return vault.Errorf(vault.ErrInvalid, "no retrieval policy: %.100q with %d bytes an hour", string(l.Strategy), l.BytesPerHour)
}

// CheckPolicy returns ErrInvalid unless policy is a JSON object in UTF-8 of at most
// MaxPolicy bytes. It does not judge the meaning of the policy; the service does.
func CheckPolicy(policy string) error {
	if len(policy) > MaxPolicy {
		return vault.Errorf(vault.ErrInvalid, "a policy has at most %d bytes, and this one has %d", MaxPolicy, len(policy))
	}
	if !utf8.ValidString(policy) {
		return vault.Errorf(vault.ErrInvalid, "a policy is written in UTF-8")
	}
	var document map[string]json.RawMessage
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		return vault.Errorf(vault.ErrInvalid, "a policy is an object in JSON: %w", err)
	}
	if document == nil {
		return vault.Errorf(vault.ErrInvalid, "a policy is an object in JSON, not null")
	}
	return nil
}

// CheckTags returns ErrInvalid if the service would refuse these tags for a vault.
func CheckTags(tags map[string]string) error {
	if len(tags) > MaxTags {
		return vault.Errorf(vault.ErrInvalid, "a vault has at most %d tags, and these are %d", MaxTags, len(tags))
	}
	for key, value := range tags {
		if err := CheckTagKey(key); err != nil {
			return err
		}
		if utf8.RuneCountInString(value) > MaxTagValue || !utf8.ValidString(value) {
			return vault.Errorf(vault.ErrInvalid, "the value of tag %q: a value has at most %d characters in UTF-8", key, MaxTagValue)
		}
	}
	return nil
}

// CheckTagKey returns ErrInvalid if the service would refuse key as the key of a tag.
func CheckTagKey(key string) error {
	if key == "" || utf8.RuneCountInString(key) > MaxTagKey || !utf8.ValidString(key) {
		return vault.Errorf(vault.ErrInvalid, "tag %.300q: a key has 1 to %d characters in UTF-8", key, MaxTagKey)
	}
	return nil
}

// Notifications says which ends of jobs a vault announces, and to which topic. Only an
// Amazon Glacier vault has notifications.
type Notifications struct {
	Topic  string   // ARN of the Amazon SNS topic
	Events []string // at least one of the constants below
}

// The events that a vault can announce ("Set Vault Notification Configuration" in the
// developer guide).
const (
	ArchiveRetrievalCompleted   = "ArchiveRetrievalCompleted"
	InventoryRetrievalCompleted = "InventoryRetrievalCompleted"
)
