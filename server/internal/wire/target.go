package wire

import (
	"net/http"
	"net/url"
	"strings"
)

// Target returns the path and the query of a request as the client sent and signed them,
// still escaped. The path is empty if the request names no path of this server, as a
// request to a proxy does.
func Target(r *http.Request) (path, query string) {
	path, query, _ = strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(path, "/") {
		path = ""
	}
	return path, query
}

// HasCredentials reports whether a query string has credentials in it, as a presigned URL of
// any age has.
func HasCredentials(query string) bool {
	values, _ := url.ParseQuery(query) // what is malformed is refused elsewhere
	for name := range values {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-amz-") || name == "awsaccesskeyid" || name == "signature" {
			return true
		}
	}
	return false
}
