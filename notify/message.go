package notify

import (
	"encoding/json"
	"strings"

	"firn/vault"
)

const (
	maxMessage = 256 << 10 // bytes; SNS sends no longer ones
	maxJobID   = 1024      // characters; real ids have 92
)

// wrapper is what SNS makes of a message on its way to a queue, unless the
// subscription asks for raw delivery (Amazon SNS developer guide, "Message and
// JSON formats").
type wrapper struct {
	Type    string
	Message *string
}

// ending is what the vault tells of a job that has ended: the answer to
// DescribeJob (Amazon Glacier developer guide, "Configuring vault
// notifications").
type ending struct {
	Action    string
	JobID     string `json:"JobId"`
	Completed bool
}

// parseMessage returns the job that a message of the queue is about. Anything
// that is no such message is somebody else's.
func parseMessage(body string) (vault.JobID, bool) {
	if len(body) > maxMessage {
		return "", false
	}
	var w wrapper
	if err := json.Unmarshal([]byte(body), &w); err != nil {
		return "", false
	}
	if w.Type == "Notification" && w.Message != nil {
		body = *w.Message
	}
	var e ending
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		return "", false
	}
	known := e.Action == "ArchiveRetrieval" || e.Action == "InventoryRetrieval"
	return vault.JobID(e.JobID), known && e.Completed && isJobID(e.JobID)
}

// isJobID reports whether the service can have given out id.
func isJobID(id string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return id != "" && len(id) <= maxJobID && strings.Trim(id, alphabet) == ""
}
