package server

import (
	"net/http"
	"strings"
)

// wireTarget returns path and query of the request as the client sent them,
// still escaped: what it signed. The path is empty if the request names no path
// of this server (as a request to a proxy does).
func wireTarget(r *http.Request) (path, query string) {
	path, query, _ = strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(path, "/") {
		path = ""
	}
	return path, query
}
