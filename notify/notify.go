// Package notify hears from a queue which jobs of a vault have ended, and which
// objects of a bucket were restored.
//
// A vault can tell an SNS topic when its jobs end, and a queue of Amazon SQS can
// be subscribed to the topic. A bucket can send its events to a queue, or to
// EventBridge, which sends them there. Waiting on the queue costs a request every twenty
// seconds at most, and the end of a job is heard within seconds, after hours.
//
// A message is believed only in that it is worth asking the vault now. It may
// come twice, or late, or be written by anybody who may write to the queue.
package notify

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go/logging"

	"firn/vault"
)

const (
	longPoll   = 20 // seconds that a request waits for a message; the most that there is
	batch      = 10 // messages in one answer; the most that there is
	visibility = 10 // seconds for which nobody else sees a message that we have looked at

	answerTimeout = time.Minute // for a request, the waiting included
	pace          = time.Second // between requests at least, whatever the answers
)

// Queue is a queue of SQS. It may be used from several goroutines at once, each
// with jobs of its own.
type Queue struct {
	client *sqs.Client
	http   *http.Client
	url    string
}

// Open prepares to listen to the queue at a URL such as
// https://sqs.us-east-1.amazonaws.com/123456789012/ready. Credentials come from
// where the AWS tools find them, the region from the URL or, if it names none,
// from their configuration. Nothing is sent yet, so wrong credentials show when
// somebody waits. A URL that is none, plain HTTP to another machine, or a missing
// region is ErrInvalid.
func Open(ctx context.Context, queueURL string) (*Queue, error) {
	where, err := parseQueueURL(queueURL)
	if err != nil {
		return nil, err
	}
	options := []func(*config.LoadOptions) error{
		// The SDK can add the certificates of AWS_CA_BUNDLE to no other client.
		config.WithHTTPClient(awshttp.NewBuildableClient()),
		// By default the SDK writes warnings to standard error.
		config.WithLogger(logging.Nop{}),
	}
	if where.region != "" {
		options = append(options, config.WithRegion(where.region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("the AWS configuration: %w: %w", vault.ErrInvalid, err)
	}
	if cfg.Region == "" {
		return nil, fmt.Errorf("no AWS region is set and the queue's URL names none: %w: export AWS_REGION=REGION, "+
			"for example us-east-1", vault.ErrInvalid)
	}
	client, err := newHTTPClient(cfg.HTTPClient)
	if err != nil {
		return nil, err
	}
	q := &Queue{http: client, url: queueURL}
	q.client = sqs.NewFromConfig(cfg, func(o *sqs.Options) {
		o.HTTPClient = client
		o.BaseEndpoint = &where.endpoint
		o.Credentials = keys{cfg.Credentials}
		// Whoever waits goes on by other means, and comes back.
		o.Retryer = aws.NopRetryer{}
	})
	return q, nil
}

// Close drops the idle connections. The queue is not used after. The error is
// always nil.
func (q *Queue) Close() error {
	q.http.CloseIdleConnections()
	return nil
}

// Wait returns nil as soon as a message says that something has ended which is mine,
// after taking the message off the queue. A message that tells of anything else, too,
// stays, and so do all others: somebody else waits for them. When ctx ends its cause is returned. Any other error wraps the
// class of what failed: ErrUnavailable and ErrThrottled may pass, ErrDenied,
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
	out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl:            &q.url,
		MaxNumberOfMessages: batch,
		WaitTimeSeconds:     longPoll,
		VisibilityTimeout:   visibility,
	})
	if err != nil {
		return nil, failure(ctx, q.url, err)
	}
	return out.Messages, nil
}

// remove takes a message off the queue. That this failed is no reason to keep
// quiet about what was heard: the message comes again, and is of no use then.
func (q *Queue) remove(ctx context.Context, m types.Message) {
	_, _ = q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle})
}
