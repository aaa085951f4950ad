package server

import (
	"net/http"
	"strconv"
)

// pageOf reads how many items the client wants, at most most, and where to
// begin. A marker names the first item of the page that it asks for; clients
// treat it as opaque.
func pageOf(r *http.Request, most int) (limit int, marker string, err error) {
	query := r.URL.Query() // well-formed, or the signature could not have been verified
	marker = query.Get("marker")
	if !query.Has("limit") {
		return most, marker, nil
	}
	text := query.Get("limit")
	limit, err = strconv.Atoi(text)
	if err != nil || limit < 1 || limit > maxAskedPage {
		return 0, "", invalid("Invalid limit: " + text)
	}
	return min(limit, most), marker, nil
}
