package announce

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"firn/server/internal/wire"
)

const (
	postTimeout = 10 * time.Second // for one message
	postAnswer  = 64 << 10         // bytes of an answer that are read, to use the connection again

	// After a failure a URL is left alone for a second, after the next for two,
	// up to a minute.
	firstPause = time.Second
	maxPause   = time.Minute
)

// recipient is a topic that gets a message about a job: that of the vault, or the job's
// own.
type recipient struct {
	topic string
	of    string // "vault" or "job"
}

// poster posts messages to the URLs of topics. It is used by one goroutine.
type poster struct {
	urls   map[string]string // by topic
	date   func() time.Time  // what messages are dated with
	now    func() time.Time  // what pauses are measured with
	client *http.Client
	pauses map[string]pause // by topic; without those whose last message arrived
}

// pause is how long a URL that failed is left alone.
type pause struct {
	length time.Duration
	until  time.Time
	cause  error
}

func newPoster(urls map[string]string, date func() time.Time) *poster {
	return &poster{
		urls: urls,
		date: date,
		now:  time.Now,
		client: &http.Client{
			Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConns: 8, IdleConnTimeout: time.Minute},
			Timeout:   postTimeout,
			// A message goes where the operator said, and nowhere else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		pauses: map[string]pause{},
	}
}

func (p *poster) close() { p.client.CloseIdleConnections() }

// post sends one message. While its URL is left alone, post returns the error of the last
// message instead. A message under way is not broken off when ctx ends: nobody would know
// whether it had arrived.
func (p *poster) post(ctx context.Context, n *announcement, to recipient) error {
	last, failed := p.pauses[to.topic]
	if failed && p.now().Before(last.until) {
		return last.cause
	}
	err := p.send(context.WithoutCancel(ctx), n, to)
	if err == nil {
		delete(p.pauses, to.topic)
		return nil
	}
	err = fmt.Errorf("posting to the URL of topic %q: %w", to.topic, err)
	length := min(max(2*last.length, firstPause), maxPause)
	p.pauses[to.topic] = pause{length: length, until: p.now().Add(length), cause: err}
	return err
}

// notification is a message as SNS posts it (Amazon SNS developer guide, "HTTP/S
// notification JSON format"). It cannot be signed as SNS does: nobody has that
// key.
type notification struct {
	Type             string
	MessageID        string `json:"MessageId"`
	TopicARN         string `json:"TopicArn"`
	Subject          *string
	Message          string
	Timestamp        *string
	SignatureVersion string
	Signature        string
	SigningCertURL   string
	UnsubscribeURL   string
}

func (p *poster) send(ctx context.Context, n *announcement, to recipient) error {
	message := notification{
		Type: "Notification", MessageID: messageID(n, to), TopicARN: to.topic,
		Message: n.message, Timestamp: wire.Date(p.date()), SignatureVersion: "1",
	}
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.urls[to.topic], bytes.NewReader(text))
	if err != nil {
		return withoutURL(err)
	}
	r.Header.Set("Content-Type", "text/plain; charset=UTF-8")
	r.Header.Set("x-amz-sns-message-type", message.Type)
	r.Header.Set("x-amz-sns-message-id", message.MessageID)
	r.Header.Set("x-amz-sns-topic-arn", to.topic)
	answer, err := p.client.Do(r)
	if err != nil {
		return withoutURL(err)
	}
	_, _ = io.CopyN(io.Discard, answer.Body, postAnswer) // only for the connection's sake
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("the answer was %d", answer.StatusCode)
	}
	return nil
}

// withoutURL leaves the URL out of an error of net/http: it may hold a secret.
func withoutURL(err error) error {
	if inner, ok := errors.AsType[*url.Error](err); ok {
		return inner.Err
	}
	return err
}

// messageID is a UUID that is the same whenever the same message is sent, so that
// somebody who gets it twice can recognise it.
func messageID(n *announcement, to recipient) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{n.vault, string(n.id), to.of, to.topic}, "\n")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // RFC 9562, version 8
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
