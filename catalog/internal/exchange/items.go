package exchange

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"firn/catalog/internal/contents"
	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// liner is a line that has an item.
type liner interface{ item() (contents.Item, error) }

// itemOf returns the item of a line of this message type.
func itemOf(messageType string, line []byte) (contents.Item, error) {
	var l liner
	switch messageType {
	case "vault":
		l = new(vaultLine)
	case "inventory":
		l = new(inventoryLine)
	case "archive":
		l = new(archiveLine)
	case "upload":
		l = new(uploadLine)
	case "job":
		l = new(jobLine)
	case "download":
		l = new(downloadLine)
	default:
		return nil, fmt.Errorf("%.40q is not a known message_type", messageType)
	}
	if err := json.Unmarshal(line, l); err != nil {
		return nil, err
	}
	i, err := l.item()
	if err != nil {
		return nil, err
	}
	for _, t := range timesOf(i) { // the error must name this line, so it cannot wait until the item is saved
		if _, err := table.Instant(t).Value(); err != nil {
			return nil, err
		}
	}
	return i, nil
}

func timesOf(i contents.Item) []time.Time {
	switch i := i.(type) {
	case contents.Vault:
		return []time.Time{i.Deleted}
	case record.Inventory:
		return []time.Time{i.Date, i.List.Since, i.List.Until, i.Started, i.Updated}
	case record.Archive:
		return []time.Time{i.ModTime, i.Created, i.Seen, i.Dated, i.Deleted, i.Since}
	case contents.Upload:
		return []time.Time{i.Source.ModTime, i.Source.Change, i.Started, i.Updated}
	case record.Job:
		return []time.Time{i.List.Since, i.List.Until, i.Started, i.Completed, i.Expires}
	case contents.Download:
		return []time.Time{i.Started, i.Updated}
	}
	return nil
}

// errNoVault is the error of a line without a vault.
var errNoVault = errors.New("it names no vault")

func (l *vaultLine) item() (contents.Item, error) {
	if l.Vault == "" {
		return nil, errNoVault
	}
	return contents.Vault{URL: l.Vault, Deleted: l.Deleted}, nil
}

func (l *inventoryLine) item() (contents.Item, error) {
	if l.Vault == "" {
		return nil, errNoVault
	}
	if l.State != record.Reading && l.State != record.Read {
		return nil, fmt.Errorf("%.40q is not a state of an inventory", l.State)
	}
	return record.Inventory{
		Vault: l.Vault, Source: l.Source, Date: l.Date, State: l.State, Position: l.Position,
		List:    vault.Listing{Since: l.Since, Until: l.Until, Limit: l.Limit, Marker: l.Marker, CSV: l.CSV},
		Entries: l.Entries, Bad: l.Bad, Added: l.Added, Confirmed: l.Confirmed, Differing: l.Differing, Missing: l.Missing,
		Returned: l.Returned, Settled: l.Settled, Started: l.Started, Updated: l.Updated,
	}, nil
}

func (l *archiveLine) item() (contents.Item, error) {
	switch {
	case l.Vault == "":
		return nil, errNoVault
	case l.ArchiveID == "":
		return nil, errors.New("an archive has no id")
	case !slices.Contains(record.ArchiveStates(), l.State):
		return nil, fmt.Errorf("%.40q is not a state of an archive", l.State)
	case l.Before != "" && !slices.Contains(record.ArchiveStates(), l.Before):
		return nil, fmt.Errorf("%.40q is not a state of an archive", l.Before)
	case l.Size < -1:
		return nil, fmt.Errorf("%d bytes is not a valid size", l.Size)
	}
	return record.Archive{
		Vault: l.Vault, ID: l.ArchiveID, Name: string(l.Name), ModTime: l.ModTime, Tool: l.Tool,
		Description: string(l.Description), Size: l.Size, TreeHash: l.TreeHash, Created: l.Created, Seen: l.Seen, State: l.State,
		ETag: l.ETag, Dated: l.Dated, Before: l.Before, Deleted: l.Deleted, Since: l.Since,
	}, nil
}

func (l *uploadLine) item() (contents.Item, error) {
	if l.Vault == "" {
		return nil, errNoVault
	}
	switch l.State {
	case record.Initiating, record.Open, record.Completing, record.Completed, record.Unknown, record.Expired, record.Aborted:
	default:
		return nil, fmt.Errorf("%.40q is not a state of an upload", l.State)
	}
	switch {
	case l.State == record.Completed && l.ArchiveID == "":
		return nil, errors.New("a finished upload has no archive")
	case (l.State == record.Open || l.State == record.Completing) && l.UploadID == "":
		return nil, errors.New("an unfinished upload has no id")
	case l.PartSize <= 0:
		return nil, fmt.Errorf("%d bytes is not a valid part size", l.PartSize)
	case l.SourceSize < -1:
		return nil, fmt.Errorf("%d bytes is not a valid size", l.SourceSize)
	}
	u := contents.Upload{Continues: l.Continued, Upload: record.Upload{
		Vault: l.Vault, Description: string(l.Description), PartSize: l.PartSize, ID: l.UploadID, State: l.State,
		Source: record.Source{
			Path: string(l.Path), Size: l.SourceSize, ModTime: l.ModTime, Change: l.ChangeTime, Inode: l.Inode,
		},
		ArchiveID: l.ArchiveID, TreeHash: l.TreeHash, Started: l.Started, Updated: l.Updated, Sent: l.Sent, Busy: l.Busy,
		Name: string(l.Name), Class: l.Class,
	}}
	for _, p := range l.Parts {
		u.Parts = append(u.Parts, vault.Part{Offset: p.Offset, Size: p.Size, TreeHash: p.TreeHash, SHA256: p.SHA256, Receipt: p.Receipt})
	}
	return u, nil
}

func (l *jobLine) item() (contents.Item, error) {
	if l.Vault == "" {
		return nil, errNoVault
	}
	return record.Job{
		Vault: l.Vault, ID: l.JobID, Kind: l.Kind, Archive: l.ArchiveID, Range: vault.Range{Offset: l.Offset, Size: l.Size},
		List: vault.Listing{Since: l.Since, Until: l.Until}, Tier: l.Tier, Token: l.Token, Description: string(l.Description),
		Status: l.Status, Message: string(l.Message), Started: l.Started, Completed: l.Completed, Expires: l.Expires,
	}, nil
}

func (l *downloadLine) item() (contents.Item, error) {
	switch {
	case l.Vault == "":
		return nil, errNoVault
	case l.State != record.Receiving && l.State != record.Received:
		return nil, fmt.Errorf("%.40q is not a state of a download", l.State)
	}
	d := contents.Download{Continues: l.Continued, Download: record.Download{
		Vault: l.Vault, Archive: l.ArchiveID, Range: vault.Range{Offset: l.Offset, Size: l.RangeSize}, Size: l.Size,
		TreeHash: l.TreeHash, Target: string(l.Target), State: l.State, Mark: l.Mark, Started: l.Started, Updated: l.Updated,
		Fetched: l.Fetched, Busy: l.Busy,
	}}
	for _, s := range l.Segments {
		d.Segments = append(d.Segments, record.Segment{Range: vault.Range{Offset: s.Offset, Size: s.Size}, TreeHash: s.TreeHash})
	}
	return d, nil
}
