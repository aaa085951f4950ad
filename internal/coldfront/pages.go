package coldfront

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// most is the number of entries that S3 puts on a page when nobody asks for less.
const most = 1000

// list is a listing whose pages the front turns, in the words of its answer.
type list struct {
	entries []string
	name    string // of what tells the entries of one key apart
	marker  string // of the same, where the list goes on
	query   string // of the same, as a parameter
	size    string // of what limits a page
}

// turned are the listings whose pages the server cannot turn. It looks for an upload
// that the list is to go on behind among the later keys. Of versions it lists the
// latest of a key again, and cuts a page in the middle before it sorts what is on it.
func turned(operation string) *list {
	switch operation {
	case "ListMultipartUploads":
		return &list{[]string{"Upload"}, "UploadId", "UploadIdMarker", "upload-id-marker", "MaxUploads"}
	case "ListObjectVersions":
		return &list{[]string{"Version", "DeleteMarker"}, "VersionId", "VersionIdMarker", "version-id-marker", "MaxKeys"}
	}
	return nil
}

// page is where a client wants a list to go on. The front asks for all that there
// is, of which there may be 1,000, and leaves of it what was asked for.
type page struct {
	list
	key, id string
	max     int
}

// paginate changes what a listing asks for: as many entries as the service puts
// on a page, or all if the front turns the pages. It tells whether it changed
// anything.
func (f *Front) paginate(c *call, r *http.Request) bool {
	parameter, ok := map[string]string{
		"ListObjects": "max-keys", "ListObjectsV2": "max-keys", "ListObjectVersions": "max-keys",
		"ListMultipartUploads": "max-uploads", "ListParts": "max-parts",
	}[c.operation]
	if !ok {
		return false
	}
	query := r.URL.Query()
	size, changed := most, false
	if asked, err := strconv.Atoi(query.Get(parameter)); err == nil {
		size = asked
	}
	if f.options.Page > 0 && f.options.Page < size {
		size, changed = f.options.Page, true
		query.Set(parameter, strconv.Itoa(size))
	}
	l := turned(c.operation)
	if l != nil && (query.Get(l.query) != "" || c.operation == "ListObjectVersions" && (size < most || query.Get("key-marker") != "")) {
		c.page, changed = &page{*l, query.Get("key-marker"), query.Get(l.query), size}, true
		query.Del("key-marker")
		query.Del(l.query)
		query.Set(parameter, strconv.Itoa(most))
	}
	if changed {
		setQuery(r, query)
	}
	return changed
}

// setQuery gives a request other parameters, as signatures want them.
func setQuery(r *http.Request, query url.Values) {
	r.URL.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
}

// turn leaves of a list of all entries the page that was asked for.
func (p *page) turn(root *node) {
	isEntry := func(n *node) bool { return slices.Contains(p.entries, n.XMLName.Local) }
	var entries []*node
	for _, n := range root.Nodes {
		if isEntry(n) {
			entries = append(entries, n)
		}
	}
	root.Nodes = slices.DeleteFunc(root.Nodes, isEntry)
	// By key; the uploads of one in the order in which they began, its versions from
	// the latest to the oldest.
	slices.SortStableFunc(entries, func(a, b *node) int {
		return cmp.Or(cmp.Compare(keyOf(root, a), keyOf(root, b)),
			cmp.Compare(b.text("IsLatest"), a.text("IsLatest")), cmp.Compare(b.text("LastModified"), a.text("LastModified")))
	})
	start := 0
	if p.key != "" {
		start = p.start(root, entries)
	}
	end := min(start+p.max, len(entries))
	root.Nodes = append(root.Nodes, entries[start:end]...)
	root.set("KeyMarker", p.key)
	root.set(p.marker, p.id)
	root.set(p.size, strconv.Itoa(p.max))
	root.set("IsTruncated", strconv.FormatBool(end < len(entries)))
	if end < len(entries) && end > start {
		root.set("NextKeyMarker", entries[end-1].text("Key"))
		root.set("Next"+p.marker, entries[end-1].text(p.name))
	}
}

// start is the first entry behind the marker.
func (p *page) start(root *node, entries []*node) int {
	if i := slices.IndexFunc(entries, func(n *node) bool { return keyOf(root, n) == p.key && n.text(p.name) == p.id }); i >= 0 {
		return i + 1
	}
	// It has ended meanwhile, or only a key was named.
	if i := slices.IndexFunc(entries, func(n *node) bool { return keyOf(root, n) > p.key }); i >= 0 {
		return i
	}
	return len(entries)
}

// keyOf is the key that an element of a listing tells of.
func keyOf(root, n *node) string {
	key := n.text("Key")
	if strings.EqualFold(root.text("EncodingType"), "url") {
		if plain, err := url.QueryUnescape(key); err == nil {
			return plain
		}
	}
	return key
}
