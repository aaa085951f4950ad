package amazon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"

	"firn/vault"
)

// Advice for failures before the service has ever answered.
const (
	adviceName        = "check the endpoint and the region for a wrong letter, and that this machine can look up names"
	adviceConnect     = "check the endpoint and its port, that the server runs, and the network"
	adviceTLS         = "check whether the endpoint begins with https:// or with http://, and its port"
	adviceProxy       = "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
	adviceStrange     = "something else may have answered: check the endpoint, the proxy and the network"
	adviceCertificate = "check the endpoint, this machine's clock and, if the certificate is signed by an authority of your own, AWS_CA_BUNDLE"
)

// connectionError says in words why there was no connection on which the service could have
// answered.
type connectionError struct {
	class error // vault.ErrLost, vault.ErrInvalid or vault.ErrDenied
	words string
	err   error
}

func (e *connectionError) Error() string   { return fmt.Sprintf("%v: %s", e.class, e.words) }
func (e *connectionError) Unwrap() []error { return []error{e.class, e.err} }

// connectionFailure returns a connectionError that explains why there was no connection;
// nil if there was one.
func connectionFailure(err error) error {
	words, _ := explainConnection(err)
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
	if proxy, ok := errors.AsType[*proxyError](err); ok {
		return proxy.Error(), adviceProxy
	}
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		if name.IsNotFound {
			return fmt.Sprintf("there is no host called %.300q", name.Name), adviceName
		}
		return fmt.Sprintf("the name %.300q cannot be looked up: %s", name.Name, name.Err), adviceName
	}
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Sprintf("the certificate of the server cannot be trusted: %v; %s", bad.Err, adviceCertificate), adviceCertificate
	}
	if dialing, ok := errors.AsType[*net.OpError](err); ok && (dialing.Op == "dial" || dialing.Op == "proxyconnect") {
		return explainDial(dialing)
	}
	if words := explainProtocol(err); words != "" {
		return words, adviceTLS
	}
	return "", ""
}

func explainDial(err *net.OpError) (words, advice string) {
	advice = adviceConnect
	if err.Op == "proxyconnect" {
		advice = adviceProxy
	}
	where := "the server"
	if err.Addr != nil {
		where = err.Addr.String()
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("%s refused the connection", where), advice
	case err.Timeout(), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Sprintf("%s did not take the connection in time", where), advice
	}
	return fmt.Sprintf("%s cannot be reached: %v", where, err.Err), advice
}

// explainProtocol recognises that only one of the two sides speaks TLS. Go has an error
// type for only some of these cases.
func explainProtocol(err error) string {
	if errors.Is(err, http.ErrSchemeMismatch) {
		return "the server speaks plain HTTP and no TLS"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "what the server speaks is no TLS"
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "malformed HTTP"):
		return "what the server speaks is no HTTP"
	case strings.Contains(text, "remote error: tls:"), strings.Contains(text, "tls: server selected unsupported protocol"):
		return "the server broke TLS off: " + lastOf(err).Error()
	}
	return ""
}

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
	text := fmt.Sprintf("the proxy %s made no connection: %.100s", e.proxy, e.status)
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
