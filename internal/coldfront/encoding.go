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
// encoded as in a URL. The server writes something else in their place. So it gets keys
// without any but tabs, in the same order: a tab and a letter, as in ^C, for each.

var (
	escapedControl = regexp.MustCompile(`%[01][0-9A-Fa-f]`)
	control        = regexp.MustCompile(`[\x00-\x1f]`)
	disguised      = regexp.MustCompile(`\t[@-_]`)
)

// disguise is a text as the server has it.
func disguise(text string) string {
	return control.ReplaceAllStringFunc(text, func(c string) string { return "\t" + string('@'+rune(c[0])) })
}

// disguise gives the server a request in its words. It tells whether that changed
// anything.
func (c *call) disguise(r *http.Request) bool {
	hide := func(escaped string) string {
		plain, err := url.PathUnescape(escaped)
		if err != nil {
			return escaped // which cannot be
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

// unmask puts the characters back in a document of the server.
func (n *node) unmask() {
	n.Text = disguised.ReplaceAllStringFunc(n.Text, func(d string) string { return string(rune(d[1]) - '@') })
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
	n.Text = control.ReplaceAllStringFunc(n.Text, func(c string) string { return string(firstStandIn + rune(c[0])) })
	for _, child := range n.Nodes {
		child.encode(byURL)
	}
}

// What encoding/xml would replace stands as a character for private use until it is
// written.
const firstStandIn = 0x10E000

var standsIn = regexp.MustCompile(`[\x{10E000}-\x{10E01F}]`)

// byReference writes what stands in for a character as a reference to that.
func byReference(document []byte) []byte {
	return standsIn.ReplaceAllFunc(document, func(r []byte) []byte {
		return fmt.Appendf(nil, "&#x%x;", []rune(string(r))[0]-firstStandIn)
	})
}
