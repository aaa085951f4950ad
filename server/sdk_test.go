package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	"github.com/aws/aws-sdk-go-v2/service/glacier/types"

	"firn/treehash"
)

// sdk returns the client of the AWS SDK, as it comes.
func (s *service) sdk() *glacier.Client {
	return glacier.New(glacier.Options{
		BaseEndpoint: aws.String("http://" + s.address),
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
	})
}

func TestSDKVaults(t *testing.T) {
	s := start(t)
	client, ctx := s.sdk(), t.Context()
	for i := range 12 {
		name := fmt.Sprintf("vault-%02d", i)
		if _, err := client.CreateVault(ctx, &glacier.CreateVaultInput{VaultName: &name}); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	pages := glacier.NewListVaultsPaginator(client, &glacier.ListVaultsInput{AccountId: aws.String("-")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range page.VaultList {
			names = append(names, *v.VaultName)
		}
	}
	if len(names) != 12 || names[0] != "vault-00" || names[11] != "vault-11" {
		t.Errorf("the pages list %v", names)
	}
	d, err := client.DescribeVault(ctx, &glacier.DescribeVaultInput{VaultName: aws.String("vault-03")})
	if err != nil {
		t.Fatal(err)
	}
	if *d.VaultARN != arnPrefix+"vault-03" || d.LastInventoryDate != nil || *d.CreationDate != "2013-03-20T17:03:43.221Z" {
		t.Errorf("described as %+v", d)
	}
	if _, err := client.DeleteVault(ctx, &glacier.DeleteVaultInput{VaultName: aws.String("vault-03")}); err != nil {
		t.Fatal(err)
	}
	_, err = client.DescribeVault(ctx, &glacier.DescribeVaultInput{VaultName: aws.String("vault-03")})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) || *missing.Message != "Vault not found for ARN: "+arnPrefix+"vault-03" {
		t.Errorf("a deleted vault: %v", err)
	}
	// The SDK escapes what no vault can be called.
	_, err = client.CreateVault(ctx, &glacier.CreateVaultInput{VaultName: aws.String("my vault/ä")})
	var invalid *types.InvalidParameterValueException
	if !errors.As(err, &invalid) || *invalid.Message != "Invalid vault name: my vault/ä" {
		t.Errorf("an odd name: %v", err)
	}
}

func TestSDKArchives(t *testing.T) {
	s := start(t)
	s.createVault("films")
	client, ctx := s.sdk(), t.Context()
	name, body := aws.String("films"), pattern(2*mib+7)
	stored, err := client.UploadArchive(ctx, &glacier.UploadArchiveInput{
		VaultName: name, Body: bytes.NewReader(body), ArchiveDescription: aws.String("my  archive  x"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if *stored.Checksum != treehash.Sum(body).String() {
		t.Errorf("checksum %s", *stored.Checksum)
	}
	for range 2 {
		if _, err := client.DeleteArchive(ctx, &glacier.DeleteArchiveInput{VaultName: name, ArchiveId: stored.ArchiveId}); err != nil {
			t.Error(err)
		}
	}
	_, err = client.UploadArchive(ctx, &glacier.UploadArchiveInput{VaultName: name, Body: bytes.NewReader(nil)})
	var invalid *types.InvalidParameterValueException
	if !errors.As(err, &invalid) || *invalid.Message != "Invalid Content-Length: 0" {
		t.Errorf("an empty archive: %v", err)
	}
}

func TestSDKMultipart(t *testing.T) {
	s := start(t)
	s.createVault("films")
	client, ctx := s.sdk(), t.Context()
	name, whole := aws.String("films"), pattern(5*mib+1)
	begun, err := client.InitiateMultipartUpload(ctx, &glacier.InitiateMultipartUploadInput{
		VaultName: name, PartSize: aws.String(strconv.Itoa(2 * mib)), ArchiveDescription: aws.String(""),
	})
	if err != nil {
		t.Fatal(err)
	}
	for first := 0; first < len(whole); first += 2 * mib {
		piece := whole[first:min(first+2*mib, len(whole))]
		part, err := client.UploadMultipartPart(ctx, &glacier.UploadMultipartPartInput{
			VaultName: name, UploadId: begun.UploadId, Body: bytes.NewReader(piece),
			Range: aws.String(fmt.Sprintf("bytes %d-%d/*", first, first+len(piece)-1)),
		})
		if err != nil {
			t.Fatal(err)
		}
		if *part.Checksum != treehash.Sum(piece).String() {
			t.Errorf("checksum of the part at %d: %s", first, *part.Checksum)
		}
	}
	parts, err := client.ListParts(ctx, &glacier.ListPartsInput{VaultName: name, UploadId: begun.UploadId})
	if err != nil {
		t.Fatal(err)
	}
	if len(parts.Parts) != 3 || parts.PartSizeInBytes != 2*mib || parts.Marker != nil || parts.ArchiveDescription != nil {
		t.Errorf("parts %+v", parts)
	}
	uploads, err := client.ListMultipartUploads(ctx, &glacier.ListMultipartUploadsInput{VaultName: name})
	if err != nil {
		t.Fatal(err)
	}
	if len(uploads.UploadsList) != 1 || *uploads.UploadsList[0].MultipartUploadId != *begun.UploadId {
		t.Errorf("uploads %+v", uploads)
	}
	complete := &glacier.CompleteMultipartUploadInput{
		VaultName: name, UploadId: begun.UploadId,
		ArchiveSize: aws.String(strconv.Itoa(len(whole))), Checksum: aws.String(treehash.Sum(whole).String()),
	}
	first, err := client.CompleteMultipartUpload(ctx, complete)
	if err != nil {
		t.Fatal(err)
	}
	again, err := client.CompleteMultipartUpload(ctx, complete)
	if err != nil || *again.ArchiveId != *first.ArchiveId {
		t.Errorf("completed again: %+v, %v", again, err)
	}
	_, err = client.AbortMultipartUpload(ctx, &glacier.AbortMultipartUploadInput{VaultName: name, UploadId: begun.UploadId})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) {
		t.Errorf("aborting a completed upload: %v", err)
	}
}

func TestSDKJobs(t *testing.T) {
	s, c := startSlow(t)
	client, ctx := s.sdk(), t.Context()
	name, body := aws.String("films"), pattern(mib+7)
	archive := s.store(body, "films of 2012")
	begun, err := client.InitiateJob(ctx, &glacier.InitiateJobInput{VaultName: name, JobParameters: &types.JobParameters{
		Type: aws.String("archive-retrieval"), ArchiveId: &archive, Description: aws.String("token 1"), Tier: aws.String("Expedited"),
		RetrievalByteRange: aws.String("1048576-1048582"), SNSTopic: aws.String("arn:aws:sns:eu-north-1:012345678901:ready"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	output := &glacier.GetJobOutputInput{VaultName: name, JobId: begun.JobId}
	_, err = client.GetJobOutput(ctx, output)
	var invalid *types.InvalidParameterValueException
	if !errors.As(err, &invalid) || *invalid.Message != "The job is not currently available for download: "+*begun.JobId {
		t.Errorf("before the job is done: %v", err)
	}
	c.Advance(time.Minute)
	job, err := client.DescribeJob(ctx, &glacier.DescribeJobInput{VaultName: name, JobId: begun.JobId})
	if err != nil {
		t.Fatal(err)
	}
	hash := treehash.Sum(body[mib:]).String()
	if !job.Completed || job.StatusCode != types.StatusCodeSucceeded || job.Action != types.ActionCodeArchiveRetrieval ||
		*job.ArchiveSizeInBytes != int64(len(body)) || *job.SHA256TreeHash != hash || *job.Tier != "Expedited" ||
		*job.JobDescription != "token 1" || *job.SNSTopic != "arn:aws:sns:eu-north-1:012345678901:ready" || job.InventoryRetrievalParameters != nil {
		t.Errorf("described as %+v", job)
	}
	var listed []string
	pages := glacier.NewListJobsPaginator(client, &glacier.ListJobsInput{
		AccountId: aws.String("-"), VaultName: name, Completed: aws.String("true"), Statuscode: aws.String("Succeeded"),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range page.JobList {
			listed = append(listed, *j.JobId)
		}
	}
	if len(listed) != 1 || listed[0] != *begun.JobId {
		t.Errorf("listed %v, want %s", listed, *begun.JobId)
	}
	for _, wanted := range []*string{nil, aws.String("bytes=0-9999999")} { // the SDK adds Accept-Encoding to the first
		output.Range = wanted
		got, err := client.GetJobOutput(ctx, output)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(got.Body)
		if err != nil || !bytes.Equal(text, body[mib:]) {
			t.Errorf("read %d bytes, %v", len(text), err)
		}
		if aws.ToString(got.Checksum) != hash || aws.ToString(got.ArchiveDescription) != "films of 2012" || *got.AcceptRanges != "bytes" {
			t.Errorf("output %+v", got)
		}
		_ = got.Body.Close()
	}
	c.Advance(25 * time.Hour)
	_, err = client.GetJobOutput(ctx, output)
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) || *missing.Message != "The job ID was not found: "+*begun.JobId {
		t.Errorf("after a day: %v", err)
	}
}
