package glaciervault

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	"github.com/aws/aws-sdk-go-v2/service/glacier/types"

	"firn/treehash"
	"firn/vault"
)

// StartJob asks for an archive, a range of one, or an inventory. A vault that
// was never inventoried, about a day from its first upload, answers ErrNotFound
// to the last.
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
		return "", err
	}
	return vault.JobID(id), nil
}

func jobParameters(req vault.JobRequest) (*types.JobParameters, error) {
	if err := checkDescription(req.Description); err != nil {
		return nil, err
	}
	p := &types.JobParameters{Type: aws.String(string(req.Kind))}
	if req.Description != "" {
		p.Description = &req.Description
	}
	if req.Topic != "" {
		p.SNSTopic = &req.Topic
	}
	switch req.Kind {
	case vault.RetrieveInventory:
		p.Format = aws.String("JSON")
		return p, nil
	case vault.RetrieveArchive:
	default:
		return nil, fmt.Errorf("%w: no such kind of job: %q", vault.ErrInvalid, string(req.Kind))
	}
	if err := checkID("archive", req.Archive); err != nil {
		return nil, err
	}
	p.ArchiveId = (*string)(&req.Archive)
	if req.Tier != "" {
		p.Tier = (*string)(&req.Tier)
	}
	if !req.Range.IsZero() {
		p.RetrievalByteRange = aws.String(inclusive(req.Range))
	}
	return p, nil
}

// inclusive writes r as the service does, "FIRST-LAST".
func inclusive(r vault.Range) string { return fmt.Sprintf("%d-%d", r.Offset, r.Offset+r.Size-1) }

// Job tells how a job stands. The service forgets jobs about a day after their
// end. It does not say when an output goes, only that it stays for at least 24
// hours; Expires is that moment.
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
		if job, err = parseJob(out); err != nil {
			return fmt.Errorf("%w: %w", vault.ErrUnavailable, err)
		}
		job.ID = id
		return nil
	})
	return job, err
}

func parseJob(out *glacier.DescribeJobOutput) (vault.Job, error) {
	job := vault.Job{
		Status:      vault.JobStatus(out.StatusCode),
		Message:     aws.ToString(out.StatusMessage),
		Archive:     vault.ArchiveID(aws.ToString(out.ArchiveId)),
		Tier:        vault.Tier(aws.ToString(out.Tier)),
		Description: aws.ToString(out.JobDescription),
		Topic:       aws.ToString(out.SNSTopic),
	}
	var err error
	if job.Created, err = parseTime(out.CreationDate); err != nil {
		return vault.Job{}, err
	}
	if job.Completed, err = parseTime(out.CompletionDate); err != nil {
		return vault.Job{}, err
	}
	switch job.Status {
	case vault.InProgress, vault.Failed:
	case vault.Succeeded:
		job.Expires = job.Completed.Add(outputLifetime)
	default:
		return vault.Job{}, fmt.Errorf("a job status that does not exist: %.100q", string(out.StatusCode))
	}
	switch out.Action {
	case types.ActionCodeInventoryRetrieval:
		job.Kind, job.Size = vault.RetrieveInventory, aws.ToInt64(out.InventorySizeInBytes)
		return job, nil
	case types.ActionCodeArchiveRetrieval:
		job.Kind = vault.RetrieveArchive
	default:
		return vault.Job{}, fmt.Errorf("a kind of job that is not ours: %.100q", string(out.Action))
	}
	if job.Range, err = parseRange(aws.ToString(out.RetrievalByteRange)); err != nil {
		return vault.Job{}, err
	}
	job.Size = job.Range.Size
	if hash := aws.ToString(out.SHA256TreeHash); hash != "" {
		if job.TreeHash, err = treehash.Parse(hash); err != nil {
			return vault.Job{}, err
		}
	}
	return job, nil
}

// Jobs lists the jobs of the vault that the service remembers.
func (v *Vault) Jobs(context.Context) iter.Seq2[vault.Job, error] {
	return func(func(vault.Job, error) bool) {}
}
