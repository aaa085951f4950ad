package wire

import (
	"net/http"
	"strconv"

	"firn/server/internal/refusal"
)

// PageOf reads how many items the page may have that the client wants, not more than most,
// and the marker, which names the first of them. Clients treat a marker as opaque.
func PageOf(r *http.Request, most int) (limit int, marker string, err error) {
	query := r.URL.Query() // well-formed, or the signature could not have been verified
	marker = query.Get("marker")
	if !query.Has("limit") {
		return most, marker, nil
	}
	text := query.Get("limit")
	limit, err = strconv.Atoi(text)
	if err != nil || limit < 1 || limit > maxAskedPage {
		return 0, "", refusal.Invalid("Invalid limit: " + text)
	}
	return min(limit, most), marker, nil
}
