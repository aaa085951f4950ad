package amazon

import (
	"strings"

	"firn/vault"
)

// What the user can do, where a service's own words do not say it.
const (
	adviceExpired  = `the credentials have expired: renew them (for example with "aws sso login") and run the same command again`
	adviceClock    = "this machine's clock differs too much from the service's: set it"
	adviceRedirect = "a signed request is never redirected: use the endpoint that the answer leads to, if you trust it"
)

// judged is the judgement of a refusal: what all services mean alike, then what
// the kind knows, then what the status says where the code says nothing. An
// unknown refusal is ErrInvalid, so that nothing repeats what nobody understood.
func (e *ServiceError) judged(judge Judge) (advice string, class error) {
	switch {
	case e.expiredToken():
		return adviceExpired, vault.ErrDenied
	case e.wrongClock():
		return adviceClock, vault.ErrDenied
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
	case e.Status == 401, e.Status == 403:
		return "", vault.ErrDenied
	case e.Status < 400:
		return adviceRedirect, vault.ErrInvalid
	}
	return "", vault.ErrInvalid
}

// expiredToken reports whether fresh credentials may mend the request.
func (e *ServiceError) expiredToken() bool { return e.CodeIs("ExpiredToken") }

// wrongClock reports whether the request was signed at a time that the service
// does not accept.
func (e *ServiceError) wrongClock() bool {
	return e.CodeIs("RequestTimeTooSkewed", "RequestExpired") || e.CodeIs("InvalidSignature") &&
		(strings.HasPrefix(e.Message, "Signature expired") || strings.HasPrefix(e.Message, "Signature not yet current"))
}
