package amazon

import (
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

const (
	// headerTimeout bounds the wait for an answer once the request is sent. No
	// clock runs on the request's body, which takes as long as the line is slow;
	// the caller watches its progress and cancels. The answer's body must make
	// progress (see IdleTransport).
	headerTimeout = 2 * time.Minute
	// maxHeader is what the header of an answer may have, in bytes.
	maxHeader = 64 << 10
)

// NewHTTPClient returns the client that signed requests go through. It keeps
// what the SDK put into base (proxies, certificates, dialing) and the number of
// connections that are used at once.
func NewHTTPClient(base aws.HTTPClient, connections int) (*http.Client, error) {
	buildable, ok := base.(*awshttp.BuildableClient)
	if !ok {
		return nil, fmt.Errorf("the AWS SDK replaced its HTTP client by a %T", base)
	}
	t := buildable.GetTransport()
	// One connection for each part in flight. In HTTP/2 they would share one,
	// and with it one window and one loss.
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	t.ForceAttemptHTTP2 = false
	t.TLSNextProto = nil
	if t.TLSClientConfig != nil {
		t.TLSClientConfig.NextProtos = nil // offers HTTP/2 in a transport that was cloned
	}
	t.DisableCompression = true
	t.ResponseHeaderTimeout = headerTimeout
	t.MaxResponseHeaderBytes = maxHeader
	t.MaxIdleConnsPerHost = max(t.MaxIdleConnsPerHost, connections)
	t.MaxIdleConns = max(t.MaxIdleConns, connections)
	t.DialContext = holdWriteErrors(t.DialContext)
	t.OnProxyConnectResponse = explainProxy
	watched := &IdleTransport{Transport: t, Idle: answerIdle}
	return &http.Client{Transport: watched, CheckRedirect: refuseRedirect}, nil
}

// refuseRedirect hands out the redirect itself as the answer. A signature is
// meant for one host; following would show it, and a session token, to another.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
