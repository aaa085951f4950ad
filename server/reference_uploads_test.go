package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

type refUpload struct {
	id          string
	description string
	created     time.Time
	partSize    int
	parts       map[int][]byte // by their first bytes

	active time.Time // the last request that counts
	maybe  time.Time // the last request, whether it counts or not
}

func (u *refUpload) touch(now time.Time) { u.active, u.maybe = now, now }

// end takes an upload away.
func (v *refVault) end(u *refUpload) {
	delete(v.uploads, u.id)
	v.gone[u.id] = u
}

func keysOf[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func inOrderOfIDs[V any](m map[string]V) []V {
	var all []V
	for _, id := range keysOf(m) {
		all = append(all, m[id])
	}
	return all
}

func (g *game) initiateUpload() move {
	v, path, refusals := g.in()
	if len(v.uploads) > 12 {
		return g.abortUpload()
	}
	description, wrong := g.description()
	refusals = append(refusals, wrong...)
	header := map[string]string{"X-Amz-Archive-Description": description}
	size := oneOf(g.draw, mib, mib, mib, 2*mib)
	header["X-Amz-Part-Size"] = strconv.Itoa(size)
	if g.once(8) {
		text := oneOf(g.draw, "", "0", "-1048576", "x", "524288", "1048577", "3145728", "8589934592", "1e6")
		header["X-Amz-Part-Size"] = text
		refusals = append(refusals, refInvalid+": Invalid part size: "+text+
			". Part size must not be null, must be a power of two and be between 1048576 and 4294967296 bytes.", refMissing)
	}
	return move{
		name: "InitiateMultipartUpload", request: request{method: "POST", path: path + "/multipart-uploads", header: header},
		refusals: refusals, status: http.StatusCreated,
		then: func(a answer) {
			id := a.header.Get("X-Amz-Multipart-Upload-Id")
			location := "/" + account + "/vaults/" + v.name + "/multipart-uploads/" + id
			if !isOpaque(id, 92) || a.header.Get("Location") != location || v.uploads[id] != nil {
				g.t.Errorf("the upload is called %s, at %s", id, a.header.Get("Location"))
			}
			u := &refUpload{id: id, description: description, created: g.now, partSize: size, parts: map[int][]byte{}}
			u.touch(g.now)
			v.uploads[id] = u
		},
	}
}

// uploadIn draws an upload, mostly an open one. It returns the path and what is
// wrong with it if it is not open.
func (g *game) uploadIn() (v *refVault, u *refUpload, path string, refusals []string) {
	v, path, refusals = g.in()
	u = g.focus.upload
	open, gone := inOrderOfIDs(v.uploads), inOrderOfIDs(v.gone)
	switch {
	case u != nil:
	case len(open) > 0 && !g.once(8):
		u = oneOf(g.draw, open...)
	case len(gone) > 0 && !g.once(4):
		u = oneOf(g.draw, gone...)
	default:
		u = &refUpload{id: oneOf(g.draw, strings.Repeat("x", 92), "short"), partSize: mib}
	}
	u.maybe = g.now
	if v.uploads[u.id] == nil {
		refusals = append(refusals, refNotFound+": The upload ID was not found: "+u.id)
	}
	return v, u, path + "/multipart-uploads/" + u.id, refusals
}

func (g *game) uploadPart() move {
	v, u, path, refusals := g.uploadIn()
	first := u.partSize * oneOf(g.draw, 0, len(u.parts), len(u.parts), 1, 2)
	body := g.body(u.partSize)
	if g.once(5) {
		body = g.data[g.draw.IntN(mib):][:u.partSize]
	}
	contentRange := fmt.Sprintf("bytes %d-%d/*", first, first+len(body)-1)
	q := upload("PUT", path, body, map[string]string{"Content-Range": contentRange})
	switch g.draw.IntN(60) {
	case 0:
		q.header["Content-Range"] = fmt.Sprintf("bytes %d-%d/*", first, first+len(body))
		refusals = append(refusals, refInvalid+": Content-Range: "+q.header["Content-Range"]+" is incompatible with Content-Length: "+strconv.Itoa(len(body)))
	case 1:
		q.header["Content-Range"] = fmt.Sprintf("bytes %d-%d/*", first+1, first+len(body))
		refusals = append(refusals, refInvalid)
	case 2:
		text := oneOf(g.draw, "bytes 5-4/*", "bytes 0-4", "bytes=0-4/*", "bytes 0-4/x", "x")
		q.header["Content-Range"] = text
		refusals = append(refusals, refInvalid+": Invalid Content-Range: "+text)
	case 3:
		q.header["Content-Range"] = "-"
		refusals = append(refusals, refMissing)
	case 4:
		past := u.partSize * 10000
		q.header["Content-Range"] = fmt.Sprintf("bytes %d-%d/*", past, past+len(body)-1)
		refusals = append(refusals, refInvalid+": This is part number 10001 for the current multipart upload. It exceeds the limit of 10000 parts.")
	case 5:
		q = upload("PUT", path, g.data[:u.partSize+1], map[string]string{"Content-Range": fmt.Sprintf("bytes 0-%d/*", u.partSize)})
		refusals = append(refusals, refInvalid)
	case 6:
		q = upload("PUT", path, nil, map[string]string{"Content-Range": contentRange})
		refusals = append(refusals, refInvalid, refMissing)
	default:
		refusals = append(refusals, g.spoilHashes(&q)...)
	}
	return move{
		name: "UploadMultipartPart", request: q, refusals: append(refusals, g.denied(v, "UploadMultipartPart", nil)...),
		status: http.StatusNoContent, header: map[string]string{"X-Amz-Sha256-Tree-Hash": refTree(body)},
		then: func(answer) {
			u.parts[first] = body
			u.touch(g.now)
		},
	}
}

func (g *game) listParts() move {
	v, u, path, refusals := g.uploadIn()
	limit, n, wrong := g.page(50)
	m := move{name: "ListParts", request: request{method: "GET", path: path + queryOf([]string{limit})}, status: http.StatusOK}
	m.refusals = append(append(refusals, wrong...), g.denied(v, "ListParts", nil)...)
	page, marker := list{}, learnt(wantNull)
	for _, first := range slices.Sorted(maps.Keys(u.parts)) {
		if len(page) == n {
			marker = wantMarker
			break
		}
		page = append(page, object{"RangeInBytes": rangeOf(first, first+len(u.parts[first])-1), "SHA256TreeHash": refTree(u.parts[first])})
	}
	m.body = object{
		"ArchiveDescription": nullable(u.description), "CreationDate": dateOf(u.created), "Marker": marker,
		"MultipartUploadId": u.id, "PartSizeInBytes": u.partSize, "Parts": page, "VaultARN": arnPrefix + v.name,
	}
	m.then = func(a answer) {
		u.touch(g.now)
		g.goOn(a, path, "Parts", n, len(u.parts))
	}
	return m
}

func (g *game) listUploads() move {
	v, path, refusals := g.in()
	limit, n, wrong := g.page(50)
	path += "/multipart-uploads"
	m := move{
		name: "ListMultipartUploads", request: request{method: "GET", path: path + queryOf([]string{limit})},
		refusals: append(refusals, wrong...), status: http.StatusOK,
	}
	page, marker := list{}, learnt(wantNull)
	for _, u := range inOrderOfIDs(v.uploads) {
		if len(page) == n {
			marker = wantMarker
			break
		}
		page = append(page, object{
			"ArchiveDescription": nullable(u.description), "CreationDate": dateOf(u.created),
			"MultipartUploadId": u.id, "PartSizeInBytes": u.partSize, "VaultARN": arnPrefix + v.name,
		})
	}
	m.body = object{"Marker": marker, "UploadsList": page}
	m.then = func(a answer) { g.goOn(a, path, "UploadsList", n, len(v.uploads)) }
	return m
}

func wantNull(got any) error {
	if got != nil {
		return fmt.Errorf("there is a marker %v though nothing is left", got)
	}
	return nil
}

func wantMarker(got any) error {
	if text, ok := got.(string); !ok || text == "" {
		return fmt.Errorf("the marker is %v though something is left", got)
	}
	return nil
}

// goOn follows the markers of a list to its end, a page at a time: each has as many
// items as were asked for but the last, no item comes twice, and all come.
func (g *game) goOn(a answer, path, key string, limit, all int) {
	g.t.Helper()
	seen := map[string]bool{}
	for {
		var page map[string]json.RawMessage
		if err := json.Unmarshal([]byte(a.body), &page); err != nil {
			g.t.Fatal(err)
		}
		var items []json.RawMessage
		var marker *string
		if err := json.Unmarshal(page[key], &items); err != nil {
			g.t.Fatal(err)
		}
		if err := json.Unmarshal(page["Marker"], &marker); err != nil {
			g.t.Fatal(err)
		}
		for _, item := range items {
			if seen[string(item)] {
				g.t.Fatalf("%s comes twice in %s", item, path)
			}
			seen[string(item)] = true
		}
		if marker == nil {
			break
		}
		if len(items) != limit {
			g.t.Fatalf("a page of %s has %d items, want %d", path, len(items), limit)
		}
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		a = g.send(request{method: "GET", path: path + separator + "limit=" + strconv.Itoa(limit) + "&marker=" + *marker})
	}
	if len(seen) != all {
		g.t.Fatalf("the pages of %s have %d items, want %d", path, len(seen), all)
	}
}

// whole reports whether the parts of an upload leave no gap.
func (u *refUpload) whole() bool {
	end := 0
	for _, first := range slices.Sorted(maps.Keys(u.parts)) {
		if first != end {
			return false
		}
		end += len(u.parts[first])
	}
	return end > 0
}

func (u *refUpload) assembled() (data []byte) {
	for _, first := range slices.Sorted(maps.Keys(u.parts)) {
		data = append(data, u.parts[first]...)
	}
	return data
}

func (g *game) completeUpload() move {
	v, u, path, refusals := g.uploadIn()
	for range 6 { // mostly one that can be completed
		if !u.whole() {
			v, u, path, refusals = g.uploadIn()
		}
	}
	whole := u.whole()
	var data []byte
	if whole {
		data = u.assembled()
	}
	done := v.completed[u.id]
	switch {
	case done != nil && !done.deleted:
		data, refusals = done.data, nil
	case len(refusals) == 0 && !whole:
		refusals = []string{refInvalid}
		data = g.data[:5]
	case len(data) == 0:
		data = g.data[:5]
	}
	header := map[string]string{"X-Amz-Archive-Size": strconv.Itoa(len(data)), "X-Amz-Sha256-Tree-Hash": refTree(data)}
	switch g.draw.IntN(12) {
	case 0:
		header["X-Amz-Archive-Size"] = oneOf(g.draw, strconv.Itoa(len(data)+1), strconv.Itoa(len(data)-1), "0", "x", "-1", "99999999999999999999")
		refusals = append(refusals, refInvalid)
	case 1:
		header["X-Amz-Archive-Size"] = ""
		refusals = append(refusals, refMissing)
	case 2:
		sent := oneOf(g.draw, sha([]byte("another")), "abc")
		header["X-Amz-Sha256-Tree-Hash"] = sent
		refusals = append(refusals, refInvalid+": Invalid x-amz-sha256-tree-hash: "+sent)
	case 3:
		header["X-Amz-Sha256-Tree-Hash"] = ""
		refusals = append(refusals, refMissing)
	}
	m := move{
		name: "CompleteMultipartUpload", request: request{method: "POST", path: path, header: header},
		refusals: refusals, status: http.StatusCreated,
	}
	if done != nil {
		m.name += " again"
		m.header = map[string]string{"X-Amz-Archive-Id": done.id, "Location": "/" + account + "/vaults/" + v.name + "/archives/" + done.id}
		return m
	}
	m.then = func(a answer) {
		archive := refArchiveOf(u.description, data)
		g.store(v, a, archive)
		v.end(u)
		v.completed[u.id] = archive
	}
	return m
}

// abortUpload: what was aborted lately can be aborted again.
func (g *game) abortUpload() move {
	v, u, path, refusals := g.uploadIn()
	if v.aborted[u.id] {
		refusals = nil
	}
	return move{
		name: "AbortMultipartUpload", request: request{method: "DELETE", path: path}, refusals: refusals, status: http.StatusNoContent,
		then: func(answer) {
			v.end(u)
			v.aborted[u.id] = true
		},
	}
}
