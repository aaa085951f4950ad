package amazon

import (
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

const (
	// headerTimeout limits the wait for an answer once the request is sent. There is no
	// limit for sending the body, which takes as long as the connection needs; the caller
	// watches its progress and cancels. The answer's body must make progress (see
	// IdleTransport).
	headerTimeout = 2 * time.Minute
	// firstAnswer is the limit for a connection, and for the wait after it, before the first
	// answer of all. Package transfer gives such a service up after the same time.
	firstAnswer = 30 * time.Second
	// maxHeader is the maximal size of an answer's header in bytes.
	maxHeader = 64 << 10
)

// NewHTTPClient returns the client for signed requests. It keeps what the SDK put into base
// (proxies, certificates, dialing), and as many idle connections as are used at once.
func NewHTTPClient(base aws.HTTPClient, connections int) (*http.Client, error) {
	buildable, ok := base.(*awshttp.BuildableClient)
	if !ok {
		return nil, fmt.Errorf("the AWS SDK replaced its HTTP client by a %T", base)
	}
	t := buildable.GetTransport()
	// Each part in flight has its own connection. In HTTP/2 all would share one, with a
	// single flow-control window, and each lost packet would delay all of them.
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	t.ForceAttemptHTTP2 = false
	t.TLSNextProto = nil
	if t.TLSClientConfig != nil {
		t.TLSClientConfig.NextProtos = nil // a cloned transport offers HTTP/2 here
	}
	t.DisableCompression = true
	t.ResponseHeaderTimeout = headerTimeout
	t.MaxResponseHeaderBytes = maxHeader
	t.MaxIdleConnsPerHost = max(t.MaxIdleConnsPerHost, connections)
	t.MaxIdleConns = max(t.MaxIdleConns, connections)
	t.DialContext = holdWriteErrors(t.DialContext)
	t.OnProxyConnectResponse = explainProxy
	watched := &IdleTransport{Transport: t, Idle: answerIdle, First: firstAnswer}
	return &http.Client{Transport: watched, CheckRedirect: refuseRedirect}, nil
}

// refuseRedirect returns the redirect itself as the answer. A signature is meant for one
// host; following the redirect would show it, and a session token, to another one.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
