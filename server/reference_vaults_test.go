package server_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const (
	refNotFound = "ResourceNotFoundException"
	refInvalid  = "InvalidParameterValueException"
	refMissing  = "MissingParameterValueException"
	refNoJSON   = "SerializationException"
	refDenied   = "AccessDeniedException"
	refLimited  = "LimitExceededException"
)

// nextMove draws what is done next.
func (g *game) nextMove() move {
	type kind struct {
		often int
		move  func() move
	}
	kinds := []kind{
		{3, g.createVault},
		{2, g.deleteVault},
		{4, g.describeVault},
		{3, g.listVaults},
		{10, g.uploadArchive},
		{8, g.deleteArchive},
		{7, g.initiateUpload},
		{14, g.uploadPart},
		{4, g.listUploads},
		{5, g.listParts},
		{9, g.completeUpload},
		{4, g.abortUpload},
		{8, g.retrieveArchive},
		{6, g.retrieveInventory},
		{7, g.describeJob},
		{4, g.listJobs},
		{12, g.getJobOutput},
		{2, g.setNotifications},
		{2, g.getNotifications},
		{1, g.deleteNotifications},
		{2, g.setAccessPolicy},
		{2, g.getAccessPolicy},
		{2, g.deleteAccessPolicy},
		{1, g.initiateLock},
		{2, g.getLock},
		{1, g.abortLock},
		{1, g.completeLock},
		{3, g.addTags},
		{2, g.removeTags},
		{2, g.listTags},
		{1, g.setRetrievalPolicy},
		{1, g.getRetrievalPolicy},
		{1, g.purchaseCapacity},
		{1, g.listCapacity},
	}
	all := 0
	for _, k := range kinds {
		all += k.often
	}
	n := g.draw.IntN(all)
	for _, k := range kinds {
		if n -= k.often; n < 0 {
			return k.move()
		}
	}
	panic("unreachable")
}

// once reports true once in n times.
func (g *game) once(n int) bool { return g.draw.IntN(n) == 0 }

// in draws a vault, mostly one that there is. It returns the path, and what is
// wrong with it if there is none.
func (g *game) in() (v *refVault, path string, refusals []string) {
	all := g.inOrder()
	if g.focus.vault != nil || len(all) > 0 && !g.once(25) {
		if v = g.focus.vault; v == nil {
			v = oneOf(g.draw, all...)
		}
		return v, "/" + oneOf(g.draw, "-", account) + "/vaults/" + v.name, nil
	}
	name := oneOf(g.draw, "none", "Films", strings.Repeat("v", 256))
	return &refVault{name: name}, "/-/vaults/" + name, []string{refNotFound + ": Vault not found for ARN: " + arnPrefix + name}
}

// page draws the limit of a page of at most most items.
func (g *game) page(most int) (query string, limit int, refusals []string) {
	switch g.draw.IntN(10) {
	case 0, 1, 2, 3:
		limit = 1 + g.draw.IntN(3)
		return "limit=" + strconv.Itoa(limit), limit, nil
	case 4:
		return "limit=" + oneOf(g.draw, "0", "-1", "x", "1001", ""), 0, []string{refInvalid}
	case 5:
		return "limit=1000", most, nil
	}
	return "", most, nil
}

func (g *game) createVault() move {
	if g.once(10) {
		name := oneOf(g.draw, "a%20b", "a%C3%A4", strings.Repeat("v", 256), "a%3Ab")
		return move{name: "CreateVault", request: request{method: "PUT", path: "/-/vaults/" + name}, refusals: []string{refInvalid}}
	}
	name := oneOf(g.draw, "films", "photos", "Books", "a.b-c_d", strings.Repeat("v", 255))
	return move{
		name: "CreateVault", request: request{method: "PUT", path: "/-/vaults/" + name},
		status: http.StatusCreated, header: map[string]string{"Location": "/" + account + "/vaults/" + name},
		then: func(answer) {
			if g.vaults[name] == nil {
				g.vaults[name] = &refVault{
					name: name, created: g.now, archives: map[string]*refArchive{}, uploads: map[string]*refUpload{}, jobs: map[string]*refJob{},
					completed: map[string]*refArchive{}, aborted: map[string]bool{}, gone: map[string]*refUpload{}, tags: map[string]string{},
				}
			}
		},
	}
}

// deleteVault: what is not there is deleted already.
func (g *game) deleteVault() move {
	v, path, missing := g.in()
	m := move{name: "DeleteVault", request: request{method: "DELETE", path: path}, status: http.StatusNoContent}
	if missing != nil {
		return m
	}
	if len(v.archives) == 0 {
		g.look(v)
	}
	if len(v.archives) > 0 || v.changed {
		m.refusals = append(m.refusals, refInvalid+": Vault not empty or recently written to: "+arnPrefix+v.name)
	}
	m.then = func(answer) { delete(g.vaults, v.name) }
	return m
}

func (g *game) describeVault() move {
	v, path, missing := g.in()
	m := move{name: "DescribeVault", request: request{method: "GET", path: path}, refusals: missing, status: http.StatusOK}
	if missing == nil {
		g.look(v)
		m.body = v.describe()
	}
	return m
}

// listVaults begins anywhere. A vault more than the page holds is looked at, to
// know that there is one.
func (g *game) listVaults() move {
	limit, n, refusals := g.page(10)
	from := oneOf(g.draw, "", "", "a", "films", "g", "zzz")
	query := []string{limit}
	if from != "" {
		query = append(query, "marker="+strings.NewReplacer(":", "%3A", "/", "%2F").Replace(arnPrefix+from))
	} else if g.once(10) {
		query, refusals = append(query, "marker=films"), append(refusals, refInvalid)
	}
	m := move{
		name: "ListVaults", request: request{method: "GET", path: "/-/vaults" + queryOf(query)},
		refusals: refusals, status: http.StatusOK,
	}
	if refusals != nil {
		return m
	}
	page, next := list{}, any(nil)
	for _, v := range g.inOrder() {
		if v.name < from {
			continue
		}
		g.look(v)
		if len(page) == n {
			next = arnPrefix + v.name
			break
		}
		page = append(page, v.describe())
	}
	m.body = object{"VaultList": page, "Marker": next}
	return m
}

// queryOf joins the parameters that there are.
func queryOf(parameters []string) string {
	var there []string
	for _, p := range parameters {
		if p != "" {
			there = append(there, p)
		}
	}
	if there == nil {
		return ""
	}
	return "?" + strings.Join(there, "&")
}

// body draws the bytes of an archive or a part: mostly few.
func (g *game) body(most int) []byte {
	size := 1 + g.draw.IntN(100)
	if g.once(25) {
		size = oneOf(g.draw, mib-1, mib, mib+1, 2*mib, 2*mib+7, 3*mib, 3*mib)
	}
	from := g.draw.IntN(mib)
	return g.data[from : from+min(size, most)]
}

// description draws the description of an archive or a job.
func (g *game) description() (text string, refusals []string) {
	if g.once(20) {
		return oneOf(g.draw, strings.Repeat("d", 1025), "f\u00fcr", "a\tb"), []string{refInvalid}
	}
	return oneOf(g.draw, "", "a film", `with "quotes", commas, and a \`, `{"json":true}`, "a  b", "<&>", strings.Repeat("d", 1024)), nil
}

// spoilHashes makes something of what an upload claims wrong.
func (g *game) spoilHashes(q *request) (refusals []string) {
	const tree, linear = "X-Amz-Sha256-Tree-Hash", "X-Amz-Content-Sha256"
	switch g.draw.IntN(50) {
	case 0:
		q.header[tree] = "-"
		return []string{refMissing}
	case 1:
		q.header[tree] = oneOf(g.draw, "abc", strings.Repeat("x", 64), sha(q.body)[1:])
		return []string{refInvalid}
	case 2:
		sent := sha([]byte("another"))
		q.header[tree] = sent
		return []string{refInvalid + ": Checksum mismatch: expected " + sent + ", computed " + refTree(q.body)}
	case 3:
		q.header[linear] = "-"
		return []string{refMissing}
	case 4:
		sent := sha([]byte("another"))
		q.header[linear], q.payload = sent, sent
		return []string{"InvalidSignatureException: The value passed in as x-amz-content-sha256 does not match the computed payload hash. " +
			"Computed digest: " + sha(q.body) + " expected hash: " + sent}
	}
	return nil
}

func (g *game) uploadArchive() move {
	v, path, refusals := g.in()
	if len(v.archives) > 30 {
		return g.deleteArchive()
	}
	description, wrong := g.description()
	refusals = append(refusals, wrong...)
	body := g.body(3 * mib)
	q := upload("POST", path+"/archives", body, map[string]string{"X-Amz-Archive-Description": description})
	if g.once(20) {
		q = upload("POST", path+"/archives", nil, nil)
		refusals = append(refusals, refInvalid+": Invalid Content-Length: 0", refMissing)
	} else {
		refusals = append(refusals, g.spoilHashes(&q)...)
	}
	refusals = append(refusals, g.denied(v, "UploadArchive", nil)...)
	return move{
		name: "UploadArchive", request: q, refusals: refusals, status: http.StatusCreated,
		header: map[string]string{"X-Amz-Sha256-Tree-Hash": refTree(body)},
		then:   func(a answer) { g.store(v, a, refArchiveOf(description, body)) },
	}
}

func refArchiveOf(description string, data []byte) *refArchive {
	return &refArchive{description: description, data: data, size: len(data), tree: refTree(data)}
}

// store adds an archive that was made just now, by what the answer calls it.
func (g *game) store(v *refVault, a answer, archive *refArchive) {
	archive.id, archive.created = a.header.Get("X-Amz-Archive-Id"), g.now
	location := "/" + account + "/vaults/" + v.name + "/archives/" + archive.id
	if !isOpaque(archive.id, 138) || a.header.Get("Location") != location || v.archives[archive.id] != nil {
		g.t.Errorf("the archive is called %s, at %s", archive.id, a.header.Get("Location"))
	}
	v.archives[archive.id] = archive
	g.change(v)
}

// archiveIn draws the id of an archive, mostly one that there is.
func (g *game) archiveIn(v *refVault) string {
	if ids := keysOf(v.archives); len(ids) > 0 && !g.once(8) {
		return oneOf(g.draw, ids...)
	}
	var others []string
	for _, job := range inOrderOfIDs(v.jobs) {
		if job.archive != nil && job.archive.deleted {
			others = append(others, job.archive.id)
		}
	}
	for _, other := range g.inOrder() {
		if other != v {
			others = append(others, keysOf(other.archives)...)
		}
	}
	return oneOf(g.draw, append(others, strings.Repeat("x", 138), "short")...)
}

// elsewhere is the refusal of an archive that another vault has.
func (g *game) elsewhere(v *refVault, id string) []string {
	for _, other := range g.inOrder() {
		if other != v && other.archives[id] != nil {
			return []string{refInvalid + ": Invalid vault name: " + arnPrefix + v.name}
		}
	}
	return nil
}

// deleteArchive: what is not there is deleted already.
func (g *game) deleteArchive() move {
	v, path, refusals := g.in()
	id := g.archiveIn(v)
	if g.once(25) {
		id = "not%20an%20id"
		refusals = append(refusals, refInvalid, refNotFound)
	}
	refusals = append(refusals, g.elsewhere(v, id)...)
	archive := v.archives[id]
	return move{
		name: "DeleteArchive", request: request{method: "DELETE", path: path + "/archives/" + id},
		refusals: append(refusals, g.denied(v, "DeleteArchive", archive)...), status: http.StatusNoContent,
		then: func(answer) {
			if archive != nil {
				archive.deleted = true
				for _, j := range v.jobs {
					archive.kept = archive.kept || j.archive == archive && !g.now.Before(j.ends) && !j.expired(g.now)
				}
				if !archive.kept {
					archive.data = nil
				}
				delete(v.archives, id)
				g.change(v)
			}
		},
	}
}

func rangeOf(first, last int) string { return fmt.Sprintf("%d-%d", first, last) }
