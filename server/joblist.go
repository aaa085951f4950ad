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

// jobFilter says which jobs a list has: those that pass both conditions.
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

// jobPosition is the position of a job in a list: the oldest first, and by id among those of
// one millisecond.
type jobPosition struct {
	created int64 // milliseconds of Unix time
	id      vault.JobID
}

func positionOf(job vault.Job) jobPosition { return jobPosition{job.Created.UnixMilli(), job.ID} }

func (p jobPosition) compare(q jobPosition) int {
	return cmp.Or(cmp.Compare(p.created, q.created), cmp.Compare(p.id, q.id))
}

// marker names a position, and not a job, so that the next page is right also if the job was
// forgotten meanwhile.
func (p jobPosition) marker() string { return fmt.Sprintf("%d.%s", p.created, p.id) }

func parseJobMarker(marker string) (jobPosition, bool) {
	created, id, ok := strings.Cut(marker, ".")
	ms, err := strconv.ParseInt(created, 10, 64)
	return jobPosition{ms, vault.JobID(id)}, ok && err == nil && wire.IsID(id)
}

// listJobs answers with a page of jobs, the oldest first. Its marker is the position of the
// first job of the next page.
func (a *account) listJobs(ctx context.Context, c *call) (wire.Reply, error) {
	limit, marker, err := wire.PageOf(c.r, wire.JobsPage)
	if err != nil {
		return wire.Reply{}, err
	}
	filter, err := parseJobFilter(c.r)
	if err != nil {
		return wire.Reply{}, err
	}
	from, ok := parseJobMarker(marker) // without a marker the zero position, before all others
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
		page.Marker = wire.OrNull(positionOf(jobs[limit]).marker())
	}
	return wire.Reply{Status: http.StatusOK, Body: page}, nil
}

// orderedJobs is a vault that lists its jobs in the order of their positions, without those
// that were created before from.
type orderedJobs interface {
	JobsFrom(ctx context.Context, from time.Time) iter.Seq2[vault.Job, error]
}

// firstJobs returns the first n jobs from a position on, in their order. It has no more jobs in
// memory.
func firstJobs(ctx context.Context, v vault.Vault, n int, from jobPosition, filter jobFilter) ([]vault.Job, error) {
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
		position := positionOf(job)
		if job.Bad != "" || !filter.accepts(job) || position.compare(from) < 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(first, position, func(j vault.Job, p jobPosition) int { return positionOf(j).compare(p) })
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
