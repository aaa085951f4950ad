package amazon

import (
	"net/http"
	"strings"

	"firn/vault"
)

// What the user can do, where a service's own words do not say it.
const (
	adviceExpired  = `the credentials have expired: renew them (for example with "aws sso login") and run the same command again`
	adviceClock    = "this machine's clock differs too much from the service's: set it"
	adviceRedirect = "a signed request is never redirected: use the endpoint that the answer leads to, if you trust it"
	adviceMute     = "the service does not say why: the credentials may have expired, or the region may be another one"
	adviceLogin    = "the proxy wants a name and a password: HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT"
	adviceLarge    = "something on the way takes no request of this size: choose smaller parts"
)

// AdviceChanged is what to do where requests or answers do not come as they are sent.
const AdviceChanged = "something on the way may cut or change what is sent: check the proxy and the network"

// judged is the judgement of a refusal: what all services mean alike, then what
// the kind knows, then what the status says where the code says nothing. An
// unknown refusal is ErrInvalid, so that nothing repeats what nobody understood.
func (e *ServiceError) judged(judge Judge) (advice string, class error) {
	switch {
	case e.expiredToken():
		return adviceExpired, vault.ErrDenied
	case e.wrongClock():
		return adviceClock, vault.ErrDenied
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
	case e.CodeIs("AccessDenied", "UnrecognizedClient", "MissingAuthentication", "InvalidSignature", "IncompleteSignature",
		"InvalidClientTokenId", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NotAuthorized", "OptInRequired"):
		return "", vault.ErrDenied
	}
	return e.classOfStatus()
}

// CodeIs reports whether the code begins with one of the names. Services spell most of
// them with and without "Exception" at the end.
func (e *ServiceError) CodeIs(names ...string) bool {
	for _, name := range names {
		if strings.HasPrefix(e.Code, name) {
			return true
		}
	}
	return false
}

// classOfStatus is for answers that carry no code, or none that is known: they
// come from something on the way, such as a proxy.
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
	case e.Status == 401, e.Status == 403:
		return "", vault.ErrDenied
	case e.isMute():
		return adviceMute, vault.ErrInvalid
	case e.Status < 400:
		return adviceRedirect, vault.ErrInvalid
	}
	return "", vault.ErrInvalid
}

// lostOnTheWay are the codes of refusals that are about the way there: not all of the
// request came, or a header that every request has did not. RequestTimeout is not
// among them, because it mends as soon as less is sent at once.
func lostOnTheWay() []string {
	return []string{"IncompleteBody", "MissingContentLength", "MissingRequestBody", "ClientDisconnected"}
}

// HasNoCode reports whether the refusal says nothing but its status, as by protocol each
// one to HEAD. The SDK makes code and message of the status then.
func (e *ServiceError) HasNoCode() bool {
	text := http.StatusText(e.Status)
	return e.Code == noCode || e.Message == text && e.Code == strings.ReplaceAll(text, " ", "")
}

// expiredToken reports whether fresh credentials may mend the request.
func (e *ServiceError) expiredToken() bool { return e.CodeIs("ExpiredToken") }

// isMute reports whether this is a 400 to HEAD, which has no body by protocol. The SDK
// makes a code of the status. S3 answers so when a token has expired.
func (e *ServiceError) isMute() bool {
	return e.Status == http.StatusBadRequest && e.Code == "BadRequest" && e.Message == http.StatusText(e.Status)
}

// wrongClock reports whether the request was signed at a time that the service
// does not accept.
func (e *ServiceError) wrongClock() bool {
	return e.CodeIs("RequestTimeTooSkewed", "RequestExpired") || e.CodeIs("InvalidSignature") &&
		(strings.HasPrefix(e.Message, "Signature expired") || strings.HasPrefix(e.Message, "Signature not yet current"))
}
