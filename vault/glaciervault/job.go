package glaciervault

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	"github.com/aws/aws-sdk-go-v2/service/glacier/types"

	"firn/internal/amazon"
	"firn/vault"
)

// StartJob requests an archive, a range of one, or an inventory. A vault that was never
// inventoried answers ErrNotFound to a request for an inventory. The bounds of a Listing
// are sent in whole seconds, rounded so that an additional archive may be listed but none
// is missing.
func (v *Vault) StartJob(ctx context.Context, req vault.JobRequest) (vault.JobID, error) {
	what := fmt.Sprintf("start a job (%s)", req.Kind)
	parameters, err := jobParameters(req)
	if err != nil {
		return "", fmt.Errorf("%s: %w", v.what(what), err)
	}
	var id string
	err = v.call(ctx, what, func() error {
		out, err := v.account.client.InitiateJob(ctx, &glacier.InitiateJobInput{
			AccountId: &v.account.id, VaultName: &v.name, JobParameters: parameters,
		})
		if err != nil {
			return err
		}
		id = aws.ToString(out.JobId)
		return needID("job", id)
	})
	if err != nil {
		if answer := amazon.Refusal(err); req.Kind == vault.RetrieveInventory && answer != nil && answer.CodeIs("ResourceNotFound") && !vaultMissing(answer) {
			err = fmt.Errorf("%w; %s", err, adviceNoInventory)
		}
		return "", err
	}
	return vault.JobID(id), nil
}

// Job returns the state of a job. The service forgets jobs about a day after their end. It
// does not report when an output expires, only that the output stays for at least 24 hours;
// Expires is the end of that time.
//
// For a finished inventory job the service reports the next Marker in the place of the
// requested one. So List.IsWhole may return true for a job that had a Marker and no Limit;
// the caller must remember what it requested.
func (v *Vault) Job(ctx context.Context, id vault.JobID) (vault.Job, error) {
	what := fmt.Sprintf("ask for job %q", string(id))
	if err := checkID("job", id); err != nil {
		return vault.Job{}, fmt.Errorf("%s: %w", v.what(what), err)
	}
	var job vault.Job
	err := v.call(ctx, what, func() error {
		out, err := v.account.client.DescribeJob(ctx, &glacier.DescribeJobInput{
			AccountId: &v.account.id, VaultName: &v.name, JobId: (*string)(&id),
		})
		if err != nil {
			return err
		}
		if job, err = parseJob(describedJob(out)); err != nil {
			return vault.Errorf(vault.ErrGarbled, "the answer makes no sense: %w", err)
		}
		job.ID = id
		return nil
	})
	return job, err
}

// Jobs lists the jobs that the service remembers, from all pages. A job that firn does not
// understand, such as a select job, has Bad set. A list that makes no sense as a whole is
// ErrInvalid.
func (v *Vault) Jobs(ctx context.Context) iter.Seq2[vault.Job, error] {
	const what = "list the jobs"
	return pages(v.what(what), maxJobs, func(marker *string) (p page[types.GlacierJobDescription], err error) {
		err = v.call(ctx, what, func() error {
			out, err := v.account.client.ListJobs(ctx, &glacier.ListJobsInput{
				AccountId: &v.account.id, VaultName: &v.name, Marker: marker,
			})
			if err == nil {
				p = page[types.GlacierJobDescription]{out.JobList, out.Marker, out.ResultMetadata}
			}
			return err
		})
		return p, err
	}, func(d types.GlacierJobDescription) (vault.Job, error) { return listedJob(d), nil }, func(d types.GlacierJobDescription) *string { return d.JobId })
}

// listedJob parses a job of the list. A job that makes no sense is returned with Bad set,
// so that it does not hide the others.
func listedJob(d types.GlacierJobDescription) vault.Job {
	id := vault.JobID(aws.ToString(d.JobId))
	if err := checkID("job", id); err != nil {
		return vault.Job{Bad: err.Error()}
	}
	job, err := parseJob(d)
	if err != nil {
		return vault.Job{ID: id, Description: aws.ToString(d.JobDescription), Bad: err.Error()}
	}
	job.ID = id
	return job
}
