package amazon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"firn/vault"
)

// Advice for failures before the service has ever answered.
const (
	adviceName        = "check the spelling of the endpoint and the region, and that this machine can look up names"
	adviceConnect     = "check the endpoint and its port, that the server runs, and the network"
	adviceSilent      = "check the endpoint and its port, that the server runs, the proxy and the network"
	adviceTLS         = "check the endpoint's port, and whether it begins with https:// or with http://"
	adviceProxy       = "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
	adviceStrange     = "another server may have answered: check the endpoint, the proxy and the network"
	adviceCertificate = "check the endpoint, this machine's clock and, if the certificate is signed by an authority of your own, AWS_CA_BUNDLE"
)

// connectionError says in words why there was no connection on which the service could have
// answered.
type connectionError struct {
	class error // vault.ErrLost, vault.ErrInvalid or vault.ErrDenied
	words string
	err   error
}

func (e *connectionError) Error() string   { return e.words }
func (e *connectionError) Unwrap() []error { return []error{e.class, e.err} }

// connectionFailure returns a connectionError that explains why there was no connection;
// nil if there was one.
func connectionFailure(err error) error {
	words, _ := explainConnection(err)
	if _, unsent := errors.AsType[*smithyhttp.RequestSendError](err); unsent && words == "" {
		words = fmt.Sprintf("the request to %s failed: %v", serverOf(err), lastOf(err))
	}
	if words == "" {
		return nil
	}
	class := vault.ErrLost
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		class = vault.ErrInvalid // a repeated request does not change the certificate
	}
	if proxy, ok := errors.AsType[*proxyError](err); ok && proxy.wantsLogin {
		class = vault.ErrDenied // a repeated request does not give the proxy a password
	}
	return &connectionError{class, words, err}
}

// adviceUnanswered returns advice for a failure of a service that has never answered. It is
// empty if a service that exists may well fail in this way.
func adviceUnanswered(err error) string {
	if _, ok := errors.AsType[*credentialsError](err); ok {
		return "" // the service for credentials failed
	}
	if proxy, ok := errors.AsType[*proxyError](err); ok && proxy.wantsLogin {
		return "" // the proxy has answered
	}
	if answer, ok := errors.AsType[*AnswerError](err); ok && answer.strange {
		return adviceStrange
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "" // every such failure has this advice already
	}
	_, advice := explainConnection(err)
	return advice
}

// explainConnection says why there was no connection, and gives advice.
func explainConnection(err error) (words, advice string) {
	server := serverOf(err)
	if proxy, ok := errors.AsType[*proxyError](err); ok {
		return fmt.Sprintf("cannot reach %s: %v", server, proxy), adviceProxy
	}
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		if name.IsNotFound {
			return fmt.Sprintf("cannot reach %.300q: there is no host of this name", name.Name), adviceName
		}
		return fmt.Sprintf("cannot reach %.300q: the name cannot be looked up: %s", name.Name, name.Err), adviceName
	}
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Sprintf("the certificate of %s is not trusted: %v; %s", server, bad.Err, adviceCertificate), adviceCertificate
	}
	if silent, ok := errors.AsType[*silentError](err); ok {
		if silent.connected {
			return fmt.Sprintf("%s accepted the connection, but sent no answer in %s", server, seconds(silent.after)), adviceSilent
		}
		return fmt.Sprintf("cannot reach %s: no connection in %s", server, seconds(silent.after)), adviceSilent
	}
	if dialing, ok := errors.AsType[*net.OpError](err); ok && (dialing.Op == "dial" || dialing.Op == "proxyconnect") {
		return explainDial(dialing, server)
	}
	if words := explainProtocol(err, server); words != "" {
		return words, adviceTLS
	}
	return explainBroken(err, server)
}

// serverOf returns host and port of the request that failed with err.
func serverOf(err error) string {
	if request, ok := errors.AsType[*url.Error](err); ok {
		if u, err := url.Parse(request.URL); err == nil && u.Host != "" {
			return u.Host
		}
	}
	return "the server"
}

func explainDial(err *net.OpError, server string) (words, advice string) {
	advice = adviceConnect
	if err.Addr != nil {
		server = err.Addr.String()
	}
	if err.Op == "proxyconnect" {
		advice = adviceProxy
		server = "the proxy"
		if dialing, ok := errors.AsType[*net.OpError](err.Err); ok && dialing.Addr != nil {
			server += " " + dialing.Addr.String()
		}
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("cannot reach %s: connection refused", server), advice
	case err.Timeout(), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Sprintf("cannot reach %s: the connection timed out", server), advice
	}
	return fmt.Sprintf("cannot reach %s: %v", server, lastOf(err)), advice
}

// explainProtocol recognises that only one of the two sides speaks TLS. Go has an error
// type for only some of these cases.
func explainProtocol(err error, server string) string {
	if errors.Is(err, http.ErrSchemeMismatch) {
		return server + " answers in plain HTTP, not in TLS"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return server + " does not answer in TLS"
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "malformed HTTP"):
		return server + " does not answer in HTTP"
	case strings.Contains(text, "remote error: tls:"), strings.Contains(text, "tls: server selected unsupported protocol"):
		return fmt.Sprintf("%s refused TLS: %v", server, lastOf(err))
	case strings.Contains(text, "net/http: TLS handshake timeout"):
		return server + " accepted the connection, but did not begin TLS in time"
	}
	return ""
}

// explainBroken describes a connection that was made and ended before the answer.
func explainBroken(err error, server string) (words, advice string) {
	text := err.Error()
	switch {
	case strings.Contains(text, "net/http: timeout awaiting response headers"):
		return fmt.Sprintf("%s sent no answer in %s", server, seconds(headerTimeout)), adviceSilent
	case strings.Contains(text, "invalid proxy address"): // the text may have the proxy's password
		return "the URL of the proxy is invalid", adviceProxy
	case lastOf(err) == io.EOF, errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), //nolint:errorlint // a truncated source also is an io.EOF further out
		strings.Contains(text, "http: server closed idle connection"):
		return server + " closed the connection without an answer", adviceTLS
	}
	return "", ""
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.0f s", d.Seconds()) }

// lastOf returns the innermost error.
func lastOf(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// proxyError is a proxy's refusal to make a connection.
type proxyError struct {
	proxy, status string
	wantsLogin    bool
}

func (e *proxyError) Error() string {
	text := fmt.Sprintf("the proxy %s answers %.100s", e.proxy, e.status)
	if e.wantsLogin {
		text += "; " + adviceLogin
	}
	return text
}

// explainProxy names the refusing proxy in the error, since http.Transport reports only the
// status text.
func explainProxy(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{proxy.Host, answer.Status, answer.StatusCode == http.StatusProxyAuthRequired}
}
