// Package exchange is the format of exports: lines of JSON, one for each item. It writes
// items to a file and reads them back. docs/catalog.md describes the fields.
package exchange

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"firn/catalog/internal/contents"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// The lines of an export. Every later firn must read them: a new version may add fields, and
// must not change the meaning of any. Unknown times, hashes and texts are empty or left out.

// outside is a text of any bytes: a string, or {"base64": ...} if it is not UTF-8.
type outside string

type outsideBytes struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON implements json.Marshaler.
func (o outside) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(o)) {
		return json.Marshal(string(o))
	}
	return json.Marshal(outsideBytes{[]byte(o)})
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *outside) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var bytes outsideBytes
		err := json.Unmarshal(b, &bytes)
		*o = outside(bytes.Base64)
		return err
	}
	return json.Unmarshal(b, (*string)(o))
}

type headLine struct {
	MessageType string    `json:"message_type"` // "catalog"
	Format      int       `json:"format"`
	Exported    time.Time `json:"exported"`
}

type endLine struct {
	MessageType string `json:"message_type"` // "end"
	Items       int64  `json:"items"`        // lines between the first and this one
}

type vaultLine struct {
	MessageType string    `json:"message_type"` // "vault"
	Vault       string    `json:"vault"`
	Deleted     time.Time `json:"last_deletion,omitzero"`
}

type inventoryLine struct {
	MessageType string                `json:"message_type"` // "inventory"
	Vault       string                `json:"vault"`
	Source      string                `json:"source"`
	Date        time.Time             `json:"date"`
	Since       time.Time             `json:"list_since,omitzero"`
	Until       time.Time             `json:"list_until,omitzero"`
	Limit       int64                 `json:"list_limit"`
	Marker      string                `json:"list_marker"`
	CSV         bool                  `json:"list_csv"`
	State       record.InventoryState `json:"state"`
	Position    string                `json:"position"`
	Entries     int64                 `json:"entries"`
	Bad         int64                 `json:"bad"`
	Added       int64                 `json:"added"`
	Confirmed   int64                 `json:"confirmed"`
	Differing   int64                 `json:"differing"`
	Missing     int64                 `json:"missing"`
	Settled     int64                 `json:"settled_uploads"`
	Started     time.Time             `json:"started,omitzero"`
	Updated     time.Time             `json:"updated,omitzero"`
	Returned    int64                 `json:"returned,omitempty"`
}

type archiveLine struct {
	MessageType string              `json:"message_type"` // "archive"
	Vault       string              `json:"vault"`
	ArchiveID   vault.ArchiveID     `json:"archive_id"`
	Name        outside             `json:"name"`
	ModTime     time.Time           `json:"mod_time,omitzero"`
	Tool        string              `json:"tool"`
	Description outside             `json:"description"`
	Size        int64               `json:"size"` // -1: not known
	TreeHash    treehash.Hash       `json:"tree_hash"`
	Created     time.Time           `json:"created,omitzero"`
	Seen        time.Time           `json:"inventory,omitzero"` // date of the newest that lists it
	State       record.ArchiveState `json:"state"`
	ETag        string              `json:"etag,omitempty"`
	Dated       time.Time           `json:"dated,omitzero"`
	Before      record.ArchiveState `json:"state_before,omitempty"`
	Deleted     time.Time           `json:"deleted,omitzero"`
	Since       time.Time           `json:"since,omitzero"`
}

type uploadLine struct {
	MessageType string             `json:"message_type"` // "upload"
	Vault       string             `json:"vault"`
	Path        outside            `json:"path"`
	SourceSize  int64              `json:"source_size"`
	ModTime     time.Time          `json:"mod_time,omitzero"`
	ChangeTime  time.Time          `json:"change_time,omitzero"`
	Inode       uint64             `json:"inode"`
	Description outside            `json:"description"`
	PartSize    int64              `json:"part_size"`
	UploadID    vault.UploadID     `json:"upload_id"`
	State       record.UploadState `json:"state"`
	ArchiveID   vault.ArchiveID    `json:"archive_id"`
	TreeHash    treehash.Hash      `json:"tree_hash"`
	Started     time.Time          `json:"started,omitzero"`
	Updated     time.Time          `json:"updated,omitzero"`
	Sent        int64              `json:"sent"`
	Busy        time.Duration      `json:"busy_ns"`
	Name        outside            `json:"name"`                // asked for
	Class       string             `json:"class"`               // asked for
	Continued   bool               `json:"continued,omitempty"` // the line before has the same upload
	Parts       []partLine         `json:"parts,omitempty"`
}

type partLine struct {
	Offset   int64         `json:"offset"`
	Size     int64         `json:"size"`
	TreeHash treehash.Hash `json:"tree_hash"`
	SHA256   treehash.Hash `json:"sha256"`
	Receipt  string        `json:"receipt"`
}

type jobLine struct {
	MessageType string          `json:"message_type"` // "job"
	Vault       string          `json:"vault"`
	JobID       vault.JobID     `json:"job_id"`
	Kind        vault.JobKind   `json:"kind"`
	ArchiveID   vault.ArchiveID `json:"archive_id"`
	Offset      int64           `json:"range_offset"`
	Size        int64           `json:"range_size"`
	Since       time.Time       `json:"list_since,omitzero"`
	Until       time.Time       `json:"list_until,omitzero"`
	Tier        vault.Tier      `json:"tier"`
	Token       string          `json:"token"`
	Description outside         `json:"description"`
	Status      vault.JobStatus `json:"status"`
	Message     outside         `json:"message"`
	Started     time.Time       `json:"started,omitzero"`
	Completed   time.Time       `json:"completed,omitzero"`
	Expires     time.Time       `json:"expires,omitzero"`
}

type downloadLine struct {
	MessageType string               `json:"message_type"` // "download"
	Vault       string               `json:"vault"`
	ArchiveID   vault.ArchiveID      `json:"archive_id"`
	Offset      int64                `json:"range_offset"`
	RangeSize   int64                `json:"range_size"`
	Size        int64                `json:"size"`
	TreeHash    treehash.Hash        `json:"tree_hash"`
	Target      outside              `json:"target"`
	State       record.DownloadState `json:"state"`
	Mark        string               `json:"mark,omitempty"`
	Started     time.Time            `json:"started,omitzero"`
	Updated     time.Time            `json:"updated,omitzero"`
	Fetched     int64                `json:"fetched"`
	Busy        time.Duration        `json:"busy_ns"`
	Continued   bool                 `json:"continued,omitempty"` // the line before has the same download
	Segments    []segmentLine        `json:"segments,omitempty"`
}

type segmentLine struct {
	Offset   int64         `json:"offset"`
	Size     int64         `json:"size"`
	TreeHash treehash.Hash `json:"tree_hash"`
}

// lineOf returns the line of an item.
func lineOf(i contents.Item) any {
	switch i := i.(type) {
	case contents.Vault:
		return vaultLine{"vault", i.URL, i.Deleted}
	case record.Inventory:
		return inventoryLine{
			"inventory", i.Vault, i.Source, i.Date, i.List.Since, i.List.Until, i.List.Limit, i.List.Marker, i.List.CSV, i.State,
			i.Position, i.Entries, i.Bad, i.Added, i.Confirmed, i.Differing, i.Missing, i.Settled, i.Started, i.Updated, i.Returned,
		}
	case record.Archive:
		return archiveLine{
			"archive", i.Vault, i.ID, outside(i.Name), i.ModTime, i.Tool, outside(i.Description), i.Size, i.TreeHash,
			i.Created, i.Seen, i.State, i.ETag, i.Dated, i.Before, i.Deleted, i.Since,
		}
	case contents.Upload:
		l := uploadLine{
			"upload", i.Vault, outside(i.Source.Path), i.Source.Size, i.Source.ModTime, i.Source.Change, i.Source.Inode,
			outside(i.Description), i.PartSize, i.ID, i.State, i.ArchiveID, i.TreeHash, i.Started, i.Updated, i.Sent, i.Busy,
			outside(i.Name), i.Class, i.Continues, nil,
		}
		for _, p := range i.Parts {
			l.Parts = append(l.Parts, partLine{p.Offset, p.Size, p.TreeHash, p.SHA256, p.Receipt})
		}
		return l
	case record.Job:
		return jobLine{
			"job", i.Vault, i.ID, i.Kind, i.Archive, i.Range.Offset, i.Range.Size, i.List.Since, i.List.Until, i.Tier,
			i.Token, outside(i.Description), i.Status, outside(i.Message), i.Started, i.Completed, i.Expires,
		}
	case contents.Download:
		l := downloadLine{
			"download", i.Vault, i.Archive, i.Range.Offset, i.Range.Size, i.Size, i.TreeHash, outside(i.Target), i.State,
			i.Mark, i.Started, i.Updated, i.Fetched, i.Busy, i.Continues, nil,
		}
		for _, s := range i.Segments {
			l.Segments = append(l.Segments, segmentLine{s.Offset, s.Size, s.TreeHash})
		}
		return l
	}
	return nil
}
