package server

import (
	"fmt"
	"strconv"
	"time"

	"firn/treehash"
	"firn/vault"
)

// jobDescription is GlacierJobDescription, with every key that is not for select
// alone. The keys stand in alphabetical order because the service sends them so
// in its notifications.
type jobDescription struct {
	Action                       string
	ArchiveID                    *string `json:"ArchiveId"`
	ArchiveSHA256TreeHash        *string
	ArchiveSizeInBytes           *int64
	Completed                    bool
	CompletionDate               *string
	CreationDate                 *string
	InventoryRetrievalParameters *inventoryDescription
	InventorySizeInBytes         *int64
	JobDescription               *string
	JobID                        string `json:"JobId"`
	RetrievalByteRange           *string
	SHA256TreeHash               *string
	SNSTopic                     *string
	StatusCode                   string
	StatusMessage                *string
	Tier                         *string
	VaultARN                     string
}

type inventoryDescription struct {
	EndDate   *string
	Format    string
	Limit     *string
	Marker    *string
	StartDate *string
}

// describeJob puts a job of the vault with an ARN into the service's words.
func describeJob(arn string, job vault.Job) jobDescription {
	d := jobDescription{
		Completed:      job.Status != vault.InProgress,
		CompletionDate: date(job.Completed),
		CreationDate:   date(job.Created),
		JobDescription: orNull(job.Description),
		JobID:          string(job.ID),
		SNSTopic:       orNull(job.Topic),
		StatusCode:     string(job.Status),
		StatusMessage:  orNull(job.Message),
		VaultARN:       arn,
	}
	if job.Kind == vault.RetrieveInventory {
		d.Action = "InventoryRetrieval"
		d.InventoryRetrievalParameters = describeListing(job)
		if job.Status == vault.Succeeded {
			d.InventorySizeInBytes = &job.Size
		}
		return d
	}
	d.Action = "ArchiveRetrieval"
	d.ArchiveID = orNull(string(job.Archive))
	d.ArchiveSHA256TreeHash = hashOrNull(job.ArchiveTreeHash)
	if !job.ArchiveTreeHash.IsZero() {
		d.ArchiveSizeInBytes = &job.ArchiveSize
	}
	if !job.Range.IsZero() {
		d.RetrievalByteRange = orNull(fmt.Sprintf("%d-%d", job.Range.Offset, job.Range.End()-1))
	}
	d.SHA256TreeHash = hashOrNull(job.TreeHash)
	d.Tier = orNull(string(job.Tier))
	return d
}

// describeListing tells what an inventory was asked to list. Once it is there,
// its marker is where the next one begins.
func describeListing(job vault.Job) *inventoryDescription {
	d := &inventoryDescription{
		EndDate:   seconds(job.List.Until),
		Format:    formatJSON,
		Marker:    orNull(job.List.Marker),
		StartDate: seconds(job.List.Since),
	}
	if job.List.CSV {
		d.Format = formatCSV
	}
	if job.List.Limit > 0 {
		d.Limit = orNull(strconv.FormatInt(job.List.Limit, 10))
	}
	if job.Status == vault.Succeeded {
		d.Marker = orNull(job.Marker)
	}
	return d
}

// seconds is a moment as the parameters of an inventory have it: without a
// fraction, unless it has one. The zero time is null.
func seconds(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return orNull(t.UTC().Format("2006-01-02T15:04:05.999Z"))
}

// hashOrNull is a tree hash that is null when it is not known.
func hashOrNull(h treehash.Hash) *string {
	if h.IsZero() {
		return nil
	}
	return orNull(h.String())
}
