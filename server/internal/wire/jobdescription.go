package wire

import (
	"fmt"
	"strconv"
	"time"

	"firn/treehash"
	"firn/vault"
)

// JobDescription is GlacierJobDescription, with every key that is not for select
// alone. The keys stand in alphabetical order because the service sends them so
// in its notifications.
type JobDescription struct {
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

// DescribeJob describes a job of the vault with the ARN.
func DescribeJob(arn string, job vault.Job) JobDescription {
	d := JobDescription{
		Completed:      job.Status != vault.InProgress,
		CompletionDate: Date(job.Completed),
		CreationDate:   Date(job.Created),
		JobDescription: OrNull(job.Description),
		JobID:          string(job.ID),
		SNSTopic:       OrNull(job.Topic),
		StatusCode:     string(job.Status),
		StatusMessage:  OrNull(job.Message),
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
	d.ArchiveID = OrNull(string(job.Archive))
	d.ArchiveSHA256TreeHash = hashOrNull(job.ArchiveTreeHash)
	if !job.ArchiveTreeHash.IsZero() {
		d.ArchiveSizeInBytes = &job.ArchiveSize
	}
	if !job.Range.IsZero() {
		d.RetrievalByteRange = OrNull(fmt.Sprintf("%d-%d", job.Range.Offset, job.Range.End()-1))
	}
	d.SHA256TreeHash = hashOrNull(job.TreeHash)
	d.Tier = OrNull(string(job.Tier))
	return d
}

// describeListing describes which archives an inventory lists. The marker of an inventory
// that is finished is the one with which the next inventory begins.
func describeListing(job vault.Job) *inventoryDescription {
	d := &inventoryDescription{
		EndDate:   seconds(job.List.Until),
		Format:    formatJSON,
		Marker:    OrNull(job.List.Marker),
		StartDate: seconds(job.List.Since),
	}
	if job.List.CSV {
		d.Format = formatCSV
	}
	if job.List.Limit > 0 {
		d.Limit = OrNull(strconv.FormatInt(job.List.Limit, 10))
	}
	if job.Status == vault.Succeeded {
		d.Marker = OrNull(job.Marker)
	}
	return d
}

// seconds is a moment as the parameters of an inventory have it: with a fraction only if the
// fraction is not 0. The zero time is null.
func seconds(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return OrNull(t.UTC().Format("2006-01-02T15:04:05.999Z"))
}

// hashOrNull returns null for a tree hash that is not known.
func hashOrNull(h treehash.Hash) *string {
	if h.IsZero() {
		return nil
	}
	return OrNull(h.String())
}
