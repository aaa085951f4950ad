package notify

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// maxAnswer is the maximal size of an answer in bytes: ten messages in which every byte is
// escaped.
const maxAnswer = 32 << 20

// newHTTPClient returns the client for the requests. It keeps what the SDK put into base
// (proxies, certificates, dialing). It does not follow redirects of signed requests.
func newHTTPClient(base aws.HTTPClient) (*http.Client, error) {
	buildable, ok := base.(*awshttp.BuildableClient)
	if !ok {
		return nil, fmt.Errorf("the AWS SDK replaced its HTTP client by a %T", base)
	}
	return &http.Client{
		Transport:     limitedTransport{buildable.GetTransport()},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       answerTimeout,
	}, nil
}

// limitedTransport truncates answers that are too long. A truncated answer is not valid
// JSON, so the request fails.
type limitedTransport struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (t limitedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := t.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	return answer, nil
}

// keys marks the failures of credentials, so that they differ from failures of the service.
type keys struct{ aws.CredentialsProvider }

// Retrieve implements aws.CredentialsProvider.
func (k keys) Retrieve(ctx context.Context) (aws.Credentials, error) {
	found, err := k.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, &credentialsError{err}
	}
	return found, nil
}

// credentialsError says that there are no usable credentials.
type credentialsError struct{ error }

func (e *credentialsError) Unwrap() error { return e.error }
