package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"firn/record"
	"firn/vault"
)

// liner is a line that is an item.
type liner interface{ item() (item, error) }

// itemOf reads a line of this message type.
func itemOf(messageType string, line []byte) (item, error) {
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
		return nil, fmt.Errorf("%.40q is no kind of line in an export", messageType)
	}
	if err := json.Unmarshal(line, l); err != nil {
		return nil, err
	}
	return l.item()
}

// errNoVault is the error of a line that belongs nowhere.
var errNoVault = errors.New("it names no vault")

func (l *vaultLine) item() (item, error) {
	if l.Vault == "" {
		return nil, errNoVault
	}
	return knownVault{l.Vault, l.Deleted}, nil
}

func (l *inventoryLine) item() (item, error) {
	if l.Vault == "" {
		return nil, errNoVault
	}
	if l.State != record.Reading && l.State != record.Read {
		return nil, fmt.Errorf("%.40q is no state of an inventory", l.State)
	}
	return record.Inventory{
		Vault: l.Vault, Source: l.Source, Date: l.Date, State: l.State, Position: l.Position,
		List:    vault.Listing{Since: l.Since, Until: l.Until, Limit: l.Limit, Marker: l.Marker, CSV: l.CSV},
		Entries: l.Entries, Bad: l.Bad, Added: l.Added, Confirmed: l.Confirmed, Differing: l.Differing, Missing: l.Missing,
		Settled: l.Settled, Started: l.Started, Updated: l.Updated,
	}, nil
}

func (l *archiveLine) item() (item, error) {
	switch {
	case l.Vault == "":
		return nil, errNoVault
	case l.ArchiveID == "":
		return nil, errors.New("an archive without an id")
	case !slices.Contains(record.ArchiveStates(), l.State):
		return nil, fmt.Errorf("%.40q is no state of an archive", l.State)
	}
	return record.Archive{
		Vault: l.Vault, ID: l.ArchiveID, Name: string(l.Name), ModTime: l.ModTime, Tool: l.Tool,
		Description: string(l.Description), Size: l.Size, TreeHash: l.TreeHash, Created: l.Created, Seen: l.Seen, State: l.State,
	}, nil
}

func (l *uploadLine) item() (item, error) {
	if l.Vault == "" {
		return nil, errNoVault
	}
	switch l.State {
	case record.Initiating, record.Open, record.Completing, record.Completed, record.Unknown, record.Expired, record.Aborted:
	default:
		return nil, fmt.Errorf("%.40q is no state of an upload", l.State)
	}
	u := wholeUpload{Upload: record.Upload{
		Vault: l.Vault, Description: string(l.Description), PartSize: l.PartSize, ID: l.UploadID, State: l.State,
		Source: record.Source{
			Path: string(l.Path), Size: l.SourceSize, ModTime: l.ModTime, Change: l.ChangeTime, Inode: l.Inode,
		},
		ArchiveID: l.ArchiveID, TreeHash: l.TreeHash, Started: l.Started, Updated: l.Updated, Sent: l.Sent, Busy: l.Busy,
	}}
	for _, p := range l.Parts {
		u.parts = append(u.parts, vault.Part(p))
	}
	return u, nil
}

func (l *jobLine) item() (item, error) {
	if l.Vault == "" {
		return nil, errNoVault
	}
	return record.Job{
		Vault: l.Vault, ID: l.JobID, Kind: l.Kind, Archive: l.ArchiveID, Range: vault.Range{Offset: l.Offset, Size: l.Size},
		List: vault.Listing{Since: l.Since, Until: l.Until}, Tier: l.Tier, Token: l.Token, Description: string(l.Description),
		Status: l.Status, Message: string(l.Message), Started: l.Started, Completed: l.Completed, Expires: l.Expires,
	}, nil
}

func (l *downloadLine) item() (item, error) {
	switch {
	case l.Vault == "":
		return nil, errNoVault
	case l.State != record.Receiving && l.State != record.Received:
		return nil, fmt.Errorf("%.40q is no state of a download", l.State)
	}
	d := wholeDownload{Download: record.Download{
		Vault: l.Vault, Archive: l.ArchiveID, Range: vault.Range{Offset: l.Offset, Size: l.RangeSize}, Size: l.Size,
		TreeHash: l.TreeHash, Target: string(l.Target), State: l.State, Started: l.Started, Updated: l.Updated,
		Fetched: l.Fetched, Busy: l.Busy,
	}}
	for _, s := range l.Segments {
		d.segments = append(d.segments, record.Segment{Range: vault.Range{Offset: s.Offset, Size: s.Size}, TreeHash: s.TreeHash})
	}
	return d, nil
}
