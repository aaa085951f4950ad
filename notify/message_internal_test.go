package notify

import (
	"encoding/json"
	"strings"
	"testing"

	"firn/vault"
)

const (
	archiveEnded   = `{"Action":"ArchiveRetrieval","ArchiveId":"a","Completed":true,"JobId":"job-1_A","StatusCode":"Succeeded"}`
	inventoryEnded = `{"Action":"InventoryRetrieval","ArchiveId":null,"Completed":true,"JobId":"job-2","StatusCode":"Failed"}`
)

func wrapped(message string) string {
	text, err := json.Marshal(map[string]any{"Type": "Notification", "Subject": nil, "Message": message})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestParseMessage(t *testing.T) {
	for body, want := range map[string]vault.JobID{
		archiveEnded:            "job-1_A",
		wrapped(archiveEnded):   "job-1_A",
		inventoryEnded:          "job-2",
		wrapped(inventoryEnded): "job-2",
	} {
		if got, ok := parseMessage(body); !ok || got != want {
			t.Errorf("%s is about %q, %t, want %q", body, got, ok, want)
		}
	}
	for _, body := range []string{
		``, `null`, `5`, `[]`, `{}`, `job-1`, wrapped(``), wrapped(`job-1`), wrapped(wrapped(archiveEnded)),
		`{"Type":"SubscriptionConfirmation","Message":` + `"x","JobId":"job-1"}`,
		`{"Type":"Notification","Message":5}`,
		strings.Replace(archiveEnded, `true`, `false`, 1),
		strings.Replace(archiveEnded, `ArchiveRetrieval`, `Select`, 1),
		strings.Replace(archiveEnded, `job-1_A`, `../job`, 1),
		strings.Replace(archiveEnded, `job-1_A`, ``, 1),
		strings.Replace(archiveEnded, `job-1_A`, strings.Repeat("x", maxJobID+1), 1),
		strings.Replace(archiveEnded, `"job-1_A"`, `7`, 1),
		archiveEnded + strings.Repeat(" ", maxMessage),
		archiveEnded + "{}",
	} {
		if id, ok := parseMessage(body); ok {
			t.Errorf("%.200s is about %q", body, id)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add(archiveEnded)
	f.Add(wrapped(inventoryEnded))
	f.Add(wrapped(wrapped(archiveEnded)))
	f.Add(`{"Type":"Notification"}`)
	f.Add(`{"Action":"Select","JobId":"x","Completed":true}`)
	f.Fuzz(func(t *testing.T, body string) {
		id, ok := parseMessage(body)
		if ok && (!isJobID(string(id)) || len(body) > maxMessage) {
			t.Errorf("%q is about %q", body, id)
		}
	})
}

func TestParseQueueURL(t *testing.T) {
	for raw, want := range map[string]place{
		"https://sqs.us-east-1.amazonaws.com/123456789012/ready":       {"https://sqs.us-east-1.amazonaws.com", "us-east-1"},
		"https://sqs-fips.us-gov-west-1.amazonaws.com/123456789012/r":  {"https://sqs-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
		"https://sqs.cn-north-1.amazonaws.com.cn/123456789012/ready":   {"https://sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"},
		"https://eu-west-1.queue.amazonaws.com/123456789012/ready":     {"https://eu-west-1.queue.amazonaws.com", "eu-west-1"},
		"https://sqs.eu-north-1.api.aws/123456789012/ready":            {"https://sqs.eu-north-1.api.aws", "eu-north-1"},
		"https://queue.example/ready":                                  {"https://queue.example", ""},
		"https://sqs.us-east-1.amazonaws.com.example/123456789012/bad": {"https://sqs.us-east-1.amazonaws.com.example", ""},
		"http://127.0.0.1:9324/000000000000/ready":                     {"http://127.0.0.1:9324", ""},
		"http://[::1]:9324/000000000000/ready":                         {"http://[::1]:9324", ""},
		"http://localhost/q":                                           {"http://localhost", ""},
	} {
		if got, err := parseQueueURL(raw); err != nil || got != want {
			t.Errorf("%s is %+v, %v, want %+v", raw, got, err, want)
		}
	}
}
