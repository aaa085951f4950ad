package coldfront

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// most is the number of entries that S3 puts on a page when nobody asks for less.
const most = 1000

// page is where a client wants a list of uploads to go on. The server cannot go
// on behind an upload (it looks for it among the later keys), so the front asks
// for all of them, of which there may be 1,000, and turns the pages itself.
type page struct {
	key, upload string
	max         int
}

// paginate changes what a listing asks for: as many entries as the service puts
// on a page, and all uploads if the client wants some in the middle. It tells
// whether it changed anything.
func (f *Front) paginate(c *call, r *http.Request) bool {
	parameter, ok := map[string]string{
		"ListObjects": "max-keys", "ListObjectsV2": "max-keys", "ListObjectVersions": "max-keys",
		"ListMultipartUploads": "max-uploads", "ListParts": "max-parts",
	}[c.operation]
	if !ok {
		return false
	}
	query := r.URL.Query()
	size := most
	if asked, err := strconv.Atoi(query.Get(parameter)); err == nil {
		size = asked
	}
	changed := false
	if f.options.Page > 0 && f.options.Page < size {
		size = f.options.Page
		query.Set(parameter, strconv.Itoa(size))
		changed = true
	}
	if c.operation == "ListMultipartUploads" && query.Get("upload-id-marker") != "" {
		c.page = &page{query.Get("key-marker"), query.Get("upload-id-marker"), size}
		query.Del("key-marker")
		query.Del("upload-id-marker")
		query.Set(parameter, strconv.Itoa(most))
		changed = true
	}
	if changed {
		r.URL.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20") // as signatures want it
	}
	return changed
}

// turn leaves of a list of all uploads the page that was asked for.
func (p *page) turn(root *node) {
	isUpload := func(n *node) bool { return n.XMLName.Local == "Upload" }
	var uploads []*node
	for _, n := range root.Nodes {
		if isUpload(n) {
			uploads = append(uploads, n)
		}
	}
	root.Nodes = slices.DeleteFunc(root.Nodes, isUpload)
	// They are in the order of keys; those of one key stay in the order in which
	// they began.
	start := slices.IndexFunc(uploads, func(n *node) bool { return n.text("Key") == p.key && n.text("UploadId") == p.upload }) + 1
	if start == 0 { // it has ended meanwhile
		start = len(uploads)
		if i := slices.IndexFunc(uploads, func(n *node) bool { return n.text("Key") > p.key }); i >= 0 {
			start = i
		}
	}
	end := min(start+p.max, len(uploads))
	root.Nodes = append(root.Nodes, uploads[start:end]...)
	root.set("KeyMarker", p.key)
	root.set("UploadIdMarker", p.upload)
	root.set("MaxUploads", strconv.Itoa(p.max))
	root.set("IsTruncated", strconv.FormatBool(end < len(uploads)))
	if end < len(uploads) && end > start {
		root.set("NextKeyMarker", uploads[end-1].text("Key"))
		root.set("NextUploadIdMarker", uploads[end-1].text("UploadId"))
	}
}
