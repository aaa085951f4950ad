package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

type refJob struct {
	id          string
	created     time.Time
	ends        time.Time
	description string
	topic       string
	tier        string

	archive     *refArchive // nil: an inventory
	first, last int         // of the archive
	tree        string      // of that range; empty if it is no node of the tree

	csv        bool
	start, end string // as they were asked for
	limit      string
	marker     string
	inventory  *refInventory
	listed     []*refArchive
	next       string  // the marker of the next inventory
	output     *string // of an inventory, once it was seen
	size       int     // of an inventory's output, once it was told; 0 before
}

const (
	inProgress = "InProgress"
	succeeded  = "Succeeded"
	failed     = "Failed"
)

// delayOf is how long a job takes.
func delayOf(kind, tier string) time.Duration {
	switch {
	case kind == "archive-retrieval" && tier == "Expedited":
		return 3 * time.Minute
	case kind == "archive-retrieval" && tier == "Bulk":
		return 8 * time.Hour
	}
	return 4 * time.Hour
}

// status: when an archive is deleted, its jobs fail unless one has ended whose output can
// still be read. Then it stays until it expires.
func (j *refJob) status(now time.Time) string {
	switch {
	case now.Before(j.ends):
		return inProgress
	case j.archive != nil && j.archive.deleted && (!j.archive.kept || j.expired(now)):
		return failed
	}
	return succeeded
}

func (j *refJob) expired(now time.Time) bool { return !now.Before(j.ends.Add(outputLife)) }

func (j *refJob) forgotten(now time.Time) bool {
	return !now.Before(j.ends.Add(outputLife + jobMemory))
}

// describe is GlacierJobDescription.
func (j *refJob) describe(v *refVault, now time.Time) object {
	status := j.status(now)
	d := object{
		"Action": "InventoryRetrieval", "ArchiveId": nil, "ArchiveSHA256TreeHash": nil, "ArchiveSizeInBytes": nil,
		"Completed": status != inProgress, "CompletionDate": nil, "CreationDate": dateOf(j.created),
		"InventoryRetrievalParameters": nil, "InventorySizeInBytes": nil, "JobDescription": nullable(j.description), "JobId": j.id,
		"RetrievalByteRange": nil, "SHA256TreeHash": nil, "SNSTopic": nullable(j.topic), "StatusCode": status,
		"StatusMessage": map[string]any{
			inProgress: "Operation in progress.", succeeded: "Succeeded", failed: learnt(func(any) error { return nil }),
		}[status],
		"Tier": nil, "VaultARN": arnPrefix + v.name,
	}
	if status != inProgress {
		d["CompletionDate"] = dateOf(j.ends)
	}
	if j.archive != nil {
		d["Action"], d["ArchiveId"], d["Tier"] = "ArchiveRetrieval", j.archive.id, j.tier
		d["ArchiveSHA256TreeHash"], d["ArchiveSizeInBytes"] = j.archive.tree, j.archive.size
		d["RetrievalByteRange"] = rangeOf(j.first, j.last)
		d["SHA256TreeHash"] = nullable(j.tree)
		return d
	}
	marker := j.marker
	if status == succeeded {
		marker = j.next
		d["InventorySizeInBytes"] = learnt(j.learnSize)
	}
	d["InventoryRetrievalParameters"] = object{
		"EndDate": nullable(j.end), "Format": map[bool]string{true: "CSV", false: "JSON"}[j.csv], "Limit": nullable(j.limit),
		"Marker": nullable(marker), "StartDate": nullable(j.start),
	}
	return d
}

func (j *refJob) learnSize(got any) error {
	number, _ := got.(json.Number)
	n, err := strconv.Atoi(number.String())
	if err != nil || j.size > 0 && n != j.size {
		return fmt.Errorf("the size of the inventory is %v, and was %d", got, j.size)
	}
	j.size = n
	return nil
}

// jobPath draws the id of a job, mostly one that there is, and what is wrong if
// there is none.
func (g *game) jobIn() (v *refVault, j *refJob, path string, refusals []string) {
	v, path, refusals = g.in()
	for id, job := range v.jobs {
		if job.forgotten(g.now) {
			delete(v.jobs, id)
		}
	}
	if j = g.focus.job; j != nil {
		if v.jobs[j.id] == nil {
			refusals = append(refusals, refNotFound+": The job ID was not found: "+j.id)
		}
		return v, j, path + "/jobs/" + j.id, refusals
	}
	if ids := keysOf(v.jobs); len(ids) > 0 && !g.once(15) {
		j = v.jobs[oneOf(g.draw, ids...)]
		for range 3 { // mostly one that has ended
			if j.status(g.now) != succeeded || j.expired(g.now) {
				j = v.jobs[oneOf(g.draw, ids...)]
			}
		}
		return v, j, path + "/jobs/" + j.id, refusals
	}
	id := oneOf(g.draw, strings.Repeat("x", 92), "short")
	return v, &refJob{id: id}, path + "/jobs/" + id, append(refusals, refNotFound+": The job ID was not found: "+id)
}

// ask is the move that starts a job, with the parameters that all kinds have.
func (g *game) ask(v *refVault, path string, j *refJob, parameters map[string]any, refusals []string) move {
	description, wrong := g.description()
	refusals = append(refusals, wrong...)
	if j.description = description; description != "" {
		parameters["Description"] = description
	}
	switch g.draw.IntN(20) {
	case 0, 1, 2:
		j.topic = "arn:aws:sns:eu-north-1:012345678901:ready"
		parameters["SNSTopic"] = j.topic
	case 3:
		parameters["SNSTopic"] = "ready"
		refusals = append(refusals, refInvalid)
	case 4:
		parameters["Tier"] = "Fast"
		refusals = append(refusals, refInvalid)
	case 5:
		parameters["Format"] = "XML"
		refusals = append(refusals, refInvalid)
	case 6:
		parameters["SelectParameters"], parameters["OutputLocation"] = nil, nil
	}
	body, err := json.Marshal(parameters)
	if err != nil {
		g.t.Fatal(err)
	}
	if g.once(30) {
		body = []byte(oneOf(g.draw, "", "{", "[]", `{"Type":1}`, "x"))
		refusals = append(refusals, refNoJSON)
	}
	if g.once(40) {
		body = []byte(oneOf(g.draw, "{}", `{"Type":null}`))
		refusals = append(refusals, refMissing)
	}
	refusals = append(refusals, g.denied(v, "InitiateJob", nil)...)
	if j.archive != nil && j.tier == "Standard" && len(refusals) == 0 && !g.admits(j.last-j.first+1) {
		refusals = []string{"PolicyEnforcedException: InitiateJob request denied by current data retrieval policy."}
	}
	return move{
		name: "InitiateJob", request: request{method: "POST", path: path + "/jobs", body: body}, refusals: refusals, status: http.StatusAccepted,
		then: func(a answer) {
			j.id, j.created = a.header.Get("X-Amz-Job-Id"), g.now
			location := "/" + account + "/vaults/" + v.name + "/jobs/" + j.id
			if !isOpaque(j.id, 92) || a.header.Get("Location") != location || v.jobs[j.id] != nil {
				g.t.Errorf("the job is called %s, at %s", j.id, a.header.Get("Location"))
			}
			kind, _ := parameters["Type"].(string)
			j.ends = g.now.Add(delayOf(kind, j.tier))
			v.jobs[j.id] = j
			if j.archive != nil && j.tier == "Standard" {
				g.retrieved(j.last - j.first + 1)
			}
		},
	}
}

func (g *game) retrieveArchive() move {
	v, path, refusals := g.in()
	id := g.archiveIn(v)
	j := &refJob{archive: v.archives[id], tier: oneOf(g.draw, "", "Standard", "Bulk", "Expedited")}
	parameters := map[string]any{"Type": "archive-retrieval", "ArchiveId": id}
	if j.tier != "" {
		parameters["Tier"] = j.tier
	} else {
		j.tier = "Standard"
	}
	if j.archive == nil {
		wrong := g.elsewhere(v, id)
		if wrong == nil {
			wrong = []string{refNotFound + ": The archive ID was not found: " + id}
		}
		return g.ask(v, path, j, parameters, append(refusals, wrong...))
	}
	size := j.archive.size
	j.last = size - 1
	if g.once(2) {
		j.first = oneOf(g.draw, 0, 0, 0, mib, 2*mib, 1)
		j.last = oneOf(g.draw, size-1, size-1, mib-1, 2*mib-1, 3*mib-1, size, 5)
		parameters["RetrievalByteRange"] = rangeOf(j.first, j.last)
		if !refMegabyteAligned(j.first, j.last, size) {
			refusals = append(refusals, refInvalid)
		}
	} else if g.once(20) {
		parameters["RetrievalByteRange"] = oneOf(g.draw, "x", "0-", "-5", "0-0-0", "bytes=0-1")
		refusals = append(refusals, refInvalid)
	}
	if refAligned(j.first, j.last, size) {
		j.tree = refTree(j.archive.data[j.first : j.last+1])
	}
	if g.once(30) {
		parameters["InventoryRetrievalParameters"] = map[string]any{"Limit": "1"}
		refusals = append(refusals, refInvalid)
	}
	return g.ask(v, path, j, parameters, refusals)
}

func (g *game) retrieveInventory() move {
	v, path, refusals := g.in()
	parameters := map[string]any{"Type": "inventory-retrieval"}
	j := &refJob{csv: g.once(3)}
	if j.csv {
		parameters["Format"] = "CSV"
	}
	if g.once(2) {
		wrong := g.choose(v, j, parameters)
		refusals = append(refusals, wrong...)
	}
	if g.once(30) {
		parameters["ArchiveId"] = strings.Repeat("x", 138)
		refusals = append(refusals, refInvalid)
	}
	if g.once(30) {
		parameters["RetrievalByteRange"] = "0-1048575"
		refusals = append(refusals, refInvalid)
	}
	m := g.ask(v, path, j, parameters, refusals)
	if len(m.refusals) > 0 {
		return m
	}
	g.look(v)
	if v.inventory == nil {
		m.refusals = []string{refNotFound}
		return m
	}
	j.inventory = v.inventory
	j.list()
	return m
}

// choose draws which archives an inventory is to list.
func (g *game) choose(v *refVault, j *refJob, parameters map[string]any) (refusals []string) {
	which := map[string]any{"StartDate": nil}
	some := func() time.Time { return g.now.Add(-time.Duration(g.draw.IntN(100)) * time.Hour).Truncate(time.Second) }
	if all := inOrderOfIDs(v.archives); len(all) > 0 && g.once(2) {
		some = func() time.Time { return oneOf(g.draw, all...).created.Truncate(time.Second) }
	}
	if g.once(2) {
		j.start = secondsOf(some())
		which["StartDate"] = j.start
	}
	if g.once(3) {
		j.end = secondsOf(some())
		which["EndDate"] = j.end
	}
	if j.start != "" && j.end != "" && j.end < j.start {
		refusals = append(refusals, refInvalid)
	}
	if g.once(2) {
		j.limit = strconv.Itoa(1 + g.draw.IntN(4))
		which["Limit"] = j.limit
	}
	for _, job := range inOrderOfIDs(v.jobs) {
		if job.next != "" && g.once(2) && job.status(g.now) == succeeded {
			j.marker, which["Marker"] = job.next, job.next
		}
	}
	if g.once(20) {
		key := oneOf(g.draw, "StartDate", "EndDate", "Limit")
		which[key] = oneOf(g.draw, "x", "-1", "2013-02-30T00:00:00Z", "0")
		refusals = append(refusals, refInvalid)
	}
	parameters["InventoryRetrievalParameters"] = which
	return refusals
}

// list finds what an inventory lists. Dates count to the second, and a marker is
// where the last one ended.
func (j *refJob) list() {
	most, _ := strconv.Atoi(j.limit) // 0: all
	for _, a := range j.inventory.archives {
		created := secondsOf(a.created)
		if a.id < j.marker || created < j.start || j.end != "" && created >= j.end {
			continue
		}
		if most > 0 && len(j.listed) == most {
			j.next = a.id
			return
		}
		j.listed = append(j.listed, a)
	}
}

func (g *game) describeJob() move {
	v, j, path, refusals := g.jobIn()
	m := move{name: "DescribeJob", request: request{method: "GET", path: path}, refusals: refusals, status: http.StatusOK}
	if refusals == nil {
		m.name += " " + j.status(g.now)
		m.body = j.describe(v, g.now)
	}
	return m
}

func (g *game) listJobs() move {
	v, path, refusals := g.in()
	limit, n, wrong := g.page(50)
	refusals = append(append(refusals, wrong...), g.denied(v, "ListJobs", nil)...)
	status := oneOf(g.draw, "", "", "", inProgress, succeeded, failed)
	completed := oneOf(g.draw, "", "", "", "true", "false")
	if g.once(20) {
		status = "finished"
		refusals = append(refusals, refInvalid+": The job status code is not valid: finished")
	}
	if g.once(20) {
		completed = "yes"
		refusals = append(refusals, refInvalid)
	}
	var filter []string
	if status != "" {
		filter = append(filter, "statuscode="+status)
	}
	if completed != "" {
		filter = append(filter, "completed="+completed)
	}
	var jobs []*refJob
	for _, j := range inOrderOfIDs(v.jobs) {
		is := j.status(g.now)
		if !j.expired(g.now) && (status == "" || status == is) && (completed == "" || completed == strconv.FormatBool(is != inProgress)) {
			jobs = append(jobs, j)
		}
	}
	slices.SortStableFunc(jobs, func(a, b *refJob) int { return a.created.Compare(b.created) })
	page, marker := list{}, learnt(wantNull)
	for _, j := range jobs {
		if len(page) == n {
			marker = wantMarker
			break
		}
		page = append(page, j.describe(v, g.now))
	}
	return move{
		name: "ListJobs", request: request{method: "GET", path: path + "/jobs" + queryOf(append(filter, limit))},
		refusals: refusals, status: http.StatusOK, body: object{"JobList": page, "Marker": marker},
		then: func(a answer) { g.goOn(a, path+"/jobs"+queryOf(filter), "JobList", n, len(jobs)) },
	}
}

func (g *game) getJobOutput() move {
	v, j, path, refusals := g.jobIn()
	m := move{name: "GetJobOutput", request: request{method: "GET", path: path + "/output"}, status: http.StatusOK}
	if j.created.IsZero() {
		m.refusals = refusals
		return m
	}
	if j.expired(g.now) {
		refusals = append(refusals, refNotFound+": The job ID was not found: "+j.id)
	}
	if j.status(g.now) != succeeded {
		refusals = append(refusals, refInvalid+": The job is not currently available for download: "+j.id)
	}
	if m.refusals = refusals; refusals != nil {
		return m
	}
	m.header = map[string]string{"Accept-Ranges": "bytes", "Content-Range": "", "X-Amz-Sha256-Tree-Hash": "", "X-Amz-Archive-Description": ""}
	if j.archive == nil && j.output == nil {
		m.name += " of an inventory"
		m.header["Content-Type"] = map[bool]string{true: "text/csv", false: "application/json"}[j.csv]
		m.read = func(a answer) { g.readInventory(v, j, a) }
		return m
	}
	var output []byte
	if j.archive != nil {
		output = j.archive.data[j.first : j.last+1]
		m.header["Content-Type"] = "application/octet-stream"
		if !j.archive.deleted {
			m.header["X-Amz-Archive-Description"] = strings.TrimSpace(j.archive.description)
		}
	} else {
		output = []byte(*j.output)
	}
	first, last := g.drawRange(&m, len(output))
	if len(m.refusals) > 0 {
		return m
	}
	want := string(output[first : last+1])
	m.header["Content-Length"] = strconv.Itoa(len(want))
	if j.archive != nil {
		if j.tree != "" && refAligned(j.first+first, j.first+last, j.archive.size) {
			m.header["X-Amz-Sha256-Tree-Hash"] = refTree(output[first : last+1])
		}
	}
	m.read = func(a answer) {
		if a.body != want {
			g.t.Errorf("the output has %d bytes, and they are others than the %d that are wanted", len(a.body), len(want))
		}
	}
	return m
}

// drawRange draws the range of an output of size bytes that is asked for.
func (g *game) drawRange(m *move, size int) (first, last int) {
	ask := func(text string) { m.request.header = map[string]string{"Range": text} }
	partial := func(a, b int) (int, int) {
		m.name += " of a range"
		m.status, m.header["Content-Range"] = http.StatusPartialContent, fmt.Sprintf("bytes %d-%d/%d", a, b, size)
		return a, b
	}
	first = oneOf(g.draw, 0, min(mib, size-1), g.draw.IntN(size))
	last = min(oneOf(g.draw, size-1, first+mib-1, first+g.draw.IntN(size-first)), size-1)
	switch g.draw.IntN(8) {
	case 0:
		ask(oneOf(g.draw, "bytes 0-9/100", "bytes=5-4", "bytes=x-", "bytes=0-1,3-4", "bytes=-", "items=0-1", "bytes=-0"))
	case 1:
		text := fmt.Sprintf("bytes=%d-%d", size, size+5)
		ask(text)
		m.refusals = []string{refInvalid + ": The start of the range is larger than size of retrieved data: " + text}
	case 2:
		ask(fmt.Sprintf("bytes=%d-", first))
		return partial(first, size-1)
	case 3:
		n := 1 + g.draw.IntN(size+3)
		ask(fmt.Sprintf("bytes=-%d", n))
		return partial(max(0, size-n), size-1)
	case 4:
		ask(fmt.Sprintf("bytes=%d-%d", first, size+oneOf(g.draw, 0, 1, 1<<40)))
		return partial(first, size-1)
	case 5, 6:
		ask("bytes=" + rangeOf(first, last))
		return partial(first, last)
	}
	return 0, size - 1
}

// readInventory compares an inventory, and keeps it for those who ask for pieces.
func (g *game) readInventory(v *refVault, j *refJob, a answer) {
	g.t.Helper()
	if j.size > 0 && len(a.body) != j.size {
		g.t.Errorf("the inventory has %d bytes, not %d", len(a.body), j.size)
	}
	if a.header.Get("Content-Length") != strconv.Itoa(len(a.body)) {
		g.t.Errorf("the inventory has %d bytes, and Content-Length is %s", len(a.body), a.header.Get("Content-Length"))
	}
	j.output, j.size = &a.body, len(a.body)
	want := list{}
	for _, archive := range j.listed {
		want = append(want, object{
			"ArchiveId": archive.id, "ArchiveDescription": strings.TrimSpace(archive.description), "CreationDate": secondsOf(archive.created),
			"Size": archive.size, "SHA256TreeHash": archive.tree,
		})
	}
	var got any
	var err error
	if j.csv {
		got, err = fromCSV(a.body)
	} else {
		got, err = decode([]byte(a.body))
	}
	all := object{"ArchiveList": want, "VaultARN": arnPrefix + v.name, "InventoryDate": secondsOf(j.inventory.at)}
	if err == nil && j.csv {
		err = match("the list", want, got)
	} else if err == nil {
		err = match("the inventory", all, got)
	}
	if err != nil {
		g.t.Error(err)
	}
}

// fromCSV reads the service's kind of CSV: the first field ends at the first comma,
// the last three begin at the last three, and between them is the description.
func fromCSV(text string) (any, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n")
	if lines[0] != "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash" {
		return nil, fmt.Errorf("the first line is %s", lines[0])
	}
	all := []any{}
	for _, line := range lines[1:] {
		fields := strings.Split(line, ",")
		if len(fields) < 5 {
			return nil, fmt.Errorf("there are too few fields in %s", line)
		}
		n := len(fields)
		description := strings.Join(fields[1:n-3], ",")
		if inner, ok := strings.CutPrefix(description, `"`); ok {
			description = strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `\"`, `"`)
		}
		unquoted := func(field string) string { return strings.Trim(field, `"`) }
		all = append(all, map[string]any{
			"ArchiveId": unquoted(fields[0]), "ArchiveDescription": description, "CreationDate": unquoted(fields[n-3]),
			"Size": json.Number(unquoted(fields[n-2])), "SHA256TreeHash": unquoted(fields[n-1]),
		})
	}
	return all, nil
}
