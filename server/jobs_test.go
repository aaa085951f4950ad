package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"firn/internal/testclock"
	"firn/server"
	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
)

// slowStore opens a directory of vaults whose jobs take as long as those of the
// service, by the given clock.
func slowStore(t *testing.T, dir string, c *testclock.Clock) *dirvault.Root {
	t.Helper()
	root, err := dirvault.OpenRoot(dir, dirvault.Options{
		Now: c.Now,
		RetrievalDelay: func(_ vault.JobKind, tier vault.Tier) time.Duration {
			switch tier {
			case vault.Expedited:
				return time.Minute
			case vault.Bulk:
				return 8 * time.Hour
			}
			return 4 * time.Hour
		},
		OutputLifetime: 24 * time.Hour,
		InventoryEvery: -1,
		ARN:            func(name string) string { return server.ARN(region, account, name) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := root.Close(); err != nil {
			t.Error(err)
		}
	})
	return root
}

// startSlow serves a fresh directory with one vault, films, whose jobs take
// their time.
func startSlow(t *testing.T) (*service, *testclock.Clock) {
	t.Helper()
	c := testclock.At(vaultTime)
	s := startOver(t, slowStore(t, t.TempDir(), c))
	s.createVault("films")
	return s, c
}

// store uploads an archive to the vault films and returns its id.
func (s *service) store(body []byte, description string) string {
	s.t.Helper()
	a := s.do(upload("POST", "/-/vaults/films/archives", body, map[string]string{"X-Amz-Archive-Description": description}))
	a.want(s.t, 201, "")
	return a.header.Get("X-Amz-Archive-Id")
}

// job starts a job in the vault films and returns its id.
func (s *service) job(parameters string) string {
	s.t.Helper()
	a := s.do(request{method: "POST", path: "/-/vaults/films/jobs", body: []byte(parameters)})
	a.want(s.t, 202, "")
	id := a.header.Get("X-Amz-Job-Id")
	if got, want := a.header.Get("Location"), "/"+account+"/vaults/films/jobs/"+id; got != want {
		s.t.Errorf("Location %q, want %q", got, want)
	}
	if len(id) != 92 {
		s.t.Errorf("the job id %q does not have 92 characters", id)
	}
	return id
}

func (s *service) get(path string) answer {
	s.t.Helper()
	return s.do(request{method: "GET", path: path})
}

// described is the description of a job of the vault films with some keys of its
// own and null for the rest, as text.
func described(t *testing.T, keys map[string]any) string {
	t.Helper()
	all := map[string]any{"VaultARN": arnPrefix + "films"}
	for _, key := range []string{
		"Action", "ArchiveId", "ArchiveSHA256TreeHash", "ArchiveSizeInBytes", "Completed", "CompletionDate",
		"CreationDate", "InventoryRetrievalParameters", "InventorySizeInBytes", "JobDescription", "JobId",
		"RetrievalByteRange", "SHA256TreeHash", "SNSTopic", "StatusCode", "StatusMessage", "Tier",
	} {
		all[key] = nil
	}
	maps.Copy(all, keys)
	text, err := json.Marshal(all) // in the order of the keys
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// but returns keys with some of them changed.
func but(keys, more map[string]any) map[string]any {
	all := maps.Clone(keys)
	maps.Copy(all, more)
	return all
}

func TestArchiveJob(t *testing.T) {
	s, c := startSlow(t)
	body := pattern(6*mib + mib/2)
	archive := s.store(body, "films of 2012")
	id := s.job(`{"Type":"archive-retrieval","ArchiveId":"` + archive + `","Description":"token 7","Tier":"Bulk",` +
		`"SNSTopic":"arn:aws:sns:eu-north-1:012345678901:ready","RetrievalByteRange":"4194304-6815743",` +
		`"Format":null,"InventoryRetrievalParameters":null,"SelectParameters":null,"OutputLocation":null}`)
	path := "/-/vaults/films/jobs/" + id

	running := map[string]any{
		"Action": "ArchiveRetrieval", "ArchiveId": archive, "ArchiveSHA256TreeHash": treehash.Sum(body).String(),
		"ArchiveSizeInBytes": len(body), "Completed": false, "CreationDate": "2013-03-20T17:03:43.221Z",
		"JobDescription": "token 7", "JobId": id, "RetrievalByteRange": "4194304-6815743",
		"SHA256TreeHash": treehash.Sum(body[4*mib:]).String(), "SNSTopic": "arn:aws:sns:eu-north-1:012345678901:ready",
		"StatusCode": "InProgress", "StatusMessage": "Operation in progress.", "Tier": "Bulk",
	}
	s.get(path).want(t, 200, described(t, running))
	s.get(path+"/output").wantError(t, 400, "InvalidParameterValueException",
		"The job is not currently available for download: "+id)

	c.Advance(8*time.Hour - time.Millisecond)
	s.get(path).want(t, 200, described(t, running))
	c.Advance(time.Millisecond)
	s.get(path).want(t, 200, described(t, but(running, map[string]any{
		"Completed": true, "CompletionDate": "2013-03-21T01:03:43.221Z",
		"StatusCode": "Succeeded", "StatusMessage": "Succeeded",
	})))
	s.get(path+"/output").want(t, 200, string(body[4*mib:]))

	c.Advance(24*time.Hour - time.Millisecond)
	s.get(path+"/output").want(t, 200, string(body[4*mib:]))
	c.Advance(time.Millisecond)
	s.get(path+"/output").wantError(t, 404, "ResourceNotFoundException", "The job ID was not found: "+id)
}

func TestWholeArchiveJob(t *testing.T) {
	s, _ := startSlow(t)
	archive := s.store([]byte("film"), "")
	for _, parameters := range []string{
		`{"Type":"archive-retrieval","ArchiveId":"%s"}`,
		`{"Type":"archive-retrieval","ArchiveId":"%s","Tier":"Standard","Description":"","SNSTopic":""}`,
		`{"Type":"archive-retrieval","ArchiveId":"%s","RetrievalByteRange":"0-3","Description":null}`,
	} {
		id := s.job(fmt.Sprintf(parameters, archive))
		hash := treehash.Sum([]byte("film")).String()
		s.get("/-/vaults/films/jobs/"+id).want(t, 200, described(t, map[string]any{
			"Action": "ArchiveRetrieval", "ArchiveId": archive, "ArchiveSHA256TreeHash": hash, "ArchiveSizeInBytes": 4,
			"Completed": false, "CreationDate": "2013-03-20T17:03:43.221Z", "JobId": id, "RetrievalByteRange": "0-3",
			"SHA256TreeHash": hash, "StatusCode": "InProgress", "StatusMessage": "Operation in progress.", "Tier": "Standard",
		}))
	}
}

// An archive that is deleted while it is being retrieved fails the job, which
// says so.
func TestJobOfADeletedArchiveFails(t *testing.T) {
	s, c := startSlow(t)
	archive := s.store([]byte("film"), "")
	id := s.job(`{"Type":"archive-retrieval","ArchiveId":"` + archive + `"}`)
	s.do(request{method: "DELETE", path: "/-/vaults/films/archives/" + archive}).want(t, 204, "")
	c.Advance(4 * time.Hour)
	var job struct {
		StatusCode, StatusMessage, CompletionDate string
		Completed                                 bool
	}
	if err := json.Unmarshal([]byte(s.get("/-/vaults/films/jobs/"+id).body), &job); err != nil {
		t.Fatal(err)
	}
	if job.StatusCode != "Failed" || !job.Completed || job.CompletionDate != "2013-03-20T21:03:43.221Z" || len(job.StatusMessage) < 10 {
		t.Errorf("the job is %+v", job)
	}
	s.get("/-/vaults/films/jobs/"+id+"/output").wantError(t, 400, "InvalidParameterValueException",
		"The job is not currently available for download: "+id)
	if got := s.jobs("?statuscode=Failed&completed=true").ids(); got != id {
		t.Errorf("of the failed jobs %s are listed, want %s", got, id)
	}
}

func TestJobGoesOnAfterRestart(t *testing.T) {
	c := testclock.At(vaultTime)
	dir := t.TempDir()
	store := slowStore(t, dir, c)
	s := startOver(t, store)
	s.createVault("films")
	path := "/-/vaults/films/jobs/" + s.job(`{"Type":"archive-retrieval","ArchiveId":"`+s.store([]byte("film"), "")+`"}`)
	before := s.get(path)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}

	again := startOver(t, slowStore(t, dir, c))
	again.get(path).want(t, 200, before.body)
	c.Advance(4 * time.Hour)
	again.get(path+"/output").want(t, 200, "film")
}

func TestInitiateJobRefuses(t *testing.T) {
	s, _ := startSlow(t)
	archive := s.store(pattern(3*mib+5), "")
	gone := s.store([]byte("gone"), "")
	s.do(request{method: "DELETE", path: "/-/vaults/films/archives/" + gone}).want(t, 204, "")
	const (
		invalid  = "InvalidParameterValueException"
		missing  = "MissingParameterValueException"
		notFound = "ResourceNotFoundException"
	)
	retrieve := func(more string) string {
		return `{"Type":"archive-retrieval","ArchiveId":"` + archive + `"` + more + `}`
	}
	inventory := func(more string) string { return `{"Type":"inventory-retrieval"` + more + `}` }
	unaligned := func(r string) string {
		return "Invalid RetrievalByteRange: " + r + ". It must be megabyte aligned and within the archive."
	}
	tests := []struct {
		body    string
		status  int
		code    string
		message string
	}{
		{`{}`, 400, missing, "Required parameter missing: Type"},
		{`null`, 400, missing, "Required parameter missing: Type"},
		{`{"Type":null,"ArchiveId":"` + archive + `"}`, 400, missing, "Required parameter missing: Type"},
		{`{"jobParameters":` + retrieve("") + `}`, 400, missing, "Required parameter missing: Type"},
		{`{"Type":"Archive-Retrieval"}`, 400, invalid, "Invalid job type: Archive-Retrieval"},
		{`{"Type":"select","ArchiveId":"` + archive + `"}`, 400, invalid, "Jobs of type select are not supported."},
		{`{"Type":"archive-retrieval"}`, 400, missing, "Required parameter missing: ArchiveId"},
		{`{"Type":"archive-retrieval","ArchiveId":"../x"}`, 400, invalid, "Invalid archive ID: ../x"},
		{`{"Type":"archive-retrieval","ArchiveId":"` + gone + `"}`, 404, notFound, "The archive ID was not found: " + gone},
		{`{"Type":"archive-retrieval","ArchiveId":"` + gone + `","RetrievalByteRange":"0-3"}`, 404, notFound, "The archive ID was not found: " + gone},
		{`{"Type":"archive-retrieval","ArchiveId":"nothing"}`, 404, notFound, "The archive ID was not found: nothing"},
		{retrieve(`,"Tier":"bulk"`), 400, invalid, "Invalid Tier: bulk"},
		{retrieve(`,"Format":"XML"`), 400, invalid, "Invalid Format: XML"},
		{retrieve(`,"SNSTopic":"ready"`), 400, invalid, "Invalid SNSTopic: ready"},
		{retrieve(`,"SNSTopic":"arn:aws:sqs:eu-north-1:012345678901:ready"`), 400, invalid, "Invalid SNSTopic: arn:aws:sqs:eu-north-1:012345678901:ready"},
		{retrieve(`,"InventoryRetrievalParameters":{}`), 400, invalid, "InventoryRetrievalParameters are for jobs of type inventory-retrieval only."},
		{retrieve(`,"Description":"` + strings.Repeat("x", 1025) + `"`), 400, invalid, "Invalid Description: it must be at most 1024 printable ASCII characters."},
		{retrieve(`,"Description":"caf\u00e9"`), 400, invalid, "Invalid Description: it must be at most 1024 printable ASCII characters."},
		{retrieve(`,"Description":"a\nb"`), 400, invalid, "Invalid Description: it must be at most 1024 printable ASCII characters."},
		{retrieve(`,"RetrievalByteRange":"0-1048574"`), 400, invalid, unaligned("0-1048574")},
		{retrieve(`,"RetrievalByteRange":"1-1048575"`), 400, invalid, unaligned("1-1048575")},
		{retrieve(`,"RetrievalByteRange":"0-4194303"`), 400, invalid, unaligned("0-4194303")},
		{retrieve(`,"RetrievalByteRange":"3145728-3145731"`), 400, invalid, unaligned("3145728-3145731")},
		{retrieve(`,"RetrievalByteRange":"1048576-0"`), 400, invalid, unaligned("1048576-0")},
		{retrieve(`,"RetrievalByteRange":"bytes=0-1048575"`), 400, invalid, unaligned("bytes=0-1048575")},
		{retrieve(`,"RetrievalByteRange":"0-9223372036854775807"`), 400, invalid, unaligned("0-9223372036854775807")},
		{inventory(`,"ArchiveId":"` + archive + `"`), 400, invalid, "ArchiveId is not for jobs of type inventory-retrieval."},
		{inventory(`,"RetrievalByteRange":"0-1048575"`), 400, invalid, "RetrievalByteRange is not for jobs of type inventory-retrieval."},
		{inventory(`,"Format":"json"`), 400, invalid, "Invalid Format: json"},
		{inventory(`,"InventoryRetrievalParameters":{"StartDate":"yesterday"}`), 400, invalid, "Invalid StartDate: yesterday"},
		{inventory(`,"InventoryRetrievalParameters":{"EndDate":"2013-13-01T00:00:00Z"}`), 400, invalid, "Invalid EndDate: 2013-13-01T00:00:00Z"},
		{inventory(`,"InventoryRetrievalParameters":{"Limit":"0"}`), 400, invalid, "Invalid Limit: 0"},
		{inventory(`,"InventoryRetrievalParameters":{"Limit":"-1"}`), 400, invalid, "Invalid Limit: -1"},
		{inventory(`,"InventoryRetrievalParameters":{"Limit":-1}`), 400, invalid, "Invalid Limit: -1"},
		{inventory(`,"InventoryRetrievalParameters":{"Limit":1.5}`), 400, invalid, "Invalid Limit: 1.5"},
		{inventory(`,"InventoryRetrievalParameters":{"Limit":"many"}`), 400, invalid, "Invalid Limit: many"},
		{inventory(`,"InventoryRetrievalParameters":{"Marker":"` + strings.Repeat("x", 1025) + `"}`), 400, invalid, "Invalid Marker: it has more than 1024 characters."},
	}
	for _, body := range []string{
		``, `x`, `[]`, `"archive-retrieval"`, `{"Type":5}`, `{"Type":"inventory-retrieval"`, retrieve("") + "{}",
		inventory(`,"InventoryRetrievalParameters":{"Limit":[5]}`), inventory(`,"InventoryRetrievalParameters":[]`),
	} {
		tests = append(tests, struct {
			body    string
			status  int
			code    string
			message string
		}{body, 400, "SerializationException", "The body of the request is not valid JSON for this operation."})
	}
	for _, test := range tests {
		s.do(request{method: "POST", path: "/-/vaults/films/jobs", body: []byte(test.body)}).
			wantError(t, test.status, test.code, test.message)
	}
	s.get("/-/vaults/films/jobs").want(t, 200, `{"JobList":[],"Marker":null}`)
	s.do(request{method: "POST", path: "/-/vaults/none/jobs", body: []byte(retrieve(""))}).
		wantError(t, 404, notFound, "Vault not found for ARN: "+arnPrefix+"none")
	if got := s.faults.String(); got != "" {
		t.Errorf("refusals are reported as faults of the server: %s", got)
	}
}

func TestUnknownJob(t *testing.T) {
	s, _ := startSlow(t)
	for _, id := range []string{strings.Repeat("A", 92), "nothing", "a.b"} {
		for _, path := range []string{"/-/vaults/films/jobs/" + id, "/-/vaults/films/jobs/" + id + "/output"} {
			s.get(path).wantError(t, 404, "ResourceNotFoundException", "The job ID was not found: "+id)
		}
		s.get("/-/vaults/none/jobs/"+id).
			wantError(t, 404, "ResourceNotFoundException", "Vault not found for ARN: "+arnPrefix+"none")
	}
	for _, path := range []string{"/-/vaults/films/jobs/x/outputs", "/-/vaults/films/jobs/x/output/y", "/-/vaults/films/archives/x/output"} {
		s.get(path).wantError(t, 404, "UnknownOperationException", "There is no operation GET "+path)
	}
}
