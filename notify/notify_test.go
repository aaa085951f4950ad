package notify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"firn/notify"
	"firn/notify/queuetest"
	"firn/vault"
)

// isolate keeps the AWS configuration of the machine out of the test.
func isolate(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": "/nowhere/config",
		"AWS_SHARED_CREDENTIALS_FILE": "/nowhere/credentials", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CA_BUNDLE": "",
		"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_SQS": "",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "",
	} {
		t.Setenv(name, value)
	}
}

// listen serves a handler and opens the queue behind it.
func listen(t *testing.T, handler http.Handler) *notify.Queue {
	t.Helper()
	isolate(t)
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	q, err := notify.Open(t.Context(), s.URL+queuetest.Path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	return q
}

func ended(job string) string {
	return `{"Action":"ArchiveRetrieval","Completed":true,"JobId":"` + job + `","StatusCode":"Succeeded"}`
}

func wrapped(job string) string {
	return fmt.Sprintf(`{"Type":"Notification","Message":%q}`, ended(job))
}

func is(job string) func(vault.Ending) bool {
	return func(e vault.Ending) bool { return string(e.Job) == job }
}

func TestWaitHearsOfOneJob(t *testing.T) {
	queue := queuetest.New()
	q := listen(t, queue)
	for _, body := range []string{"noise", ended("others"), wrapped("mine"), `{"Type":"Notification"}`, ended("others-too")} {
		queue.Put(body)
	}
	if err := q.Wait(t.Context(), is("mine")); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(queue.Bodies()), fmt.Sprint([]string{"noise", ended("others"), `{"Type":"Notification"}`, ended("others-too")}); got != want {
		t.Errorf("left in the queue: %s\nwant %s", got, want)
	}
}

// A message that arrives during Wait ends Wait at once, also in the raw form.
func TestWaitIsRungWhileItWaits(t *testing.T) {
	queue := queuetest.New()
	asked := make(chan struct{}, 10)
	q := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		queue.ServeHTTP(w, r)
	}))
	heard := make(chan error, 1)
	go func() { heard <- q.Wait(t.Context(), is("mine")) }()
	<-asked
	queue.Put(ended("mine"))
	if err := <-heard; err != nil {
		t.Fatal(err)
	}
	if queue.Deleted() != 1 || len(queue.Bodies()) != 0 {
		t.Errorf("%d deleted, left %q", queue.Deleted(), queue.Bodies())
	}
}

func TestWaitTakesAllThatAreOurs(t *testing.T) {
	queue := queuetest.New()
	q := listen(t, queue)
	for i := range 5 {
		queue.Put(wrapped(fmt.Sprintf("job-%d", i)))
	}
	if err := q.Wait(t.Context(), func(vault.Ending) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if queue.Deleted() != 5 || queue.Received() != 1 {
		t.Errorf("%d messages deleted after %d requests, want 5 after 1", queue.Deleted(), queue.Received())
	}
}

// event returns the message of a bucket about restored objects or another event.
func event(name string, keys ...string) string {
	records := make([]string, len(keys))
	for i, key := range keys {
		records[i] = fmt.Sprintf(`{"eventSource":"aws:s3","eventName":%q,"s3":{"bucket":{"name":"films"},"object":{"key":%q}}}`, name, key)
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

const restored = "ObjectRestore:Completed"

// object returns the condition of a waiter for one object.
func object(key string) func(vault.Ending) bool {
	return func(e vault.Ending) bool { return e.Bucket == "films" && e.Key == key }
}

// Several programs wait for several objects at one queue. The bucket also sends other
// messages, and some messages twice.
func TestSeveralWaitForObjects(t *testing.T) {
	queue := queuetest.New()
	q := listen(t, queue)
	both := event(restored, "a.mov", "b.mov")
	others := []string{
		`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"films"}`, event("ObjectRestore:Post", "a.mov"),
		event("ObjectRestore:Delete", "a.mov"), event("ObjectCreated:Put", "a.mov"), ended("a-job"),
	}
	for _, body := range append(others, event(restored, "a.mov"), event(restored, "a.mov"), event(restored, "c.mov"), both) {
		queue.Put(body)
	}
	for _, key := range []string{"a.mov", "b.mov", "c.mov"} { // each waiter sees what the one before it left
		if err := q.Wait(t.Context(), object(key)); err != nil {
			t.Fatal(err)
		}
		queue.Show()
	}
	want := fmt.Sprint(append(others, both)) // the last one names two objects
	if left := fmt.Sprint(queue.Bodies()); left != want {
		t.Errorf("left in the queue: %s\nwant %s", left, want)
	}
	// A waiter for all objects of a message deletes it.
	if err := q.Wait(t.Context(), func(e vault.Ending) bool { return e.Key == "a.mov" || e.Key == "b.mov" }); err != nil {
		t.Fatal(err)
	}
	if want, left := fmt.Sprint(others), fmt.Sprint(queue.Bodies()); left != want {
		t.Errorf("left in the queue: %s\nwant %s", left, want)
	}
}

var errStop = errors.New("stop here")

func TestWaitEndsWithItsContext(t *testing.T) {
	queue := queuetest.New()
	asked := make(chan struct{}, 10)
	q := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		queue.ServeHTTP(w, r)
	}))
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Wait(ctx, is("mine")) }()
	<-asked
	cancel(errStop)
	if err := <-ended; !errors.Is(err, errStop) {
		t.Errorf("Wait returned %v, want the cause", err)
	}
	if err := q.Wait(ctx, is("mine")); !errors.Is(err, errStop) {
		t.Errorf("Wait returned %v, want the cause", err)
	}
}

func TestWaitSaysWhyNothingIsHeard(t *testing.T) {
	refuse := func(status int, code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amzn-Errortype", code)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"__type":"`+code+`","message":"no"}`)
		}
	}
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		class  error
	}{
		"no such queue":      {refuse(400, "com.amazonaws.sqs#QueueDoesNotExist"), vault.ErrNotFound},
		"the old code of it": {refuse(400, "AWS.SimpleQueueService.NonExistentQueue"), vault.ErrNotFound},
		"no permission":      {refuse(403, "AccessDeniedException"), vault.ErrDenied},
		"expired":            {refuse(403, "ExpiredToken"), vault.ErrDenied},
		"wrong key":          {refuse(403, "InvalidClientTokenId"), vault.ErrDenied},
		"throttled":          {refuse(400, "ThrottlingException"), vault.ErrThrottled},
		"too many in flight": {refuse(403, "OverLimit"), vault.ErrThrottled},
		"out of order":       {refuse(500, "InternalFailure"), vault.ErrUnavailable},
		"a proxy":            {refuse(503, ""), vault.ErrUnavailable},
		"too many requests":  {refuse(429, ""), vault.ErrThrottled},
		"a proxy that asks":  {refuse(401, ""), vault.ErrUnavailable},
		"a proxy's page": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(403)
			_, _ = io.WriteString(w, "<html>")
		}, vault.ErrUnavailable},
		"a refusal that is cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(403)
			_, _ = io.WriteString(w, `{"__type":"AccessDeni`)
		}, vault.ErrUnavailable},
		"nonsense": {refuse(400, "Nonsense"), vault.ErrInvalid},
		"elsewhere": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(307)
		}, vault.ErrInvalid},
		"no JSON": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html>")
		}, vault.ErrUnavailable},
		"broken off": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, vault.ErrUnavailable},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			_, err := io.WriteString(w, `{"Messages":[{"Body":"`)
			for err == nil {
				_, err = io.WriteString(w, strings.Repeat("x", 1<<16))
			}
		}, vault.ErrUnavailable},
		"a body that was changed": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"Messages":[{"Body":"x","MD5OfBody":"00000000000000000000000000000000","MessageId":"1","ReceiptHandle":"1"}]}`)
		}, vault.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			q := listen(t, test.answer)
			err := q.Wait(t.Context(), is("mine"))
			if !errors.Is(err, test.class) || !strings.Contains(err.Error(), queuetest.Path) {
				t.Errorf("Wait returned %v, want %v", err, test.class)
			}
		})
	}
}

func TestWaitWithoutCredentials(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	s := httptest.NewServer(queuetest.New())
	defer s.Close()
	without, err := notify.Open(t.Context(), s.URL+queuetest.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer without.Close()
	if err := without.Wait(t.Context(), is("mine")); !errors.Is(err, vault.ErrDenied) {
		t.Errorf("Wait returned %v, want %v", err, vault.ErrDenied)
	}
}

func TestOpenRefuses(t *testing.T) {
	isolate(t)
	for _, raw := range []string{
		"", "ready", "https://", "https://sqs.us-east-1.amazonaws.com", "https://sqs.us-east-1.amazonaws.com/",
		"ftp://sqs.us-east-1.amazonaws.com/1/ready", "http://sqs.us-east-1.amazonaws.com/123456789012/ready",
		"https://user:secret@sqs.us-east-1.amazonaws.com/1/ready", "https://sqs.us-east-1.amazonaws.com/1/ready?secret",
		"https://secret%zz/", "arn:aws:sqs:us-east-1:123456789012:ready",
	} {
		_, err := notify.Open(t.Context(), raw)
		if !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("Open(%q) = %v, want %v", raw, err, vault.ErrInvalid)
		}
		if err != nil && strings.Contains(raw, "@") && strings.Contains(err.Error(), "secret") {
			t.Errorf("the secret is told: %v", err)
		}
	}
	t.Setenv("AWS_REGION", "")
	if _, err := notify.Open(t.Context(), "https://queue.example/ready"); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("without a region: %v", err)
	}
	q, err := notify.Open(t.Context(), "https://sqs.us-east-1.amazonaws.com/123456789012/ready")
	if err != nil {
		t.Fatalf("the region of the URL is not taken: %v", err)
	}
	_ = q.Close()
}
