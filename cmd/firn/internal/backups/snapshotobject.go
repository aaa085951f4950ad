package backups

import (
	"time"

	"firn/record"
)

// snapshotObject is a snapshot on standard output.
type snapshotObject struct {
	MessageType string     `json:"message_type"`
	Vault       string     `json:"vault"`
	SnapshotID  string     `json:"snapshot_id"`
	Host        string     `json:"host"`
	Directories []string   `json:"directories"`
	Tags        []string   `json:"tags"`
	State       string     `json:"state"` // complete or partial
	Started     time.Time  `json:"started"`
	Ended       *time.Time `json:"ended"` // null: not yet
	Files       int64      `json:"files"`
	Bytes       int64      `json:"bytes"`
	BytesNew    int64      `json:"bytes_new"`
	Skipped     int64      `json:"skipped"`
}

func newSnapshotObject(messageType string, s record.Snapshot) snapshotObject {
	o := snapshotObject{
		MessageType: messageType, Vault: s.Vault, SnapshotID: s.ID, Host: s.Host, Directories: []string{},
		Tags: append([]string{}, s.Tags...), State: stateText(s), Started: s.Started,
		Files: s.Files, Bytes: s.Bytes, BytesNew: s.Added, Skipped: s.Skipped,
	}
	for _, root := range s.Roots {
		o.Directories = append(o.Directories, shownPath(root))
	}
	if !s.Ended.IsZero() {
		o.Ended = &s.Ended
	}
	return o
}
