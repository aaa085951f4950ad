package notify

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"

	"firn/internal/amazon"
)

// maxAnswer is the maximal size of an answer in bytes: ten messages in which every byte is
// escaped.
const maxAnswer = 32 << 20

// newHTTPClient returns the client for the requests; see [amazon.NewHTTPClient].
func newHTTPClient(base aws.HTTPClient) (*http.Client, error) {
	client, err := amazon.NewHTTPClient(base, 1)
	if err != nil {
		return nil, err
	}
	client.Transport, client.Timeout = limitedTransport{client.Transport}, answerTimeout
	return client, nil
}

// limitedTransport truncates answers that are too long. A truncated answer is not valid
// JSON, so the request fails.
type limitedTransport struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t limitedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := t.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	return answer, nil
}

// CloseIdleConnections makes the method of the same name of http.Client work.
func (t limitedTransport) CloseIdleConnections() {
	(&http.Client{Transport: t.RoundTripper}).CloseIdleConnections()
}
