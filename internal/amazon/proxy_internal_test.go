package amazon

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"firn/vault"
)

// TestTheProxyRefuses: the error names the proxy and gives advice. A proxy that requires a
// password requires it for every request.
func TestTheProxyRefuses(t *testing.T) {
	for status, c := range map[int]struct {
		class       error
		why, advice string
	}{
		http.StatusBadGateway:        {vault.ErrLost, " answers 502", adviceProxy},
		http.StatusProxyAuthRequired: {vault.ErrDenied, adviceLogin, ""},
	} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(proxy.Close)
		at, err := url.Parse(proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		// The process reads the environment only once, so no test can set it.
		client, err := NewHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.Proxy = http.ProxyURL(at) }), 1)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Get("https://glacier.nowhere.invalid")
		if err == nil {
			t.Fatal(answer.Body.Close())
		}
		failure := connectionFailure(err)
		if !errors.Is(failure, c.class) || !strings.Contains(failure.Error(), at.Host) || !strings.Contains(failure.Error(), c.why) {
			t.Errorf("got %v", failure)
		}
		if advice := adviceUnanswered(err); advice != c.advice {
			t.Errorf("the advice is %q", advice)
		}
	}
}
