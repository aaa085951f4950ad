package wire

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"firn/internal/strict"
	"firn/server/internal/refusal"
	"firn/vault"
)

// JobParameters is the body of InitiateJob. A field that is null or empty counts
// as missing. The service's guide wraps the object in another; on the wire it
// stands by itself.
type JobParameters struct {
	Type                         string
	ArchiveID                    string `json:"ArchiveId"`
	Description                  string
	Format                       string
	InventoryRetrievalParameters *inventoryParameters
	RetrievalByteRange           string
	SNSTopic                     string
	Tier                         string
}

type inventoryParameters struct {
	StartDate string
	EndDate   string
	Limit     textOrNumber
	Marker    string
}

// textOrNumber is a number that is a text in JSON. Old clients, boto 2.49 among
// them, send it as a number.
type textOrNumber string

// UnmarshalJSON takes the digits of a number for a text.
func (t *textOrNumber) UnmarshalJSON(b []byte) error {
	if strings.IndexByte("-0123456789", b[0]) >= 0 {
		*t = textOrNumber(b)
		return nil
	}
	return json.Unmarshal(b, (*string)(t))
}

// The words of a job that the API spells in its own way.
const (
	selectType = "select"
	formatJSON = "JSON"
	formatCSV  = "CSV"
)

// ParseJobParameters reads the body of InitiateJob and checks each field by itself. The
// caller checks the range, which depends on the size of the archive.
func ParseJobParameters(body []byte) (JobParameters, error) {
	var p JobParameters
	if err := strict.Unambiguous(body, &p); err != nil {
		return JobParameters{}, refusal.Serialization(err)
	}
	var err error
	switch vault.JobKind(p.Type) {
	case vault.RetrieveArchive:
		err = p.checkArchive()
	case vault.RetrieveInventory:
		err = p.checkInventory()
	case selectType:
		err = refusal.Invalid("Jobs of type select are not supported.")
	case "":
		err = refusal.MissingParameter("Type")
	default:
		err = refusal.Invalid("Invalid job type: " + p.Type)
	}
	if err != nil {
		return JobParameters{}, err
	}
	return p, p.checkCommon()
}

func (p *JobParameters) checkArchive() error {
	switch {
	case p.ArchiveID == "":
		return refusal.MissingParameter("ArchiveId")
	case !IsID(p.ArchiveID):
		return refusal.Invalid("Invalid archive ID: " + p.ArchiveID)
	case p.InventoryRetrievalParameters != nil:
		return refusal.Invalid("InventoryRetrievalParameters are for jobs of type inventory-retrieval only.")
	}
	return nil
}

func (p *JobParameters) checkInventory() error {
	switch {
	case p.ArchiveID != "":
		return refusal.Invalid("ArchiveId is not for jobs of type inventory-retrieval.")
	case p.RetrievalByteRange != "":
		return refusal.Invalid("RetrievalByteRange is not for jobs of type inventory-retrieval.")
	}
	return nil
}

func (p *JobParameters) checkCommon() error {
	tiers := []vault.Tier{"", vault.Expedited, vault.Standard, vault.Bulk}
	switch {
	case !isDescription(p.Description):
		return refusal.Invalid(fmt.Sprintf("Invalid Description: it must be at most %d printable ASCII characters.", maxDescription))
	case !slices.Contains(tiers, vault.Tier(p.Tier)):
		return refusal.Invalid("Invalid Tier: " + p.Tier)
	case !slices.Contains([]string{"", formatJSON, formatCSV}, p.Format):
		return refusal.Invalid("Invalid Format: " + p.Format)
	case p.SNSTopic != "" && !vault.IsTopic(p.SNSTopic):
		return refusal.Invalid("Invalid SNSTopic: " + p.SNSTopic)
	}
	return nil
}

// Listing returns what an inventory is to list.
func (p *JobParameters) Listing() (vault.Listing, error) {
	list := vault.Listing{CSV: p.Format == formatCSV}
	i := p.InventoryRetrievalParameters
	if i == nil {
		return list, nil
	}
	var err error
	if list.Since, err = parseDate("StartDate", i.StartDate); err != nil {
		return vault.Listing{}, err
	}
	if list.Until, err = parseDate("EndDate", i.EndDate); err != nil {
		return vault.Listing{}, err
	}
	if i.Limit != "" {
		n, ok := ParseOffset(string(i.Limit))
		if !ok || n < 1 {
			return vault.Listing{}, refusal.Invalid("Invalid Limit: " + string(i.Limit))
		}
		list.Limit = n
	}
	if len(i.Marker) > maxMarker {
		return vault.Listing{}, refusal.Invalid("Invalid Marker: it has more than " + strconv.Itoa(maxMarker) + " characters.")
	}
	list.Marker = i.Marker
	return list, nil
}

// parseDate reads a date in one of the forms of ISO 8601 that clients send.
// None is the zero time.
func parseDate(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{
		time.RFC3339, // also with a fraction of a second
		"2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "20060102T150405Z0700", time.DateOnly,
	} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, refusal.Invalid("Invalid " + name + ": " + text)
}
