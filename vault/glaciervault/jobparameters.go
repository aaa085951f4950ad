package glaciervault

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	"github.com/aws/aws-sdk-go-v2/service/glacier/types"

	"firn/internal/amazon"
	"firn/treehash"
	"firn/vault"
)

// The forms of an inventory, by the service's names.
const (
	formatJSON = "JSON"
	formatCSV  = "CSV"
)

// jobParameters converts a request to the parameters of the service.
func jobParameters(req vault.JobRequest) (*types.JobParameters, error) {
	if err := checkDescription(req.Description); err != nil {
		return nil, err
	}
	p := &types.JobParameters{
		Type: aws.String(string(req.Kind)), Description: orNil(req.Description), SNSTopic: orNil(req.Topic),
	}
	switch req.Kind {
	case vault.RetrieveInventory:
		return p, addInventory(p, req)
	case vault.RetrieveArchive:
		return p, addArchive(p, req)
	}
	return nil, vault.Errorf(vault.ErrInvalid, "there is no kind of job %q", string(req.Kind))
}

func addArchive(p *types.JobParameters, req vault.JobRequest) error {
	if err := checkID("archive", req.Archive); err != nil {
		return err
	}
	p.ArchiveId = (*string)(&req.Archive)
	p.Tier = orNil(string(req.Tier))
	if r := req.Range; !r.IsZero() {
		if r.Offset < 0 || r.Size <= 0 {
			return vault.Errorf(vault.ErrInvalid, "a range of %d bytes from byte %d is not valid", r.Size, r.Offset)
		}
		p.RetrievalByteRange = aws.String(inclusive(r))
	}
	return nil
}

func addInventory(p *types.JobParameters, req vault.JobRequest) error {
	list := req.List
	switch {
	case req.Archive != "" || !req.Range.IsZero():
		return vault.Errorf(vault.ErrInvalid, "an inventory is of no archive and has no range")
	case list.Limit < 0:
		return vault.Errorf(vault.ErrInvalid, "an inventory of %d archives cannot be requested", list.Limit)
	case !list.Since.IsZero() && !list.Until.IsZero() && !list.Since.Before(list.Until):
		return vault.Errorf(vault.ErrInvalid, "an inventory cannot be from %s until %s", list.Since, list.Until)
	}
	p.Format = aws.String(formatJSON)
	if list.CSV {
		p.Format = aws.String(formatCSV)
	}
	if list.IsWhole() {
		return nil
	}
	in := &types.InventoryRetrievalJobInput{
		StartDate: seconds(list.Since),
		Marker:    orNil(list.Marker),
	}
	if !list.Until.IsZero() {
		in.EndDate = seconds(list.Until.Add(time.Second - time.Nanosecond)) // rounded up
	}
	if list.Limit > 0 {
		in.Limit = aws.String(strconv.FormatInt(list.Limit, 10))
	}
	p.InventoryRetrievalParameters = in
	return nil
}

// describedJob converts the answer of DescribeJob to an item of ListJobs.
func describedJob(out *glacier.DescribeJobOutput) types.GlacierJobDescription {
	return types.GlacierJobDescription{
		Action:                       out.Action,
		ArchiveId:                    out.ArchiveId,
		ArchiveSHA256TreeHash:        out.ArchiveSHA256TreeHash,
		ArchiveSizeInBytes:           out.ArchiveSizeInBytes,
		CompletionDate:               out.CompletionDate,
		CreationDate:                 out.CreationDate,
		InventoryRetrievalParameters: out.InventoryRetrievalParameters,
		InventorySizeInBytes:         out.InventorySizeInBytes,
		JobDescription:               out.JobDescription,
		RetrievalByteRange:           out.RetrievalByteRange,
		SHA256TreeHash:               out.SHA256TreeHash,
		SNSTopic:                     out.SNSTopic,
		StatusCode:                   out.StatusCode,
		StatusMessage:                out.StatusMessage,
		Tier:                         out.Tier,
	}
}

// parseJob parses the service's description of a job, except its id.
func parseJob(d types.GlacierJobDescription) (vault.Job, error) {
	job := vault.Job{
		Status:      vault.JobStatus(d.StatusCode),
		Message:     amazon.OneLine(aws.ToString(d.StatusMessage), amazon.MaxMessage),
		Description: aws.ToString(d.JobDescription),
		Topic:       aws.ToString(d.SNSTopic),
	}
	var err error
	if job.Created, err = parseTime(d.CreationDate); err != nil {
		return vault.Job{}, err
	}
	if job.Completed, err = parseTime(d.CompletionDate); err != nil {
		return vault.Job{}, err
	}
	switch job.Status {
	case vault.InProgress, vault.Failed:
	case vault.Succeeded:
		if !job.Completed.IsZero() {
			job.Expires = job.Completed.Add(outputLifetime)
		}
	default:
		return vault.Job{}, fmt.Errorf("a job status that does not exist: %.100q", string(d.StatusCode))
	}
	switch d.Action {
	case types.ActionCodeInventoryRetrieval:
		err = parseInventoryJob(&job, d)
	case types.ActionCodeArchiveRetrieval:
		err = parseArchiveJob(&job, d)
	default:
		err = fmt.Errorf("a kind of job that is not ours: %.100q", string(d.Action))
	}
	if err != nil {
		return vault.Job{}, err
	}
	return job, nil
}

func parseArchiveJob(job *vault.Job, d types.GlacierJobDescription) (err error) {
	job.Kind = vault.RetrieveArchive
	job.Archive = vault.ArchiveID(aws.ToString(d.ArchiveId))
	job.Tier = vault.Tier(aws.ToString(d.Tier))
	job.ArchiveSize = aws.ToInt64(d.ArchiveSizeInBytes)
	if job.Range, err = parseRange(aws.ToString(d.RetrievalByteRange)); err != nil {
		return err
	}
	if job.ArchiveSize < 0 || job.ArchiveSize > 0 && job.Range.End() > job.ArchiveSize {
		return fmt.Errorf("a range of bytes %s of an archive of %d bytes", inclusive(job.Range), job.ArchiveSize)
	}
	job.Size = job.Range.Size
	if job.ArchiveTreeHash, err = parseHash(d.ArchiveSHA256TreeHash); err != nil {
		return err
	}
	job.TreeHash, err = parseHash(d.SHA256TreeHash)
	return err
}

func parseInventoryJob(job *vault.Job, d types.GlacierJobDescription) (err error) {
	job.Kind = vault.RetrieveInventory
	if job.Size = aws.ToInt64(d.InventorySizeInBytes); job.Size < 0 {
		return fmt.Errorf("an inventory of %d bytes", job.Size)
	}
	in := d.InventoryRetrievalParameters
	if in == nil {
		return nil
	}
	job.List.CSV = aws.ToString(in.Format) == formatCSV
	if job.List.Since, err = parseTime(in.StartDate); err != nil {
		return err
	}
	if job.List.Until, err = parseTime(in.EndDate); err != nil {
		return err
	}
	if limit := aws.ToString(in.Limit); limit != "" {
		if job.List.Limit, err = strconv.ParseInt(limit, 10, 64); err != nil || job.List.Limit < 0 {
			return fmt.Errorf("not a number of archives: %.100q", limit)
		}
	}
	// The requested marker; for a finished job with a limit, the next one.
	marker := aws.ToString(in.Marker)
	if job.Status == vault.Succeeded && job.List.Limit > 0 {
		job.Marker = marker
	} else {
		job.List.Marker = marker
	}
	return nil
}

// parseHash parses a tree hash. No hash, or null, is the zero Hash.
func parseHash(s *string) (treehash.Hash, error) {
	if aws.ToString(s) == "" {
		return treehash.Hash{}, nil
	}
	return treehash.Parse(*s)
}

// inclusive formats r as the service does, "FIRST-LAST".
func inclusive(r vault.Range) string { return fmt.Sprintf("%d-%d", r.Offset, r.End()-1) }

// seconds formats a date for the parameters of an inventory; the zero time is nil.
func seconds(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return aws.String(t.UTC().Format("2006-01-02T15:04:05Z"))
}

// orNil returns nil for an empty text, since the service treats an empty text as a value.
func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
