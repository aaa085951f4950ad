package amazon

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// TestTheProxyRefuses: it is named, and so is what to look at.
func TestTheProxyRefuses(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	t.Cleanup(proxy.Close)
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	// The environment is read once in a process, so that no test can set it.
	client, err := NewHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.Proxy = http.ProxyURL(at) }), 1)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Get("https://glacier.nowhere.invalid")
	if err == nil {
		t.Fatal(answer.Body.Close())
	}
	if failure := connectionFailure(err); failure == nil || !strings.Contains(failure.Error(), at.Host+" made no connection: 502") {
		t.Errorf("got %v", failure)
	}
	if advice := adviceUnanswered(err); advice != adviceProxy {
		t.Errorf("the advice is %q", advice)
	}
}
