package amazon

import "net/http"

// decidesAlone lists the refusals without a code whose status alone counts. All others
// were not sent by the service, or did not come whole: a server on the way that does not
// know the service, a login page, a connection that broke. They are no verdict on the
// request, which is asked again.
func decidesAlone(method string, status int) bool {
	switch {
	case method == http.MethodHead:
		return true // by protocol no answer to HEAD has a body, so the status is all that S3 says
	case status < http.StatusBadRequest:
		return true // a redirect, which is not followed, or 304, which has no body by protocol
	case status >= http.StatusInternalServerError:
		return true // no verdict in any case: asked again, whoever sent it
	case status == http.StatusRequestTimeout, status == http.StatusTooManyRequests:
		return true // asked again in any case, with less at once
	case status == http.StatusProxyAuthRequired:
		return true // only a proxy sends it, and to every request
	case status == http.StatusRequestEntityTooLarge:
		return true // only a proxy sends it without a code, and to every request of this size
	}
	return false
}
