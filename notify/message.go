package notify

import (
	"encoding/json"
	"net/url"
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

// told is a message in one of the forms that are known: of a vault, of a bucket
// (Amazon S3 user guide, "Event message structure"), or of a bucket by way of
// EventBridge ("EventBridge event message structure").
type told struct {
	ending
	Records []bucketEvent

	Source     string      `json:"source"`
	DetailType string      `json:"detail-type"`
	Detail     bridgeEvent `json:"detail"`
}

type bucketEvent struct {
	EventName string `json:"eventName"`
	S3        struct {
		Bucket struct {
			Name string `json:"name"`
		} `json:"bucket"`
		Object struct {
			Key     string `json:"key"` // as in the query of a URL
			Version string `json:"versionId"`
		} `json:"object"`
	} `json:"s3"`
}

type bridgeEvent struct {
	Bucket struct {
		Name string `json:"name"`
	} `json:"bucket"`
	Object struct {
		Key     string `json:"key"` // as it is
		Version string `json:"version-id"`
	} `json:"object"`
}

// parseMessage returns what a message of the queue says has ended. All reports
// whether that is all that the message is about: what is about anything else, or no
// such message, is somebody else's, too.
func parseMessage(body string) (endings []vault.Ending, all bool) {
	if len(body) > maxMessage {
		return nil, false
	}
	var w wrapper
	if err := json.Unmarshal([]byte(body), &w); err != nil {
		return nil, false
	}
	if w.Type == "Notification" && w.Message != nil {
		body = *w.Message
	}
	var t told
	if err := json.Unmarshal([]byte(body), &t); err != nil {
		return nil, false
	}
	switch {
	case len(t.Records) > 0:
		for _, r := range t.Records {
			if e, ok := r.restored(); ok {
				endings = append(endings, e)
			}
		}
		return endings, len(endings) == len(t.Records)
	case t.Source == "aws.s3":
		e := vault.Ending{Bucket: t.Detail.Bucket.Name, Key: t.Detail.Object.Key, Version: t.Detail.Object.Version}
		if t.DetailType == "Object Restore Completed" && isObject(e) {
			return []vault.Ending{e}, true
		}
	case (t.Action == "ArchiveRetrieval" || t.Action == "InventoryRetrieval") && t.Completed && isJobID(t.JobID):
		return []vault.Ending{{Job: vault.JobID(t.JobID)}}, true
	}
	return nil, false
}

// restored tells of which object an event says that it was restored, if it does. Some
// services put s3: before the names of events, as their configuration does.
func (r bucketEvent) restored() (vault.Ending, bool) {
	key, err := url.QueryUnescape(r.S3.Object.Key)
	e := vault.Ending{Bucket: r.S3.Bucket.Name, Key: key, Version: r.S3.Object.Version}
	return e, err == nil && strings.TrimPrefix(r.EventName, "s3:") == "ObjectRestore:Completed" && isObject(e)
}

// isObject reports whether a message names an object as a service can.
func isObject(e vault.Ending) bool {
	const longest = 1024 // bytes of a key, or of a version
	return e.Bucket != "" && e.Key != "" && len(e.Key) <= longest && len(e.Version) <= longest
}

// isJobID reports whether the service can have given out id.
func isJobID(id string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return id != "" && len(id) <= maxJobID && strings.Trim(id, alphabet) == ""
}
