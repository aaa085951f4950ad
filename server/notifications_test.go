package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"firn/internal/testclock"
	"firn/server"
	"firn/treehash"
)

const (
	vaultTopic = "arn:aws:sns:eu-north-1:012345678901:vault-films"
	jobTopic   = "arn:aws:sns:eu-north-1:012345678901:just-this-job"
	config     = "/-/vaults/films/notification-configuration"
)

func (s *service) setNotifications(body string) answer {
	s.t.Helper()
	return s.do(request{method: "PUT", path: config, body: []byte(body)})
}

func TestNotificationConfiguration(t *testing.T) {
	dir := t.TempDir()
	store := openStore(t, dir)
	s := startOver(t, store)
	s.createVault("films")
	none := func() {
		t.Helper()
		s.get(config).wantError(t, 404, "ResourceNotFoundException",
			"No notification configuration is set for vault: "+arnPrefix+"films")
	}
	none()
	s.do(request{method: "DELETE", path: config}).want(t, 204, "")
	s.setNotifications(`{"SNSTopic":"`+jobTopic+`","Events":["ArchiveRetrievalCompleted"]}`).want(t, 204, "")
	s.setNotifications(`{"SNSTopic":"`+vaultTopic+`","Events":["InventoryRetrievalCompleted","ArchiveRetrievalCompleted",`+
		`"InventoryRetrievalCompleted"]}`).want(t, 204, "")
	set := `{"Events":["InventoryRetrievalCompleted","ArchiveRetrievalCompleted"],"SNSTopic":"` + vaultTopic + `"}`
	s.get(config).want(t, 200, set)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}

	s = startOver(t, openStore(t, dir))
	s.get(config).want(t, 200, set)
	for range 2 {
		s.do(request{method: "DELETE", path: config}).want(t, 204, "")
		none()
	}
}

func TestNotificationConfigurationRefuses(t *testing.T) {
	s := start(t)
	s.createVault("films")
	const invalid, missing, syntax = "InvalidParameterValueException", "MissingParameterValueException", "SerializationException"
	for body, want := range map[string][2]string{
		``:  {syntax, "The body of the request is not valid JSON for this operation."},
		`5`: {syntax, "The body of the request is not valid JSON for this operation."},
		`{"Events":["ArchiveRetrievalCompleted"]}`:                                     {missing, "Required parameter missing: SNSTopic"},
		`{"SNSTopic":"` + vaultTopic + `"}`:                                            {missing, "Required parameter missing: Events"},
		`{"SNSTopic":"` + vaultTopic + `","Events":[]}`:                                {missing, "Required parameter missing: Events"},
		`{"SNSTopic":"` + vaultTopic + `","Events":["ArchiveDeleted"]}`:                {invalid, "Invalid event: ArchiveDeleted"},
		`{"SNSTopic":"vault-films","Events":["ArchiveRetrievalCompleted"]}`:            {invalid, "Invalid SNSTopic: vault-films"},
		`{"SNSTopic":"http://127.0.0.1/hook","Events":["ArchiveRetrievalCompleted"]}`:  {invalid, "Invalid SNSTopic: http://127.0.0.1/hook"},
		`{"SNSTopic":"` + vaultTopic + `\n","Events":["InventoryRetrievalCompleted"]}`: {invalid, "Invalid SNSTopic: " + vaultTopic + "\n"},
	} {
		s.setNotifications(body).wantError(t, 400, want[0], want[1])
	}
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		path := "/-/vaults/none/notification-configuration"
		s.do(request{method: method, path: path}).
			wantError(t, 404, "ResourceNotFoundException", "Vault not found for ARN: "+arnPrefix+"none")
	}
	s.get(config).wantError(t, 404, "ResourceNotFoundException",
		"No notification configuration is set for vault: "+arnPrefix+"films")
}

func TestTopicsThatAreNone(t *testing.T) {
	for topic, url := range map[string]string{
		"ready":             "http://127.0.0.1:9000/",
		vaultTopic:          "ftp://127.0.0.1/",
		vaultTopic + "2":    "127.0.0.1:9000",
		vaultTopic + "3":    "http://user:secret@127.0.0.1/",
		vaultTopic + "4":    "http://",
		vaultTopic + "5":    "http://\x7f/secret",
		vaultTopic + "/six": "http://127.0.0.1:9000/",
	} {
		_, err := server.New(map[string]server.Store{account: openStore(t, t.TempDir())}, server.Options{
			Region: region, Credentials: server.Keys{}, Topics: map[string]string{topic: url},
		})
		if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), topic) {
			t.Errorf("the topic %q with the URL %q: %v", topic, url, err)
		}
	}
}

// subscriber is a program that topics post to.
type subscriber struct {
	*httptest.Server
	posts chan post
}

type post struct {
	header http.Header
	body   string
}

func subscribe(t *testing.T) *subscriber {
	sub := &subscriber{posts: make(chan post, 100)}
	sub.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		sub.posts <- post{r.Header, string(text)}
	}))
	t.Cleanup(sub.Close)
	return sub
}

// message takes the message out of a post in the form of SNS.
func (p post) message(t *testing.T, topic string) string {
	t.Helper()
	var n map[string]any
	if err := json.Unmarshal([]byte(p.body), &n); err != nil {
		t.Fatalf("posted %s: %v", p.body, err)
	}
	id, ok := n["MessageId"].(string)
	if !ok || len(id) != 36 || n["Type"] != "Notification" || n["TopicArn"] != topic || n["Subject"] != nil {
		t.Errorf("posted %s", p.body)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/plain; charset=UTF-8", "X-Amz-Sns-Message-Type": "Notification",
		"X-Amz-Sns-Message-Id": id, "X-Amz-Sns-Topic-Arn": topic,
	} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	message, ok := n["Message"].(string)
	if !ok {
		t.Fatalf("the message of %s is no text", p.body)
	}
	return message
}

// The whole way: a vault's topic and a job's own, four hours, and the message
// that is the description of the job, key by key.
func TestEndOfAJobIsAnnounced(t *testing.T) {
	ofVault, ofJob := subscribe(t), subscribe(t)
	c := testclock.At(vaultTime)
	s := startOver(t, slowStore(t, t.TempDir(), c), func(o *server.Options) {
		o.Topics = map[string]string{vaultTopic: ofVault.URL + "/hook?key=1", jobTopic: ofJob.URL}
	})
	s.createVault("films")
	body := []byte("film")
	archive := s.store(body, "films of 2012")
	id := s.job(`{"Type":"archive-retrieval","ArchiveId":"` + archive + `","Description":"a <b>","SNSTopic":"` + jobTopic + `"}`)
	// What is set while the job runs counts when it ends.
	s.setNotifications(`{"SNSTopic":"`+vaultTopic+`","Events":["ArchiveRetrievalCompleted"]}`).want(t, 204, "")
	c.Advance(4 * time.Hour)

	want := described(t, map[string]any{
		"Action": "ArchiveRetrieval", "ArchiveId": archive, "ArchiveSHA256TreeHash": treehash.Sum(body).String(),
		"ArchiveSizeInBytes": 4, "Completed": true, "CompletionDate": "2013-03-20T21:03:43.221Z",
		"CreationDate": "2013-03-20T17:03:43.221Z", "JobDescription": "a <b>", "JobId": id, "RetrievalByteRange": "0-3",
		"SHA256TreeHash": treehash.Sum(body).String(), "SNSTopic": jobTopic, "StatusCode": "Succeeded",
		"StatusMessage": "Succeeded", "Tier": "Standard",
	})
	if got := (<-ofVault.posts).message(t, vaultTopic); got != want {
		t.Errorf("the vault's topic is told %s\nwant %s", got, want)
	}
	if got := (<-ofJob.posts).message(t, jobTopic); got != want {
		t.Errorf("the job's topic is told %s\nwant %s", got, want)
	}
	s.get("/-/vaults/films/jobs/"+id).want(t, 200, want)
}

// What is told is what the vault asked for: this job, and no other before it.
func TestOnlyConfiguredEventsAreAnnounced(t *testing.T) {
	sub := subscribe(t)
	c := testclock.At(vaultTime)
	s := startOver(t, slowStore(t, t.TempDir(), c), func(o *server.Options) {
		o.Topics = map[string]string{vaultTopic: sub.URL}
	})
	s.createVault("films")
	archive := s.store([]byte("film"), "")
	s.setNotifications(`{"SNSTopic":"`+vaultTopic+`","Events":["ArchiveRetrievalCompleted"]}`).want(t, 204, "")
	s.job(`{"Type":"inventory-retrieval"}`)                               // not wanted
	s.job(`{"Type":"inventory-retrieval","SNSTopic":"` + jobTopic + `"}`) // posted nowhere
	id := s.job(`{"Type":"archive-retrieval","ArchiveId":"` + archive + `"}`)
	c.Advance(4 * time.Hour)
	if got := (<-sub.posts).message(t, vaultTopic); !strings.Contains(got, id) {
		t.Errorf("announced %s, want job %s", got, id)
	}
	// Announced in order: had the others been told, it would have been before.
	if n := len(sub.posts); n != 0 {
		t.Errorf("%d announcements too many", n)
	}
}

func TestFailedJobIsAnnounced(t *testing.T) {
	sub := subscribe(t)
	c := testclock.At(vaultTime)
	s := startOver(t, slowStore(t, t.TempDir(), c), func(o *server.Options) {
		o.Topics = map[string]string{jobTopic: sub.URL}
	})
	s.createVault("films")
	archive := s.store([]byte("film"), "")
	id := s.job(`{"Type":"archive-retrieval","ArchiveId":"` + archive + `","SNSTopic":"` + jobTopic + `"}`)
	s.do(request{method: "DELETE", path: "/-/vaults/films/archives/" + archive}).want(t, 204, "")
	c.Advance(4 * time.Hour)
	got := (<-sub.posts).message(t, jobTopic)
	if !strings.Contains(got, `"StatusCode":"Failed"`) || got != s.get("/-/vaults/films/jobs/"+id).body {
		t.Errorf("announced %s", got)
	}
}

// A server that is stopped with jobs under way leaves it to the next one to
// announce them.
func TestAnnouncementOutlivesTheServer(t *testing.T) {
	sub := subscribe(t)
	topics := func(o *server.Options) { o.Topics = map[string]string{jobTopic: sub.URL} }
	c := testclock.At(vaultTime)
	dir := t.TempDir()
	store := slowStore(t, dir, c)
	s := startOver(t, store, topics)
	s.createVault("films")
	s.createVault("empty")
	archive := s.store([]byte("film"), "")
	expected := map[string]bool{}
	for range 40 { // so that they stand in several notes
		expected[s.job(`{"Type":"archive-retrieval","ArchiveId":"`+archive+`","SNSTopic":"`+jobTopic+`"}`)] = true
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	c.Advance(5 * time.Hour)

	store = slowStore(t, dir, c)
	s = startOver(t, store, topics)
	for len(expected) > 0 {
		var job struct{ JobID string }
		text := (<-sub.posts).message(t, jobTopic)
		if err := json.Unmarshal([]byte(text), &job); err != nil || !expected[job.JobID] {
			t.Fatalf("announced %s, %v", text, err)
		}
		delete(expected, job.JobID)
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}

	// Announced is announced: a third server tells only of its own job.
	s = startOver(t, store, topics)
	last := s.job(`{"Type":"archive-retrieval","ArchiveId":"` + archive + `","SNSTopic":"` + jobTopic + `","Tier":"Expedited"}`)
	c.Advance(time.Minute)
	if got := (<-sub.posts).message(t, jobTopic); !strings.Contains(got, last) {
		t.Errorf("announced again: %s", got)
	}
}
