package server_test

import (
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/internal/testclock"
	"firn/server"
	"firn/vault"
)

// jobsPage is what a test looks at in the answer to ListJobs.
type jobsPage struct {
	JobList []struct{ JobID, StatusCode string } // keys match in any case
	Marker  *string
}

func (p jobsPage) ids() string {
	var ids []string
	for _, job := range p.JobList {
		ids = append(ids, job.JobID)
	}
	return strings.Join(ids, " ")
}

func (s *service) jobs(query string) jobsPage {
	s.t.Helper()
	a := s.get("/-/vaults/films/jobs" + query)
	var page jobsPage
	if err := json.Unmarshal([]byte(a.body), &page); err != nil || a.status != 200 {
		s.t.Fatalf("answer %d %s: %v", a.status, a.body, err)
	}
	return page
}

func TestListJobs(t *testing.T) {
	s, c := startSlow(t)
	s.get("/-/vaults/films/jobs").want(t, 200, `{"JobList":[],"Marker":null}`)
	archive := s.store([]byte("film"), "")
	start := func(tier string) string {
		c.Advance(time.Second)
		return s.job(`{"Type":"archive-retrieval","ArchiveId":"` + archive + `","Tier":"` + tier + `"}`)
	}
	bulk, fast, standard := start("Bulk"), start("Expedited"), start("Standard")
	c.Advance(time.Hour)
	late := start("Expedited")

	list := s.get("/-/vaults/films/jobs")
	var each []string
	for _, id := range []string{bulk, fast, standard, late} {
		each = append(each, s.get("/-/vaults/films/jobs/"+id).body)
	}
	list.want(t, 200, `{"JobList":[`+strings.Join(each, ",")+`],"Marker":null}`)

	for query, want := range map[string][]string{
		"?completed=true":                         {fast},
		"?completed=false":                        {bulk, standard, late},
		"?statuscode=InProgress":                  {bulk, standard, late},
		"?statuscode=Succeeded":                   {fast},
		"?statuscode=Failed":                      {},
		"?statuscode=Succeeded&completed=false":   {},
		"?statuscode=InProgress&completed=false":  {bulk, standard, late},
		"?limit=1":                                {bulk},
		"?limit=2&completed=false":                {bulk, standard},
		"?limit=1000":                             {bulk, fast, standard, late},
		"?completed=true&statuscode=Succeeded&x=": {fast},
	} {
		if got := s.jobs(query).ids(); got != strings.Join(want, " ") {
			t.Errorf("%s lists %s\nwant %s", query, got, want)
		}
	}

	// An output that has gone takes its job off the list.
	c.Advance(23*time.Hour + time.Minute)
	if got, want := s.jobs("").ids(), strings.Join([]string{bulk, standard, late}, " "); got != want {
		t.Errorf("after a day %s are listed, want %s", got, want)
	}
}

// unordered is a store whose vaults list their jobs in no promised order.
type unordered struct{ server.Store }

func (s unordered) Open(ctx context.Context, name string) (vault.Vault, error) {
	v, err := s.Store.Open(ctx, name)
	return shuffled{v}, err
}

type shuffled struct{ vault.Vault }

func (s shuffled) Jobs(ctx context.Context) iter.Seq2[vault.Job, error] {
	return func(yield func(vault.Job, error) bool) {
		var jobs []vault.Job
		for job, err := range s.Vault.Jobs(ctx) {
			if err != nil {
				yield(job, err)
				return
			}
			jobs = append(jobs, job)
		}
		slices.SortFunc(jobs, func(a, b vault.Job) int { return strings.Compare(string(b.ID), string(a.ID)) })
		for _, job := range jobs {
			if !yield(job, nil) {
				return
			}
		}
	}
}

func TestListJobsByPages(t *testing.T) {
	s, c := startSlow(t)
	listByPages(t, s, c)
}

func TestListJobsInNoOrderByPages(t *testing.T) {
	c := testclock.At(vaultTime)
	s := startOver(t, unordered{slowStore(t, t.TempDir(), c)})
	s.createVault("films")
	listByPages(t, s, c)
}

func listByPages(t *testing.T, s *service, c *testclock.Clock) {
	t.Helper()
	archive := s.store([]byte("film"), "")
	var all []string
	for i := range 53 {
		if i%5 == 0 { // several in one millisecond
			c.Advance(time.Minute)
		}
		all = append(all, s.job(`{"Type":"archive-retrieval","ArchiveId":"`+archive+`"}`))
	}
	if got := s.jobs(""); len(got.JobList) != 50 || got.Marker == nil {
		t.Errorf("%d jobs on the first page, marker %v", len(got.JobList), got.Marker)
	}
	seen := map[string]int{}
	query, pages := "", 0
	for {
		page := s.jobs("?limit=7" + query)
		pages++
		for _, job := range page.JobList {
			seen[job.JobID]++
		}
		if page.Marker == nil {
			break
		}
		again := s.jobs("?limit=1&marker=" + url.QueryEscape(*page.Marker))
		query = "&marker=" + url.QueryEscape(*page.Marker)
		if next := s.jobs("?limit=7" + query); next.JobList[0] != again.JobList[0] || seen[next.JobList[0].JobID] != 0 {
			t.Errorf("the marker %q does not name the first job of the next page", *page.Marker)
		}
	}
	if pages != 8 || len(seen) != len(all) {
		t.Errorf("%d jobs on %d pages, want 53 on 8", len(seen), pages)
	}
	for _, id := range all {
		if seen[id] != 1 {
			t.Errorf("job %s is listed %d times", id, seen[id])
		}
	}
}

// The job that a marker names may be forgotten before the page is asked for.
func TestListJobsAfterAForgottenMarker(t *testing.T) {
	s, c := startSlow(t)
	archive := s.store([]byte("film"), "")
	start := func(tier string) string {
		c.Advance(time.Second)
		return s.job(`{"Type":"archive-retrieval","ArchiveId":"` + archive + `","Tier":"` + tier + `"}`)
	}
	_, _, kept := start("Standard"), start("Expedited"), start("Bulk")
	marker := s.jobs("?limit=1").Marker
	c.Advance(25 * time.Hour)
	if got := s.jobs("?marker=" + url.QueryEscape(*marker)).ids(); got != kept {
		t.Errorf("the next page lists %s, want %s", got, kept)
	}
}

func TestListJobsRefuses(t *testing.T) {
	s, _ := startSlow(t)
	for query, message := range map[string]string{
		"?statuscode=finished":  "The job status code is not valid: finished",
		"?statuscode=succeeded": "The job status code is not valid: succeeded",
		"?statuscode=":          "The job status code is not valid: ",
		"?completed=yes":        "The value of completed is not valid: yes",
		"?completed=True":       "The value of completed is not valid: True",
		"?limit=0":              "Invalid limit: 0",
		"?limit=1001":           "Invalid limit: 1001",
		"?marker=x":             "Invalid marker: x",
		"?marker=1.a/b":         "Invalid marker: 1.a/b",
	} {
		s.get("/-/vaults/films/jobs"+query).wantError(t, 400, "InvalidParameterValueException", message)
	}
	s.get("/-/vaults/none/jobs").wantError(t, 404, "ResourceNotFoundException", "Vault not found for ARN: "+arnPrefix+"none")
}
