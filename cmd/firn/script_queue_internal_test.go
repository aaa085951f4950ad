package main

import (
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"firn/notify/queuetest"
)

// queue serves a queue at $QUEUE_URL until the script ends. It delivers the messages that the
// server posts to $TOPIC_URL with `--topic $TOPIC=$TOPIC_URL`.
func queue(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: queue")
	}
	s := httptest.NewServer(queuetest.New())
	ts.Defer(s.Close)
	ts.Setenv("TOPIC", "arn:aws:sns:us-east-1:000000000000:ready")
	ts.Setenv("TOPIC_URL", s.URL)
	ts.Setenv("QUEUE_URL", s.URL+queuetest.Path)
}

// message puts a message into the queue.
func message(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: message FILE")
	}
	r, err := http.NewRequest(http.MethodPost, ts.Getenv("TOPIC_URL"), strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	r.Header.Set("X-Amz-Sns-Message-Type", "Notification")
	answer, err := http.DefaultClient.Do(r)
	ts.Check(err)
	ts.Check(answer.Body.Close())
	if answer.StatusCode != http.StatusOK {
		ts.Fatalf("the queue answers %s", answer.Status)
	}
}
