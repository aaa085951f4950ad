package coldfront

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// most is the default number of entries on a page of S3.
const most = 1000

// list holds the names that a list uses whose pages the front makes.
type list struct {
	entries []string
	name    string // element that distinguishes the entries of one key
	marker  string // element with that value at the end of a page
	query   string // query parameter with that value
	size    string // element with the limit of a page
}

// turned returns the lists whose pages the server cannot make. For uploads it continues
// behind all entries of the marker's key. For versions it lists the latest version of a key
// again, and it cuts a page before it sorts the entries.
func turned(operation string) *list {
	switch operation {
	case "ListMultipartUploads":
		return &list{[]string{"Upload"}, "UploadId", "UploadIdMarker", "upload-id-marker", "MaxUploads"}
	case "ListObjectVersions":
		return &list{[]string{"Version", "DeleteMarker"}, "VersionId", "VersionIdMarker", "version-id-marker", "MaxKeys"}
	}
	return nil
}

// page is the position at which a client continues a list. The front requests all entries,
// at most 1,000, and selects the requested ones.
type page struct {
	list
	key, id string
	max     int
}

// paginate changes the page size of a list request: to the service's page size, or to all
// entries if the front makes the pages. It reports whether it changed the request.
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

// setQuery replaces the query of a request, in the form that signatures require.
func setQuery(r *http.Request, query url.Values) {
	r.URL.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
}

// turn reduces a list of all entries to the requested page.
func (p *page) turn(root *node) {
	isEntry := func(n *node) bool { return slices.Contains(p.entries, n.XMLName.Local) }
	var entries []*node
	for _, n := range root.Nodes {
		if isEntry(n) {
			entries = append(entries, n)
		}
	}
	root.Nodes = slices.DeleteFunc(root.Nodes, isEntry)
	// Sort by key. The uploads of a key are in the order in which they began, its versions
	// from the latest to the oldest.
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

// start returns the index of the first entry behind the marker.
func (p *page) start(root *node, entries []*node) int {
	if i := slices.IndexFunc(entries, func(n *node) bool { return keyOf(root, n) == p.key && n.text(p.name) == p.id }); i >= 0 {
		return i + 1
	}
	// The entry no longer exists, or the marker is only a key.
	if i := slices.IndexFunc(entries, func(n *node) bool { return keyOf(root, n) > p.key }); i >= 0 {
		return i
	}
	return len(entries)
}

// keyOf returns the key in an element of a list.
func keyOf(root, n *node) string {
	key := n.text("Key")
	if strings.EqualFold(root.text("EncodingType"), "url") {
		if plain, err := url.QueryUnescape(key); err == nil {
			return plain
		}
	}
	return key
}
