package sigv4

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"firn/server/internal/wire"
)

// canonicalRequest builds the text whose hash is signed (AWS Signature Version
// 4, "Create a canonical request"). The client builds the same from what it
// sends.
func canonicalRequest(r *http.Request, signedHeaders []string, payloadHash string) (string, error) {
	path, query := wire.Target(r)
	if path == "" {
		return "", errors.New("the request does not name a path")
	}
	query, err := canonicalQuery(query)
	if err != nil {
		return "", err
	}
	lines := []string{r.Method, escapePath(path), query}
	for _, name := range signedHeaders {
		lines = append(lines, name+":"+canonicalHeader(r, name))
	}
	lines = append(lines, "", strings.Join(signedHeaders, ";"), payloadHash)
	return strings.Join(lines, "\n"), nil
}

// escapePath encodes a path that is encoded already: every service but S3 signs
// the path encoded twice.
func escapePath(path string) string {
	var b strings.Builder
	for i := range len(path) {
		if c := path[i]; wire.IsNameByte(c) || c == '~' || c == '/' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// canonicalQuery decodes the parameters, encodes each in the one canonical way
// and sorts them afterwards.
func canonicalQuery(query string) (string, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", fmt.Errorf("the query string is malformed: %w", err)
	}
	var pairs []string
	for name, texts := range values {
		for _, text := range texts {
			pairs = append(pairs, escapeQuery(name)+"="+escapeQuery(text))
		}
	}
	// A name that is the beginning of another sorts before it; "=" alone would
	// put it after, since "-" and "." sort before "=".
	slices.SortFunc(pairs, func(a, b string) int {
		return slices.Compare(strings.SplitN(a, "=", 2), strings.SplitN(b, "=", 2))
	})
	return strings.Join(pairs, "&"), nil
}

func escapeQuery(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// canonicalHeader returns the values of a header, trimmed and with single
// spaces. A header that was not sent is empty.
func canonicalHeader(r *http.Request, name string) string {
	values := slices.Clone(r.Header.Values(name))
	if name == "host" {
		values = []string{r.Host}
	}
	for i, value := range values {
		values[i] = strings.Join(strings.FieldsFunc(value, func(c rune) bool { return c == ' ' }), " ")
	}
	return strings.Join(values, ",")
}
