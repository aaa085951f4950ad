package glaciervault_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/treehash"
	"firn/vault"
)

func TestStartJob(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		w.Header().Set("X-Amz-Job-Id", "JOB")
		w.WriteHeader(http.StatusAccepted)
	})
	v := openAt(t, s.URL)
	for _, c := range []struct {
		req  vault.JobRequest
		want string
	}{
		{vault.JobRequest{Kind: vault.RetrieveInventory, Description: "token"}, `{"Description":"token","Format":"JSON","Type":"inventory-retrieval"}`},
		{vault.JobRequest{Kind: vault.RetrieveArchive, Archive: "A"}, `{"ArchiveId":"A","Type":"archive-retrieval"}`},
		{
			vault.JobRequest{Kind: vault.RetrieveArchive, Archive: "A", Topic: "arn:aws:sns:us-east-1:012345678901:t", List: vault.Listing{Limit: 1}},
			`{"ArchiveId":"A","SNSTopic":"arn:aws:sns:us-east-1:012345678901:t","Type":"archive-retrieval"}`,
		},
		{
			vault.JobRequest{Kind: vault.RetrieveInventory, List: vault.Listing{CSV: true}},
			`{"Format":"CSV","Type":"inventory-retrieval"}`,
		},
		{
			vault.JobRequest{Kind: vault.RetrieveInventory, List: vault.Listing{Since: at(0), Until: at(time.Hour), Limit: 1000, Marker: "next"}},
			`{"Format":"JSON","InventoryRetrievalParameters":{"EndDate":"2013-03-20T18:03:43Z","Limit":"1000","Marker":"next","StartDate":"2013-03-20T17:03:43Z"},"Type":"inventory-retrieval"}`,
		},
		{
			vault.JobRequest{Kind: vault.RetrieveInventory, List: vault.Listing{Since: at(time.Millisecond)}},
			`{"Format":"JSON","InventoryRetrievalParameters":{"StartDate":"2013-03-20T17:03:43Z"},"Type":"inventory-retrieval"}`,
		},
		{
			vault.JobRequest{Kind: vault.RetrieveInventory, List: vault.Listing{Until: at(time.Millisecond)}},
			`{"Format":"JSON","InventoryRetrievalParameters":{"EndDate":"2013-03-20T17:03:44Z"},"Type":"inventory-retrieval"}`,
		},
		{
			vault.JobRequest{Kind: vault.RetrieveArchive, Archive: "A", Tier: vault.Bulk, Range: vault.Range{Offset: 1 << 20, Size: 1 << 20}},
			`{"ArchiveId":"A","RetrievalByteRange":"1048576-2097151","Tier":"Bulk","Type":"archive-retrieval"}`,
		},
	} {
		id, err := v.StartJob(t.Context(), c.req)
		if err != nil || id != "JOB" {
			t.Fatalf("%+v: %q, %v", c.req, id, err)
		}
		var sent map[string]any
		if err := json.Unmarshal(s.seen()[len(s.seen())-1].body, &sent); err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(sent); err != nil || string(got) != c.want {
			t.Errorf("sent %s, want %s", got, c.want)
		}
	}
	before := len(s.seen())
	for _, c := range []struct {
		req   vault.JobRequest
		class error
	}{
		{vault.JobRequest{Kind: "select"}, vault.ErrInvalid},
		{vault.JobRequest{Kind: vault.RetrieveArchive}, vault.ErrNotFound},
		{vault.JobRequest{Kind: vault.RetrieveInventory, Description: "ü"}, vault.ErrInvalid},
		{vault.JobRequest{Kind: vault.RetrieveInventory, Archive: "A"}, vault.ErrInvalid},
		{vault.JobRequest{Kind: vault.RetrieveInventory, List: vault.Listing{Limit: -1}}, vault.ErrInvalid},
		{vault.JobRequest{Kind: vault.RetrieveInventory, List: vault.Listing{Since: at(0), Until: at(0)}}, vault.ErrInvalid},
		{vault.JobRequest{Kind: vault.RetrieveArchive, Archive: "A", Range: vault.Range{Offset: -1 << 20, Size: 1 << 20}}, vault.ErrInvalid},
		{vault.JobRequest{Kind: vault.RetrieveArchive, Archive: "A", Range: vault.Range{Offset: 1 << 20}}, vault.ErrInvalid},
	} {
		if _, err := v.StartJob(t.Context(), c.req); !errors.Is(err, c.class) {
			t.Errorf("%+v: %v, want %v", c.req, err, c.class)
		}
	}
	if len(s.seen()) != before {
		t.Error("an impossible job was asked for")
	}
}

// at returns a time relative to that of the samples in the developer guide.
func at(d time.Duration) time.Time { return time.Date(2013, 3, 20, 17, 3, 43, 0, time.UTC).Add(d) }

// TestNoInventoryYet: the service does not say that waiting helps.
func TestNoInventoryYet(t *testing.T) {
	isolate(t)
	for message, advised := range map[string]bool{
		"There is no inventory for the vault":                                           true,
		"Vault not found for ARN: arn:aws:glacier:us-east-1:012345678901:vaults/photos": false,
	} {
		s := serve(t, func(w http.ResponseWriter, _ request, _ int) { refuse(w, 404, "ResourceNotFoundException", message) })
		v := openAt(t, s.URL)
		_, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory})
		if !errors.Is(err, vault.ErrNotFound) || strings.Contains(err.Error(), "a day after the first upload") != advised {
			t.Errorf("an inventory: %v", err)
		}
		_, err = v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: "A"})
		if !errors.Is(err, vault.ErrNotFound) || strings.Contains(err.Error(), "first upload") {
			t.Errorf("an archive: %v", err)
		}
	}
}

func archiveJob(byteRange, hash string) string {
	return `{"Action":"ArchiveRetrieval","ArchiveId":"A","ArchiveSHA256TreeHash":"` + treehash.Sum([]byte("all")).String() + `","ArchiveSizeInBytes":16777216,"Completed":true,
		"CompletionDate":"2013-03-20T21:00:00.000Z","CreationDate":"2013-03-20T17:03:43.221Z","InventorySizeInBytes":null,"JobDescription":"token",
		"JobId":"JOB","RetrievalByteRange":` + byteRange + `,"SHA256TreeHash":` + hash + `,"SNSTopic":"arn:topic","StatusCode":"Succeeded","StatusMessage":"Succeeded","Tier":"Bulk"}`
}

func inventoryJob(status, size, parameters string) string {
	return `{"Action":"InventoryRetrieval","CreationDate":"2013-03-20T17:03:43.221Z","InventorySizeInBytes":` + size + `,
		"InventoryRetrievalParameters":{"StartDate":"2013-03-20T17:03:43Z","EndDate":"2013-03-20T18:03:43Z","Format":"CSV",` + parameters + `},
		"JobId":"JOB","StatusCode":"` + status + `"}`
}

func TestJob(t *testing.T) {
	isolate(t)
	hash := treehash.Sum([]byte("x"))
	created, completed := time.Date(2013, 3, 20, 17, 3, 43, 221e6, time.UTC), time.Date(2013, 3, 20, 21, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, document string
		want           vault.Job
		class          error
	}{
		{
			"range of an archive", archiveJob(`"1048576-2097151"`, `"`+hash.String()+`"`),
			vault.Job{
				ID: "JOB", Kind: vault.RetrieveArchive, Status: vault.Succeeded, Message: "Succeeded", Archive: "A", Tier: vault.Bulk, Description: "token",
				Topic: "arn:topic", Range: vault.Range{Offset: 1 << 20, Size: 1 << 20}, Size: 1 << 20, TreeHash: hash,
				ArchiveSize: 16 << 20, ArchiveTreeHash: treehash.Sum([]byte("all")),
				Created: created, Completed: completed, Expires: completed.Add(24 * time.Hour),
			},
			nil,
		},
		{
			"range without a hash", archiveJob(`"1048576-4194303"`, "null"),
			vault.Job{
				ID: "JOB", Kind: vault.RetrieveArchive, Status: vault.Succeeded, Message: "Succeeded", Archive: "A", Tier: vault.Bulk, Description: "token",
				Topic: "arn:topic", Range: vault.Range{Offset: 1 << 20, Size: 3 << 20}, Size: 3 << 20,
				ArchiveSize: 16 << 20, ArchiveTreeHash: treehash.Sum([]byte("all")),
				Created: created, Completed: completed, Expires: completed.Add(24 * time.Hour),
			},
			nil,
		},
		{
			"inventory", `{"Action":"InventoryRetrieval","ArchiveId":null,"Completed":false,"CompletionDate":null,"CreationDate":"2013-03-20T17:03:43.221Z",
			"InventorySizeInBytes":null,"JobDescription":null,"JobId":"JOB","RetrievalByteRange":null,"SHA256TreeHash":null,"StatusCode":"InProgress","StatusMessage":"Operation in progress.","Tier":null}`,
			vault.Job{ID: "JOB", Kind: vault.RetrieveInventory, Status: vault.InProgress, Message: "Operation in progress.", Created: created},
			nil,
		},
		{
			"inventory with bounds in progress", inventoryJob("InProgress", "null", `"Limit":"10","Marker":"from here"`),
			vault.Job{
				ID: "JOB", Kind: vault.RetrieveInventory, Status: vault.InProgress, Created: created,
				List: vault.Listing{Since: at(0), Until: at(time.Hour), Limit: 10, Marker: "from here", CSV: true},
			},
			nil,
		},
		{
			"inventory with bounds", inventoryJob("Succeeded", "1988", `"Limit":"10","Marker":"next"`),
			vault.Job{
				ID: "JOB", Kind: vault.RetrieveInventory, Status: vault.Succeeded, Created: created, Size: 1988, Marker: "next",
				List: vault.Listing{Since: at(0), Until: at(time.Hour), Limit: 10, CSV: true},
			},
			nil,
		},
		{
			"last page of an inventory", inventoryJob("Succeeded", "1988", `"Limit":"10","Marker":null`),
			vault.Job{
				ID: "JOB", Kind: vault.RetrieveInventory, Status: vault.Succeeded, Created: created, Size: 1988,
				List: vault.Listing{Since: at(0), Until: at(time.Hour), Limit: 10, CSV: true},
			},
			nil,
		},
		{"odd limit", inventoryJob("Succeeded", "1988", `"Limit":"ten"`), vault.Job{}, vault.ErrUnavailable},
		{"odd bound", strings.Replace(inventoryJob("Succeeded", "1988", `"Limit":null`), "18:03:43Z", "soon", 1), vault.Job{}, vault.ErrUnavailable},
		{"odd size", inventoryJob("Succeeded", "-1", `"Limit":null`), vault.Job{}, vault.ErrUnavailable},
		{"range beyond the archive", archiveJob(`"1048576-16777216"`, "null"), vault.Job{}, vault.ErrUnavailable},
		{"odd hash", archiveJob(`"0-1048575"`, `"zz"`), vault.Job{}, vault.ErrUnavailable},
		{"select", `{"Action":"Select","StatusCode":"InProgress"}`, vault.Job{}, vault.ErrUnavailable},
		{"new status", `{"Action":"ArchiveRetrieval","StatusCode":"Thawing"}`, vault.Job{}, vault.ErrUnavailable},
		{"no range", `{"Action":"ArchiveRetrieval","StatusCode":"InProgress"}`, vault.Job{}, vault.ErrUnavailable},
		{"odd date", `{"Action":"InventoryRetrieval","StatusCode":"InProgress","CreationDate":"yesterday"}`, vault.Job{}, vault.ErrUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ request, _ int) { reply(w, 200, c.document) })
			got, err := openAt(t, s.URL).Job(t.Context(), "JOB")
			if !errors.Is(err, c.class) {
				t.Fatalf("got %v, want %v", err, c.class)
			}
			if c.class == nil && got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// TestJobs lists jobs from all pages. Jobs that cannot be read have Bad set.
func TestJobs(t *testing.T) {
	isolate(t)
	item := func(id, document string) string {
		return strings.Replace(document, `"JobId":"JOB"`, `"JobId":"`+id+`"`, 1)
	}
	first := strings.Join([]string{
		item("A", archiveJob(`"0-1048575"`, "null")),
		item("SELECT", `{"Action":"Select","JobId":"JOB","StatusCode":"InProgress"}`),
		item("ODD", `{"Action":"ArchiveRetrieval","JobId":"JOB","StatusCode":"Thawing"}`),
		item("RANGELESS", archiveJob("null", "null")),
		item("../x", archiveJob(`"0-1048575"`, "null")),
		item("B", archiveJob(`"1048576-2097151"`, "null")),
	}, ",")
	pages := []string{
		`{"JobList":[` + first + `],"Marker":"a/b"}`,
		`{"JobList":[],"Marker":"empty"}`,
		`{"JobList":[` + item("C", inventoryJob("InProgress", "null", `"Limit":null`)) + `],"Marker":null}`,
	}
	s := serve(t, func(w http.ResponseWriter, r request, n int) {
		if want := []string{"", "a/b", "empty"}[n]; r.URL.Query().Get("marker") != want {
			t.Errorf("page %d is asked for with %q", n, r.URL.RawQuery)
		}
		reply(w, 200, pages[n])
	})
	var ids []vault.JobID
	bad := make(map[vault.JobID]string)
	for job, err := range openAt(t, s.URL).Jobs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if job.Bad != "" {
			bad[job.ID] = job.Bad
			continue
		}
		ids = append(ids, job.ID)
	}
	if !slices.Equal(ids, []vault.JobID{"A", "B", "C"}) {
		t.Errorf("listed %q", ids)
	}
	for id, why := range map[vault.JobID]string{
		"SELECT": `a kind of job that is not ours: "Select"`, "ODD": `a job status that does not exist: "Thawing"`,
		"RANGELESS": `not a range of bytes: ""`, "": "../x",
	} {
		if !strings.Contains(bad[id], why) {
			t.Errorf("%q is bad because %q, want %q", id, bad[id], why)
		}
	}
	if len(bad) != 4 {
		t.Errorf("bad are %q", bad)
	}
}
