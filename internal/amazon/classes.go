package amazon

import (
	"net/http"
	"strings"

	"firn/vault"
)

// Advice to the user for errors whose own words do not say what to do.
const (
	adviceExpired  = `the credentials have expired: renew them (for example with "aws sso login") and run the same command again`
	adviceClock    = "this machine's clock differs too much from the service's: set the clock"
	adviceScope    = "the service is in another region: add region=REGION to the vault's URL"
	adviceRedirect = "firn does not follow redirects of signed requests: use the endpoint that the answer leads to, if you trust it"
	adviceMute     = "the service gives no reason: the credentials may have expired, or the region may be another one"
	adviceLogin    = "the proxy requires a name and a password: HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT"
	adviceLarge    = "a server on the way refuses requests of this size: choose smaller parts"
)

// AdviceChanged is the advice for requests or answers that do not arrive as they were sent.
const AdviceChanged = "something on the way may cut or change what is sent: check the proxy and the network"

// judged interprets a refusal. It considers what is common to all services, then the
// judgement of the kind, then the status if the code says nothing. An unknown refusal is
// ErrInvalid, so that nobody repeats a request without knowing why it failed.
func (e *ServiceError) judged(judge Judge) (advice string, class error) {
	switch {
	case e.expiredToken():
		return adviceExpired, vault.ErrCredentials
	case e.wrongClock():
		return adviceClock, vault.ErrCredentials
	case e.CodeIs("InvalidSignature") && strings.HasPrefix(e.Message, "Credential should be scoped to a valid region"):
		return adviceScope, vault.ErrCredentials
	case e.wrongKeys():
		return adviceWrong, vault.ErrCredentials
	case e.CodeIs(lostOnTheWay()...):
		return AdviceChanged, vault.ErrGarbled
	case e.CodeIs("RequestTimeout", "Throttl", "TooManyRequests", "RequestThrottled", "RequestLimitExceeded", "SlowDown"):
		return "", vault.ErrThrottled
	}
	if advice, class := judge(e); class != nil {
		return advice, class
	}
	switch {
	case e.CodeIs("ServiceUnavailable", "Internal"):
		return "", vault.ErrUnavailable
	case e.CodeIs("AccessDenied", "NotAuthorized", "OptInRequired"):
		return "", vault.ErrDenied
	}
	return e.classOfStatus()
}

// CodeIs reports whether the code begins with one of the names. Services write most of them
// with and without "Exception" at the end.
func (e *ServiceError) CodeIs(names ...string) bool {
	for _, name := range names {
		if strings.HasPrefix(e.Code, name) {
			return true
		}
	}
	return false
}

// classOfStatus handles answers without a known code: a proxy or another intermediary sent
// them.
func (e *ServiceError) classOfStatus() (advice string, class error) {
	switch {
	case e.Status >= 500:
		return "", vault.ErrUnavailable
	case e.Status == 408, e.Status == 429:
		return "", vault.ErrThrottled
	case e.Status == 407:
		return adviceLogin, vault.ErrDenied
	case e.Status == 413:
		return adviceLarge, vault.ErrInvalid
	case e.CodeIs("InvalidSignature"), e.Status == 401, e.Status == 403:
		return "", vault.ErrDenied
	case e.isMute():
		return adviceMute, vault.ErrInvalid
	case e.Status < 400:
		return adviceRedirect, vault.ErrInvalid
	}
	return "", vault.ErrInvalid
}

// lostOnTheWay returns the codes of refusals that are due to the transport: a part of the
// request, or a header that every request has, did not arrive. RequestTimeout is not among
// them, because sending less at once cures it.
func lostOnTheWay() []string {
	return []string{"IncompleteBody", "MissingContentLength", "MissingRequestBody", "ClientDisconnected"}
}

// HasNoCode reports whether the refusal consists only of its status, as every refusal of
// HEAD does by protocol. The SDK then derives code and message from the status.
func (e *ServiceError) HasNoCode() bool {
	text := http.StatusText(e.Status)
	return e.Code == noCode || e.Message == text && e.Code == strings.ReplaceAll(text, " ", "")
}

// expiredToken reports whether fresh credentials may make the request succeed.
func (e *ServiceError) expiredToken() bool { return e.CodeIs("ExpiredToken") }

// wrongKeys reports whether the service does not know the access key or the session token, or
// the secret key is another one. A signature is also invalid if the body of the request
// arrived changed, which each kind recognises by the message.
func (e *ServiceError) wrongKeys() bool {
	return e.CodeIs("UnrecognizedClient", "MissingAuthentication", "IncompleteSignature", "InvalidClientTokenId",
		"InvalidAccessKeyId", "InvalidToken", "InvalidSecurity", "SignatureDoesNotMatch") ||
		e.CodeIs("InvalidSignature") && !strings.Contains(e.Message, "x-amz-content-sha256")
}

// isMute reports whether this is status 400 to HEAD, which has no body by protocol. The SDK
// derives a code from the status. S3 answers so when a token has expired.
func (e *ServiceError) isMute() bool {
	return e.Status == http.StatusBadRequest && e.Code == "BadRequest" && e.Message == http.StatusText(e.Status)
}

// wrongClock reports whether the service does not accept the time at which the request was
// signed.
func (e *ServiceError) wrongClock() bool {
	return e.CodeIs("RequestTimeTooSkewed", "RequestExpired") || e.CodeIs("InvalidSignature") &&
		(strings.HasPrefix(e.Message, "Signature expired") || strings.HasPrefix(e.Message, "Signature not yet current"))
}
