package server

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
)

// jobFilter says which jobs a list is to hold. Both halves must agree.
type jobFilter struct {
	completed *bool           // nil: either
	status    vault.JobStatus // empty: any
}

func parseJobFilter(r *http.Request) (jobFilter, error) {
	var f jobFilter
	query := r.URL.Query()
	if query.Has("completed") {
		text := query.Get("completed")
		if text != "true" && text != "false" {
			return jobFilter{}, refusal.Invalid("The value of completed is not valid: " + text)
		}
		f.completed = new(text == "true")
	}
	if query.Has("statuscode") {
		f.status = vault.JobStatus(query.Get("statuscode"))
		if !slices.Contains([]vault.JobStatus{vault.InProgress, vault.Succeeded, vault.Failed}, f.status) {
			return jobFilter{}, refusal.Invalid("The job status code is not valid: " + string(f.status))
		}
	}
	return f, nil
}

func (f jobFilter) accepts(job vault.Job) bool {
	return (f.completed == nil || *f.completed == (job.Status != vault.InProgress)) &&
		(f.status == "" || f.status == job.Status)
}

// jobPlace is where a job stands in the order of a list: oldest first, and by
// id among those of one millisecond.
type jobPlace struct {
	created int64 // milliseconds of Unix time
	id      vault.JobID
}

func placeOf(job vault.Job) jobPlace { return jobPlace{job.Created.UnixMilli(), job.ID} }

func (p jobPlace) compare(q jobPlace) int {
	return cmp.Or(cmp.Compare(p.created, q.created), cmp.Compare(p.id, q.id))
}

// marker names a place so that paging stays on course when the job that stood
// there is forgotten in between.
func (p jobPlace) marker() string { return fmt.Sprintf("%d.%s", p.created, p.id) }

func parseJobMarker(marker string) (jobPlace, bool) {
	created, id, ok := strings.Cut(marker, ".")
	ms, err := strconv.ParseInt(created, 10, 64)
	return jobPlace{ms, vault.JobID(id)}, ok && err == nil && wire.IsID(id)
}

// listJobs answers with a page of jobs, oldest first. Its marker is the place of
// the first job of the next page.
func (a *account) listJobs(ctx context.Context, c *call) (wire.Reply, error) {
	limit, marker, err := wire.PageOf(c.r, wire.JobsPage)
	if err != nil {
		return wire.Reply{}, err
	}
	filter, err := parseJobFilter(c.r)
	if err != nil {
		return wire.Reply{}, err
	}
	from, ok := parseJobMarker(marker) // the zero place, before all others, for none
	if marker != "" && !ok {
		return wire.Reply{}, refusal.Invalid("Invalid marker: " + marker)
	}
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	jobs, err := firstJobs(ctx, v, limit+1, from, filter)
	if err != nil {
		return wire.Reply{}, a.orVaultNotFound(err, c.target.vault)
	}
	page := struct {
		JobList []wire.JobDescription
		Marker  *string
	}{JobList: []wire.JobDescription{}}
	for _, job := range jobs[:min(limit, len(jobs))] {
		page.JobList = append(page.JobList, wire.DescribeJob(a.arn(c.target.vault), job))
	}
	if len(jobs) > limit {
		page.Marker = wire.OrNull(placeOf(jobs[limit]).marker())
	}
	return wire.Reply{Status: http.StatusOK, Body: page}, nil
}

// orderedJobs is a vault that lists its jobs in the order of their places, without
// those that were created before from.
type orderedJobs interface {
	JobsFrom(ctx context.Context, from time.Time) iter.Seq2[vault.Job, error]
}

// firstJobs returns the first n jobs from a place on, in their order. It holds no
// more at a time.
func firstJobs(ctx context.Context, v vault.Vault, n int, from jobPlace, filter jobFilter) ([]vault.Job, error) {
	all := v.Jobs(ctx)
	ordered, inOrder := v.(orderedJobs)
	if inOrder {
		all = ordered.JobsFrom(ctx, time.UnixMilli(from.created))
	}
	var first []vault.Job
	for job, err := range all {
		if err != nil {
			return nil, err
		}
		place := placeOf(job)
		if job.Bad != "" || !filter.accepts(job) || place.compare(from) < 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(first, place, func(j vault.Job, p jobPlace) int { return placeOf(j).compare(p) })
		first = slices.Insert(first, at, job)
		if len(first) > n {
			first = first[:n]
		}
		if inOrder && len(first) == n {
			break
		}
	}
	return first, nil
}
