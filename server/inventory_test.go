package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firn/internal/testclock"
	"firn/treehash"
)

// inventoried starts an inventory job in the vault films, waits for it, and
// returns its path.
func (s *service) inventoried(c *testclock.Clock, more string) string {
	s.t.Helper()
	id := s.job(`{"Type":"inventory-retrieval"` + more + `}`)
	c.Advance(4 * time.Hour)
	return "/-/vaults/films/jobs/" + id
}

func TestInventoryJob(t *testing.T) {
	s, c := startSlow(t)
	archive := s.store([]byte("film"), `said "so", twice`)
	path := s.inventoried(c, `,"Description":"token 8","Tier":"Bulk","SNSTopic":null,"ArchiveId":null`)
	line := fmt.Sprintf(`{"ArchiveId":"%s","ArchiveDescription":"said \"so\", twice","CreationDate":"2013-03-20T17:03:43Z","Size":4,"SHA256TreeHash":"%s"}`,
		archive, treehash.Sum([]byte("film")))
	document := `{"VaultARN":"` + arnPrefix + `films","InventoryDate":"2013-03-20T17:03:43Z","ArchiveList":[` + line + `]}`

	a := s.get(path + "/output")
	a.want(t, 200, document)
	a.wantHeader(t, map[string]string{
		"Content-Type": "application/json", "Accept-Ranges": "bytes", "X-Amz-Sha256-Tree-Hash": "", "X-Amz-Archive-Description": "",
		"Content-Length": fmt.Sprint(len(document)),
	})
	a = s.do(request{method: "GET", path: path + "/output", header: map[string]string{"Range": "bytes=1-20"}})
	a.want(t, 206, document[1:21])
	a.wantHeader(t, map[string]string{
		"Content-Range": fmt.Sprintf("bytes 1-20/%d", len(document)), "X-Amz-Sha256-Tree-Hash": "",
	})
	s.get(path).want(t, 200, described(t, map[string]any{
		"Action": "InventoryRetrieval", "Completed": true, "CompletionDate": "2013-03-20T21:03:43.221Z",
		"CreationDate":                 "2013-03-20T17:03:43.221Z",
		"InventoryRetrievalParameters": map[string]any{"EndDate": nil, "Format": "JSON", "Limit": nil, "Marker": nil, "StartDate": nil},
		"InventorySizeInBytes":         len(document), "JobDescription": "token 8", "JobId": path[len("/-/vaults/films/jobs/"):],
		"StatusCode": "Succeeded", "StatusMessage": "Succeeded",
	}))
}

func TestInventoryJobAsCSV(t *testing.T) {
	s, c := startSlow(t)
	archive := s.store([]byte("film"), `said "so", twice`)
	path := s.inventoried(c, `,"Format":"CSV"`)
	a := s.get(path + "/output")
	a.want(t, 200, "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\r\n"+
		archive+`,"said \"so\", twice",2013-03-20T17:03:43Z,4,`+treehash.Sum([]byte("film")).String()+"\r\n")
	a.wantHeader(t, map[string]string{"Content-Type": "text/csv"})
	if got := s.get(path).body; !strings.Contains(got, `"InventoryRetrievalParameters":{"EndDate":null,"Format":"CSV"`) {
		t.Errorf("described as %s", got)
	}
}

// Dates bound an inventory, the first included and the last not, in each of the
// forms that clients write.
func TestInventoryJobByDates(t *testing.T) {
	s, c := startSlow(t)
	var ids []string // created at 17:03:43.221 and each of the next four days
	for range 5 {
		ids = append(ids, s.store([]byte("film"), ""))
		c.Advance(24 * time.Hour)
	}
	for _, test := range []struct {
		since, until string
		from, to     int
		told         string // of the dates, in the description of the job
	}{
		{"", "", 0, 5, `"EndDate":null,"Format":"JSON","Limit":null,"Marker":null,"StartDate":null`},
		{"2013-03-21T17:03:43Z", "2013-03-23T17:03:43Z", 1, 3, `"EndDate":"2013-03-23T17:03:43Z","Format":"JSON","Limit":null,"Marker":null,"StartDate":"2013-03-21T17:03:43Z"`},
		{"2013-03-22T00:00:00Z", "", 2, 5, `"EndDate":null,"Format":"JSON","Limit":null,"Marker":null,"StartDate":"2013-03-22T00:00:00Z"`},
		{"2013-03-22", "2013-03-23", 2, 3, `"EndDate":"2013-03-23T00:00:00Z","Format":"JSON","Limit":null,"Marker":null,"StartDate":"2013-03-22T00:00:00Z"`},
		{"20130322T000000Z", "2013-03-23T02:00:00+02:00", 2, 3, `"EndDate":"2013-03-23T00:00:00Z","Format":"JSON","Limit":null,"Marker":null,"StartDate":"2013-03-22T00:00:00Z"`},
		{"2013-03-22T00:00Z", "2013-03-23T02:00:00+0200", 2, 3, `"EndDate":"2013-03-23T00:00:00Z","Format":"JSON","Limit":null,"Marker":null,"StartDate":"2013-03-22T00:00:00Z"`},
	} {
		path := s.inventoried(c, `,"InventoryRetrievalParameters":{"StartDate":"`+test.since+`","EndDate":"`+test.until+`"}`)
		document := s.get(path + "/output").body
		for i, id := range ids {
			if got, want := strings.Contains(document, id), test.from <= i && i < test.to; got != want {
				t.Errorf("from %q to %q: archive %d is listed: %t", test.since, test.until, i, got)
			}
		}
		if got := s.get(path).body; !strings.Contains(got, test.told) {
			t.Errorf("described as %s\nwant %s", got, test.told)
		}
	}
}

// A marker leads from job to job through everything.
func TestInventoryJobByPages(t *testing.T) {
	s, c := startSlow(t)
	missing := map[string]bool{}
	for range 7 {
		missing[s.store([]byte("film"), "")] = true
	}
	marker := "null"
	for pages := range 4 {
		limit := []string{`"3"`, `3`}[pages%2] // as the service wants it, and as boto 2.49 sends it
		more := `,"InventoryRetrievalParameters":{"Limit":` + limit + `,"Marker":` + marker + `,"StartDate":null}`
		id := s.job(`{"Type":"inventory-retrieval"` + more + `}`)
		path := "/-/vaults/films/jobs/" + id
		running := `"InventoryRetrievalParameters":{"EndDate":null,"Format":"JSON","Limit":"3","Marker":` + marker + `,"StartDate":null},"InventorySizeInBytes":null`
		if got := s.get(path).body; !strings.Contains(got, running) {
			t.Errorf("under way, described as %s\nwant %s", got, running)
		}
		c.Advance(4 * time.Hour)
		document, listed := s.get(path+"/output").body, 0
		for id := range missing {
			if strings.Contains(document, id) {
				delete(missing, id)
				listed++
			}
		}
		if want := min(3, 7-3*pages); listed != want {
			t.Errorf("page %d lists %d archives that no page before it does, want %d", pages, listed, want)
		}
		_, after, _ := strings.Cut(s.get(path).body, `"Limit":"3","Marker":`)
		if marker, _, _ = strings.Cut(after, ","); marker == "null" {
			break
		}
	}
	if len(missing) > 0 || marker != "null" {
		t.Errorf("%d archives are on no page, and the last marker is %s", len(missing), marker)
	}
	s.do(request{
		method: "POST", path: "/-/vaults/films/jobs",
		body: []byte(`{"Type":"inventory-retrieval","InventoryRetrievalParameters":{"Marker":"../x"}}`),
	}).wantStatus(t, 400, "InvalidParameterValueException")
}

// A vault whose first inventory is still to come has none to give.
func TestInventoryJobBeforeTheFirstInventory(t *testing.T) {
	s := start(t) // inventories once a day
	s.createVault("films")
	s.store([]byte("film"), "")
	s.do(request{method: "POST", path: "/-/vaults/films/jobs", body: []byte(`{"Type":"inventory-retrieval"}`)}).
		wantError(t, 404, "ResourceNotFoundException", "There is no inventory yet of the vault with ARN: "+arnPrefix+"films")
}
