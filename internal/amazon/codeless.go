package amazon

import "net/http"

// decidesAlone reports whether the status alone decides how a refusal without a code is
// handled. Otherwise the service did not send the refusal, or it is incomplete: it comes
// from an intermediary server that does not know the service, or from a login page, or the
// connection broke. Then it is no verdict on the request, which is repeated.
func decidesAlone(method string, status int) bool {
	switch {
	case method == http.MethodHead:
		return true // by protocol no answer to HEAD has a body, so the status is all that S3 can send
	case status < http.StatusBadRequest:
		return true // a redirect, which is not followed, or 304, which has no body by protocol
	case status >= http.StatusInternalServerError:
		return true // no verdict: the request is repeated whether a proxy or the service sent this
	case status == http.StatusRequestTimeout, status == http.StatusTooManyRequests:
		return true // repeated in any case, with less at once
	case status == http.StatusProxyAuthRequired:
		return true // only a proxy sends it, and to every request
	case status == http.StatusRequestEntityTooLarge:
		return true // only a proxy sends it without a code, and to every request of this size
	}
	return false
}
