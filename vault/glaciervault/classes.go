package glaciervault

import (
	"strings"

	"firn/vault"
)

// What the user can do, where the service's own words do not say it.
const (
	adviceCredentials = `export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run "aws configure", ` +
		`or name a profile in the vault's URL (?profile=NAME)`
	adviceExpired     = `the credentials have expired: renew them (for example with "aws sso login") and run the same command again`
	adviceClock       = "this machine's clock differs too much from the service's: set it"
	adviceClosed      = "Amazon's vault service takes no new customers since 15 December 2025 and this account holds no vaults; accounts that hold some can go on"
	adviceRedirect    = "a signed request is never redirected: use the endpoint that the answer leads to, if you trust it"
	advicePolicy      = "the account's data retrieval policy allows no more Standard retrievals for now: wait, ask for the Bulk tier, to which it does not apply, or raise its limit"
	adviceCapacity    = "there is no capacity for Expedited retrievals now: wait, ask for the Standard tier, or buy provisioned capacity"
	adviceNoInventory = "a vault has no inventory at first: the service makes one about a day after the first upload"
	adviceNotEmpty    = "a vault can be deleted once an inventory, which is made about daily, has seen it empty"
)

// class returns advice, where there is some, and the sentinel for the answer.
// The code decides; the status speaks only where the code says nothing. An
// unknown refusal is ErrInvalid, so that nothing repeats what nobody understood.
func (e *ServiceError) class() (advice string, class error) {
	switch {
	case e.codeIs("RequestTimeout", "Throttl", "TooManyRequests", "RequestThrottled", "RequestLimitExceeded", "SlowDown"):
		return "", vault.ErrThrottled
	case e.codeIs("PolicyEnforced"):
		return advicePolicy, vault.ErrLimited
	case e.codeIs("InsufficientCapacity"):
		return adviceCapacity, vault.ErrLimited
	case e.codeIs("ServiceUnavailable", "Internal"):
		return "", vault.ErrUnavailable
	case e.codeIs("ResourceNotFound"):
		return "", vault.ErrNotFound
	case e.expiredToken():
		return adviceExpired, vault.ErrDenied
	case e.wrongClock():
		return adviceClock, vault.ErrDenied
	case e.codeIs("InvalidSignature") && strings.Contains(e.Message, "x-amz-content-sha256"):
		return "", vault.ErrChecksum
	case e.codeIs("NoLongerSupported"):
		return adviceClosed, vault.ErrDenied
	case e.codeIs("AccessDenied", "UnrecognizedClient", "MissingAuthentication", "InvalidSignature",
		"IncompleteSignature", "InvalidClientTokenId", "SignatureDoesNotMatch", "NotAuthorized", "OptInRequired"):
		return "", vault.ErrDenied
	case e.codeIs("InvalidParameterValue"):
		return e.classOfInvalidParameter()
	case e.codeIs("MissingParameterValue", "LimitExceeded", "BadRequest", "Serialization"):
		return "", vault.ErrInvalid
	}
	return e.classOfStatus()
}

// codeIs reports whether the code begins with one of the names. Services spell
// most of them with and without "Exception" at the end.
func (e *ServiceError) codeIs(names ...string) bool {
	for _, name := range names {
		if strings.HasPrefix(e.Code, name) {
			return true
		}
	}
	return false
}

// classOfInvalidParameter reads the message, because this one code stands for
// wrong bytes and unfinished jobs as well.
func (e *ServiceError) classOfInvalidParameter() (advice string, class error) {
	switch {
	case strings.HasPrefix(e.Message, "Checksum mismatch"), strings.HasPrefix(e.Message, "Invalid x-amz-sha256-tree-hash"):
		return "", vault.ErrChecksum
	case strings.HasPrefix(e.Message, "The job is not currently available for download"):
		return "", vault.ErrNotReady
	case strings.HasPrefix(e.Message, "Vault not empty"):
		return adviceNotEmpty, vault.ErrInvalid
	}
	return "", vault.ErrInvalid
}

// classOfStatus is for answers that carry no code, or none of this service:
// they come from something on the way, such as a proxy.
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
func (e *ServiceError) expiredToken() bool { return e.codeIs("ExpiredToken") }

// wrongClock reports whether the request was signed at a time that the service
// does not accept.
func (e *ServiceError) wrongClock() bool {
	return e.codeIs("RequestTimeTooSkewed", "RequestExpired") || e.codeIs("InvalidSignature") &&
		(strings.HasPrefix(e.Message, "Signature expired") || strings.HasPrefix(e.Message, "Signature not yet current"))
}

// vaultMissing reports whether the answer says that the vault itself is not
// there, rather than something in it.
func (e *ServiceError) vaultMissing() bool {
	return e.codeIs("ResourceNotFound") && strings.HasPrefix(e.Message, "Vault not found")
}
