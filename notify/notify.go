// Package notify waits at a queue for messages that jobs of a vault have ended, or that
// objects of a bucket were restored.
//
// A vault can send messages about its jobs to an SNS topic, and a queue of Amazon SQS can
// subscribe to the topic. A bucket can send its events to a queue, or to EventBridge, which
// forwards them to a queue. Waiting at the queue costs at most one request every twenty
// seconds, and the end of a job is noticed within seconds.
//
// A message is only a reason to ask the vault now. It may arrive twice or late, and anybody
// who may write to the queue can send one.
package notify

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"firn/internal/amazon"
	"firn/vault"
)

const (
	longPoll   = 20 // seconds that a request waits for a message; the maximum
	batch      = 10 // messages in one answer; the maximum
	visibility = 10 // seconds for which nobody else receives a message that was received here

	answerTimeout = time.Minute // for a request, including the waiting
	pace          = time.Second // shortest time between requests, whatever the answers
)

// Queue is a queue of SQS. Several goroutines may use it at once, each for its own jobs.
type Queue struct {
	client  *sqs.Client
	http    *http.Client
	service *amazon.Service
	url     string
}

// Open prepares to use the queue at a URL such as
// https://sqs.us-east-1.amazonaws.com/123456789012/ready. The credentials come from the
// configuration of the AWS tools. The URL gives the region; if it names none, that
// configuration does. Open sends no request, so wrong credentials are reported by Wait. An
// invalid URL, plain HTTP to another machine, or a missing region is ErrInvalid.
func Open(ctx context.Context, queueURL string) (*Queue, error) {
	where, err := parseQueueURL(queueURL)
	if err != nil {
		return nil, err
	}
	cfg, keys, err := amazon.LoadConfig(ctx, where.region, "", "")
	if err != nil {
		return nil, err
	}
	client, err := newHTTPClient(cfg.HTTPClient)
	if err != nil {
		return nil, err
	}
	q := &Queue{http: client, service: amazon.NewService(keys), url: queueURL}
	q.client = sqs.NewFromConfig(cfg, func(o *sqs.Options) {
		o.HTTPClient = client
		o.BaseEndpoint = &where.endpoint
		o.Credentials = keys
		// The caller has other means to wait, and tries the queue again later.
		o.Retryer = aws.NopRetryer{}
	})
	return q, nil
}

// Close closes the idle connections. The queue must not be used after it. The error is
// always nil.
func (q *Queue) Close() error {
	q.http.CloseIdleConnections()
	return nil
}

// Wait returns nil as soon as a message contains an ending for which mine returns true. It
// then removes the message from the queue, unless the message also contains something else.
// All other messages stay for other readers. When ctx is cancelled, Wait returns its cause.
// Any other error wraps its class: ErrUnavailable and ErrThrottled may pass, ErrDenied,
// ErrNotFound and ErrInvalid do not.
func (q *Queue) Wait(ctx context.Context, mine func(vault.Ending) bool) error {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-pause.C:
		}
		pause.Reset(pace)
		messages, err := q.receive(ctx)
		if err != nil {
			return err
		}
		heard := false
		for _, m := range messages {
			endings, all := parseMessage(aws.ToString(m.Body))
			if !slices.ContainsFunc(endings, mine) {
				continue
			}
			heard = true
			if all && !slices.ContainsFunc(endings, func(e vault.Ending) bool { return !mine(e) }) {
				q.remove(ctx, m)
			}
		}
		if heard {
			return nil
		}
	}
}

func (q *Queue) receive(ctx context.Context) ([]types.Message, error) {
	var out *sqs.ReceiveMessageOutput
	err := q.service.Call(ctx, fmt.Sprintf("listen to queue %.300q", q.url), judge, func() (err error) {
		out, err = q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl:            &q.url,
			MaxNumberOfMessages: batch,
			WaitTimeSeconds:     longPoll,
			VisibilityTimeout:   visibility,
		})
		if err != nil && strings.Contains(err.Error(), "message checksum validation failed") {
			return vault.Errorf(vault.ErrUnavailable, "a message arrived changed")
		}
		return err
	})
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, err
	}
	return out.Messages, nil
}

// remove removes a message from the queue. It ignores a failure: the message arrives again
// and has no effect then.
func (q *Queue) remove(ctx context.Context, m types.Message) {
	_, _ = q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle})
}
