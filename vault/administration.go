package vault

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// What the service takes ("Quotas" and the operations' own pages in the developer
// guide). It is checked here, so that what would be refused is not sent.
const (
	MaxPolicy   = 20 << 10 // bytes of an access or a lock policy
	MaxTags     = 50       // of a vault
	MaxTagKey   = 128      // characters
	MaxTagValue = 255      // characters
)

// Lock is the lock policy of a vault. Only a vault of the service has one.
type Lock struct {
	State   LockState
	Policy  string    // a document in JSON
	Created time.Time // UTC; when it was started
	Expires time.Time // UTC; when one in progress vanishes; zero once it is locked
}

// LockState tells how far a lock has come.
type LockState string

// The states of a lock. One in progress is in force like one that is locked, for
// LockTime. One that is locked is never changed nor removed.
const (
	LockInProgress LockState = "InProgress"
	LockLocked     LockState = "Locked"
)

// LockTime is how long a lock stays in progress.
const LockTime = 24 * time.Hour

// CapacityUnit is capacity for Expedited retrievals that an account has bought.
type CapacityUnit struct {
	ID    string
	Start time.Time // UTC
	End   time.Time // UTC
}

// RetrievalLimit is the data retrieval policy of an account in a region. It is in
// force for Standard retrievals alone.
type RetrievalLimit struct {
	Strategy     LimitStrategy
	BytesPerHour int64 // with LimitBytesPerHour; else 0
}

// LimitStrategy says by what retrievals are limited.
type LimitStrategy string

// The strategies, as the service calls them.
const (
	LimitBytesPerHour LimitStrategy = "BytesPerHour"
	LimitFreeTier     LimitStrategy = "FreeTier" // what costs nothing
	LimitNone         LimitStrategy = "None"
)

// Check says whether the service can have l: ErrInvalid if not.
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
	return fmt.Errorf("%w: no retrieval policy: %.100q with %d bytes an hour", ErrInvalid, string(l.Strategy), l.BytesPerHour)
}

// CheckPolicy says whether policy can be one of a vault: ErrInvalid unless it is an
// object in JSON of at most MaxPolicy bytes. What it means is for the service to
// judge.
func CheckPolicy(policy string) error {
	if len(policy) > MaxPolicy {
		return fmt.Errorf("%w: a policy has at most %d bytes, and this one has %d", ErrInvalid, MaxPolicy, len(policy))
	}
	if !utf8.ValidString(policy) {
		return fmt.Errorf("%w: a policy is written in UTF-8", ErrInvalid)
	}
	var document map[string]json.RawMessage
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		return fmt.Errorf("%w: a policy is an object in JSON: %w", ErrInvalid, err)
	}
	if document == nil {
		return fmt.Errorf("%w: a policy is an object in JSON, not null", ErrInvalid)
	}
	return nil
}

// CheckTags says whether a vault can be given these tags: ErrInvalid if not.
func CheckTags(tags map[string]string) error {
	if len(tags) > MaxTags {
		return fmt.Errorf("%w: a vault has at most %d tags, and these are %d", ErrInvalid, MaxTags, len(tags))
	}
	for key, value := range tags {
		if err := CheckTagKey(key); err != nil {
			return err
		}
		if utf8.RuneCountInString(value) > MaxTagValue || !utf8.ValidString(value) {
			return fmt.Errorf("%w: the value of tag %q: a value has at most %d characters in UTF-8", ErrInvalid, key, MaxTagValue)
		}
	}
	return nil
}

// CheckTagKey says whether a tag can have this key: ErrInvalid if not.
func CheckTagKey(key string) error {
	if key == "" || utf8.RuneCountInString(key) > MaxTagKey || !utf8.ValidString(key) {
		return fmt.Errorf("%w: tag %.300q: a key has 1 to %d characters in UTF-8", ErrInvalid, key, MaxTagKey)
	}
	return nil
}
