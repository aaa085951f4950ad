package coldfront

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A key may have control characters, which XML has no place for. S3 writes them all
// the same, by references such as &#x3;, unless a list is asked for with its keys
// encoded as in a URL. The server writes something else in their place, so it gets
// characters of a range for private use instead, and the front puts them back.

const firstStandIn = 0x10F000

// isUnspeakable reports whether XML has no place for a character of a key.
func isUnspeakable(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\r", r) }

// standIn is what the server has in place of a character.
func standIn(r rune) rune {
	if isUnspeakable(r) {
		return firstStandIn + r
	}
	return r
}

// spoken is what a character of the server's stands for.
func spoken(r rune) rune {
	if isUnspeakable(r-firstStandIn) && r >= firstStandIn {
		return r - firstStandIn
	}
	return r
}

var escapedControl = regexp.MustCompile(`%[01][0-9A-Fa-f]`)

// disguise gives the server a request whose keys it can list. It tells whether it
// changed anything.
func disguise(r *http.Request) bool {
	hide := func(escaped string) string {
		plain, err := url.PathUnescape(escaped)
		if err != nil {
			return escaped
		}
		return url.PathEscape(strings.Map(standIn, plain))
	}
	path := escapedControl.ReplaceAllStringFunc(r.URL.EscapedPath(), hide)
	query := escapedControl.ReplaceAllStringFunc(r.URL.RawQuery, hide)
	if path == r.URL.EscapedPath() && query == r.URL.RawQuery {
		return false
	}
	r.URL.RawPath, r.URL.RawQuery = path, query
	r.URL.Path, _ = url.PathUnescape(path) // which was valid before
	return true
}

// unmask puts the characters back that stand in a document in the server's words.
func (n *node) unmask() {
	n.Text = strings.Map(spoken, n.Text)
	for _, child := range n.Nodes {
		child.unmask()
	}
}

// encode makes a document one that can be written: its keys as in a URL, if that was
// asked for and the service does it.
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
	n.Text = strings.Map(standIn, n.Text) // which encoding/xml keeps
	for _, child := range n.Nodes {
		child.encode(byURL)
	}
}

var standsIn = regexp.MustCompile(`[\x{10F000}-\x{10F01F}]`)

// byReference writes what stands in for a character as a reference to that.
func byReference(document []byte) []byte {
	return standsIn.ReplaceAllFunc(document, func(r []byte) []byte {
		return fmt.Appendf(nil, "&#x%x;", []rune(string(r))[0]-firstStandIn)
	})
}
