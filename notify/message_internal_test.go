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

const (
	restored = `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectRestore:Completed","s3":{"configurationId":"x",` +
		`"bucket":{"name":"films","arn":"arn:aws:s3:::films"},"object":{"key":"2015/a+b+%C3%A9%2B.mov","size":7,"versionId":"v1"}},` +
		`"glacierEventData":{"restoreEventData":{"lifecycleRestorationExpiryTime":"2015-07-05T00:00:00.000Z","lifecycleRestoreStorageClass":"GLACIER"}}}]}`
	bridged = `{"version":"0","id":"6f87d04b","detail-type":"Object Restore Completed","source":"aws.s3","account":"123456789012",` +
		`"resources":["arn:aws:s3:::films"],"detail":{"version":"0","bucket":{"name":"films"},` +
		`"object":{"key":"2015/a b é+.mov","size":7,"version-id":"v1"},"restore-expiry-time":"2015-07-05T00:00:00Z"}}`
)

func TestParseMessage(t *testing.T) {
	object := vault.Ending{Bucket: "films", Key: "2015/a b é+.mov", Version: "v1"}
	for body, want := range map[string]vault.Ending{
		archiveEnded:            {Job: "job-1_A"},
		wrapped(archiveEnded):   {Job: "job-1_A"},
		inventoryEnded:          {Job: "job-2"},
		wrapped(inventoryEnded): {Job: "job-2"},
		restored:                object,
		wrapped(restored):       object,
		bridged:                 object,
		wrapped(bridged):        object,
		strings.Replace(restored, "ObjectRestore", "s3:ObjectRestore", 1): object,
		strings.Replace(restored, `,"versionId":"v1"`, "", 1):             {Bucket: "films", Key: object.Key},
		strings.Replace(bridged, `,"version-id":"v1"`, "", 1):             {Bucket: "films", Key: object.Key},
	} {
		if got, all := parseMessage(body); !all || len(got) != 1 || got[0] != want {
			t.Errorf("%s is about %+v, %t, want %+v", body, got, all, want)
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
		`{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2015-07-05T01:22:01.000Z","Bucket":"films"}`,
		`{"Records":[]}`, `{"Records":[7]}`, `{"Records":{}}`,
		strings.Replace(restored, "Restore:Completed", "Restore:Post", 1),
		strings.Replace(restored, "Restore:Completed", "Restore:Delete", 1),
		strings.Replace(restored, "ObjectRestore:Completed", "ObjectCreated:Put", 1),
		strings.Replace(restored, `"films"`, `""`, 1),
		strings.Replace(restored, "2015/a+b+%C3%A9%2B.mov", "", 1),
		strings.Replace(restored, "%2B", "%2", 1),
		strings.Replace(restored, "2015", strings.Repeat("x", 1025), 1),
		strings.Replace(bridged, "Restore Completed", "Restore Initiated", 1),
		strings.Replace(bridged, "Restore Completed", "Restore Expired", 1),
		strings.Replace(bridged, "aws.s3", "aws.glacier", 1),
		strings.Replace(bridged, `"films"`, `7`, 1),
	} {
		if got, _ := parseMessage(body); len(got) != 0 {
			t.Errorf("%.200s is about %+v", body, got)
		}
	}
	mixed := strings.Replace(restored, `{"Records":[`, `{"Records":[{"eventName":"ObjectCreated:Put"},`, 1)
	if got, all := parseMessage(mixed); all || len(got) != 1 || got[0] != object {
		t.Errorf("%s is about %+v, %t", mixed, got, all)
	}
}

func FuzzMessage(f *testing.F) {
	f.Add(archiveEnded)
	f.Add(wrapped(inventoryEnded))
	f.Add(wrapped(wrapped(archiveEnded)))
	f.Add(restored)
	f.Add(wrapped(bridged))
	f.Add(`{"Type":"Notification"}`)
	f.Add(`{"Action":"Select","JobId":"x","Completed":true}`)
	f.Fuzz(func(t *testing.T, body string) {
		endings, _ := parseMessage(body)
		for _, e := range endings {
			if len(body) > maxMessage || (e.Job == "") == (e.Key == "") || e.Job != "" && !isJobID(string(e.Job)) {
				t.Errorf("%q is about %+v", body, e)
			}
		}
	})
}

func TestParseQueueURL(t *testing.T) {
	for raw, want := range map[string]address{
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
