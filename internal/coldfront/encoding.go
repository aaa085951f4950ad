package coldfront

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A key may contain control characters, which XML cannot represent. S3 writes them all the
// same, as references such as &#x3;, unless a list is requested with URL-encoded keys. The
// server writes something else for them. So the front replaces each control character
// except tabs by a tab and a letter, as in ^C. The order of the keys stays the same.

var (
	escapedControl = regexp.MustCompile(`%[01][0-9A-Fa-f]`)
	control        = regexp.MustCompile(`[\x00-\x1f]`)
	disguised      = regexp.MustCompile(`\t[@-_]`)
)

// disguise returns a text with replaced control characters.
func disguise(text string) string {
	return control.ReplaceAllStringFunc(text, func(c string) string { return "\t" + string('@'+rune(c[0])) })
}

// disguise replaces the control characters in the URL of a request. It reports whether it
// changed the request.
func (c *call) disguise(r *http.Request) bool {
	hide := func(escaped string) string {
		plain, err := url.PathUnescape(escaped)
		if err != nil {
			return escaped // cannot happen
		}
		return url.PathEscape(disguise(plain))
	}
	path := escapedControl.ReplaceAllStringFunc(r.URL.EscapedPath(), hide)
	query := escapedControl.ReplaceAllStringFunc(r.URL.RawQuery, hide)
	if path == r.URL.EscapedPath() && query == r.URL.RawQuery {
		return false
	}
	r.URL.RawPath, r.URL.RawQuery = path, query
	if plain, err := url.PathUnescape(path); err == nil {
		r.URL.Path = plain
	}
	return true
}

// unmask restores the control characters in a document of the server.
func (n *node) unmask() {
	n.Text = disguised.ReplaceAllStringFunc(n.Text, func(d string) string { return string(rune(d[1]) - '@') })
	for _, child := range n.Nodes {
		child.unmask()
	}
}

// encode prepares a document for writing. It URL-encodes the keys if that was requested and
// the service supports it.
func (f *Front) encode(c *call, root *node) {
	lists := slices.Contains([]string{"ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads"}, c.operation)
	byURL := lists && c.request.URL.Query().Get("encoding-type") == "url" && !f.ignores(Encoding)
	if byURL {
		root.set("EncodingType", "url")
	}
	root.encode(byURL)
}

func (n *node) encode(byURL bool) {
	isKey := slices.Contains([]string{"Key", "Prefix", "Delimiter", "StartAfter", "KeyMarker", "NextKeyMarker", "Marker", "NextMarker"}, n.XMLName.Local)
	if byURL && isKey {
		n.Text = strings.ReplaceAll(url.QueryEscape(n.Text), "%2F", "/")
	}
	n.Text = control.ReplaceAllStringFunc(n.Text, func(c string) string { return string(firstStandIn + rune(c[0])) })
	for _, child := range n.Nodes {
		child.encode(byURL)
	}
}

// firstStandIn is the first of the private characters that replace characters which
// encoding/xml cannot write, until byReference replaces them.
const firstStandIn = 0x10E000

var standsIn = regexp.MustCompile(`[\x{10E000}-\x{10E01F}]`)

// byReference replaces private characters by references to the original characters.
func byReference(document []byte) []byte {
	return standsIn.ReplaceAllFunc(document, func(r []byte) []byte {
		return fmt.Appendf(nil, "&#x%x;", []rune(string(r))[0]-firstStandIn)
	})
}
