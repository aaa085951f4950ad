package coldfront

import (
	"encoding/xml"
	"net/http"
	"slices"
	"time"
)

// restore is a restore of an archived version: requested, then finished, then expired.
type restore struct {
	tier   string // "" if none was requested
	days   int
	ready  time.Time // when the temporary copy is there
	expiry time.Time // when the temporary copy expires
}

// stage is the state of a restore.
type stage int

const (
	archived stage = iota // no temporary copy, and none in preparation
	ongoing
	restored
)

func (r restore) stage(now time.Time) stage {
	switch {
	case r.tier == "" || !now.Before(r.expiry):
		return archived
	case now.Before(r.ready):
		return ongoing
	default:
		return restored
	}
}

// header returns the value of x-amz-restore; "" if there is none.
func (r restore) header(now time.Time) string {
	switch r.stage(now) {
	case ongoing:
		return `ongoing-request="true"`
	case restored:
		return `ongoing-request="false", expiry-date="` + r.expiry.Format(http.TimeFormat) + `"`
	default:
		return ""
	}
}

// expiry returns the midnight (UTC) that follows the days after t.
func expiry(t time.Time, days int) time.Time {
	end := t.UTC().AddDate(0, 0, days)
	midnight := end.Truncate(24 * time.Hour)
	if midnight.Before(end) {
		midnight = midnight.AddDate(0, 0, 1)
	}
	return midnight
}

// tiers returns the tiers from the slowest to the fastest.
func tiers() []string { return []string{"Bulk", "Standard", "Expedited"} }

// restoreRequest is the body of RestoreObject.
type restoreRequest struct {
	XMLName xml.Name `xml:"RestoreRequest"`
	Days    *int
	// Tier belongs to a select. A plain restore must not have it.
	Tier          *string
	JobParameters struct{ Tier string } `xml:"GlacierJobParameters"`
}

// parseRestore returns days and tier, or S3's error.
func parseRestore(body []byte) (days int, tier string, _ *s3Error) {
	malformed := &s3Error{
		Status: http.StatusBadRequest, Code: "MalformedXML",
		Message: "The XML you provided was not well-formed or did not validate against our published schema",
	}
	var r restoreRequest
	if err := xml.Unmarshal(body, &r); err != nil || r.Tier != nil || r.Days == nil {
		return 0, "", malformed
	}
	tier = r.JobParameters.Tier
	if tier == "" {
		tier = "Standard"
	}
	if !slices.Contains(tiers(), tier) {
		return 0, "", malformed
	}
	if *r.Days < 1 {
		return 0, "", &s3Error{
			Status: http.StatusBadRequest, Code: "InvalidArgument",
			Message: "restoration days should be at least 1",
		}
	}
	return *r.Days, tier, nil
}

// restore carries out RestoreObject for a version that exists. It returns the status of
// success, or an error.
func (f *Front) restore(n name, id string, body []byte) (int, *s3Error) {
	days, tier, bad := parseRestore(body)
	if bad != nil {
		return 0, bad
	}
	f.objects.mu.Lock()
	defer f.objects.mu.Unlock()
	v := f.objects.find(n, id)
	if refusal := refusal(v, tier); refusal != nil {
		return 0, refusal
	}
	if tier == "Expedited" && f.noExpedited.Load() {
		return 0, &s3Error{
			Status: http.StatusServiceUnavailable, Code: "GlacierExpeditedRetrievalNotAvailable",
			Message: "Glacier expedited retrievals are currently not available, please try again later",
		}
	}
	return v.begin(f.now(), days, tier, f.delay(v.class, tier))
}

// refusal returns the error for an object whose class cannot be restored, or not in this
// tier, or nil.
func refusal(v *version, tier string) *s3Error {
	switch {
	case v != nil && v.class == "INTELLIGENT_TIERING":
		return &s3Error{
			Status: http.StatusForbidden, Code: "ObjectAlreadyInActiveTierError",
			Message: "This object is already in the active tier",
		}
	case v == nil || !isArchived(v.class):
		return &s3Error{
			Status: http.StatusForbidden, Code: "InvalidObjectState",
			Message: "Restore is not allowed for the object's current storage class",
		}
	case tier == "Expedited" && v.class == "DEEP_ARCHIVE":
		return &s3Error{
			Status: http.StatusBadRequest, Code: "InvalidArgument",
			Message: "Retrieval option is not supported by this storage class",
		}
	default:
		return nil
	}
}

// begin starts, accelerates or prolongs the restore of v.
func (v *version) begin(now time.Time, days int, tier string, delay time.Duration) (int, *s3Error) {
	r := &v.restore
	switch r.stage(now) {
	case restored:
		r.days, r.expiry = days, expiry(now, days)
		return http.StatusOK, nil
	case ongoing:
		if days != r.days || slices.Index(tiers(), tier) <= slices.Index(tiers(), r.tier) {
			return 0, &s3Error{
				Status: http.StatusConflict, Code: "RestoreAlreadyInProgress",
				Message: "Object restore is already in progress",
			}
		}
		if faster := now.Add(delay); faster.Before(r.ready) {
			r.ready = faster
		}
		r.tier = tier
		return http.StatusAccepted, nil
	default:
		*r = restore{tier: tier, days: days, ready: now.Add(delay), expiry: expiry(now, days)}
		if r.expiry.Before(r.ready) {
			// A copy with a lifetime of one day that is ready after two would never be
			// readable.
			r.expiry = expiry(r.ready, days)
		}
		return http.StatusAccepted, nil
	}
}
