package notify

import (
	"encoding/json"
	"net/url"
	"strings"

	"firn/vault"
)

const (
	maxMessage = 256 << 10 // bytes; SNS sends no longer messages
	maxJobID   = 1024      // characters; real ids have 92
)

// wrapper is the form in which SNS delivers a message to a queue, unless the subscription
// uses raw delivery (Amazon SNS developer guide, "Message and JSON formats").
type wrapper struct {
	Type    string
	Message *string
}

// ending is the vault's description of a job that has ended: the answer to DescribeJob
// (Amazon Glacier developer guide, "Configuring vault notifications").
type ending struct {
	Action    string
	JobID     string `json:"JobId"`
	Completed bool
}

// message is a message in one of the known forms: from a vault, from a bucket (Amazon S3
// user guide, "Event message structure"), or from a bucket through EventBridge
// ("EventBridge event message structure").
type message struct {
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
		Key     string `json:"key"` // unescaped
		Version string `json:"version-id"`
	} `json:"object"`
}

// parseMessage returns the endings in a message of the queue. all reports whether the
// message contains nothing else. A message with other content, or of another form, may be
// meant for another reader too.
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
	var t message
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

// restored returns the object of an event about a restored object. Some services put s3:
// before the names of events, as in their configuration.
func (r bucketEvent) restored() (vault.Ending, bool) {
	key, err := url.QueryUnescape(r.S3.Object.Key)
	e := vault.Ending{Bucket: r.S3.Bucket.Name, Key: key, Version: r.S3.Object.Version}
	return e, err == nil && strings.TrimPrefix(r.EventName, "s3:") == "ObjectRestore:Completed" && isObject(e)
}

// isObject reports whether the bucket, the key and the version have a possible length.
func isObject(e vault.Ending) bool {
	const longest = 1024 // bytes of a key, or of a version
	return e.Bucket != "" && e.Key != "" && len(e.Key) <= longest && len(e.Version) <= longest
}

// isJobID reports whether id has the form of the service's ids.
func isJobID(id string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return id != "" && len(id) <= maxJobID && strings.Trim(id, alphabet) == ""
}
