package coldfront_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
)

// TestRestore checks the answers of RestoreObject, case by case.
func TestRestore(t *testing.T) {
	type step struct {
		after  time.Duration // since the step before
		days   int32
		tier   types.Tier
		status int
		code   string
		header string // of HeadObject afterwards
	}
	const running = `ongoing-request="true"`
	until := func(date string) string {
		return `ongoing-request="false", expiry-date="` + date + ` 00:00:00 GMT"`
	}
	for name, test := range map[string]struct {
		class types.StorageClass
		steps []step
	}{
		"standard":   {types.StorageClassStandard, []step{{0, 1, "", 403, "InvalidObjectState", ""}}},
		"instant":    {types.StorageClassGlacierIr, []step{{0, 1, "", 403, "InvalidObjectState", ""}}},
		"by itself":  {types.StorageClassIntelligentTiering, []step{{0, 1, "", 403, "ObjectAlreadyInActiveTierError", ""}}},
		"deep fast":  {types.StorageClassDeepArchive, []step{{0, 1, types.TierExpedited, 400, "InvalidArgument", ""}}},
		"no days":    {types.StorageClassGlacier, []step{{0, 0, "", 400, "InvalidArgument", ""}}},
		"no tier":    {types.StorageClassGlacier, []step{{0, 1, "Slow", 400, "MalformedXML", ""}}},
		"by default": {types.StorageClassGlacier, []step{{0, 1, "", 202, "", running}, {5 * time.Hour, 1, "", 200, "", until("Sat, 17 Oct 2026")}}},
		"prolonged": {types.StorageClassGlacier, []step{
			{0, 3, types.TierExpedited, 202, "", running},
			{5 * time.Minute, 3, "", 200, "", until("Mon, 19 Oct 2026")},
			{24 * time.Hour, 7, "", 200, "", until("Sat, 24 Oct 2026")},
			{0, 1, types.TierBulk, 200, "", until("Sun, 18 Oct 2026")},
		}},
		"expired and asked for again": {types.StorageClassGlacier, []step{
			{0, 1, types.TierExpedited, 202, "", running},
			{48 * time.Hour, 1, types.TierExpedited, 202, "", running},
		}},
		"running": {types.StorageClassDeepArchive, []step{
			{0, 1, types.TierStandard, 202, "", running},
			{time.Hour, 1, types.TierStandard, 409, "RestoreAlreadyInProgress", running},
			{time.Hour, 1, types.TierBulk, 409, "RestoreAlreadyInProgress", running},
		}},
		"sped up": {types.StorageClassGlacier, []step{
			{0, 2, types.TierBulk, 202, "", running},
			{time.Hour, 3, types.TierStandard, 409, "RestoreAlreadyInProgress", running},
			{time.Hour, 2, types.TierStandard, 202, "", running},
			{5 * time.Hour, 2, "", 200, "", until("Sun, 18 Oct 2026")},
		}},
		"later than its days": {types.StorageClassDeepArchive, []step{
			{0, 1, types.TierBulk, 202, "", running},
			{47 * time.Hour, 1, types.TierBulk, 409, "RestoreAlreadyInProgress", running},
			{2 * time.Hour, 1, "", 200, "", until("Mon, 19 Oct 2026")},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			clock := newClock()
			_, c := start(t, coldfront.Options{Now: clock.Now, Delay: hours})
			put(t, c, "k", test.class, "text")
			for i, step := range test.steps {
				clock.Advance(step.after)
				status, code := restore(t, c, "k", step.days, step.tier)
				if status != step.status || code != step.code {
					t.Errorf("step %d: %d %s, not %d %s", i, status, code, step.status, step.code)
				}
				if header := aws.ToString(head(t, c, "k").Restore); header != step.header {
					t.Errorf("step %d: %s, not %s", i, header, step.header)
				}
			}
		})
	}
}

func TestRestoreOfWhatIsNotThere(t *testing.T) {
	f, c := start(t, coldfront.Options{})
	status, code := restore(t, c, "none", 1, "")
	check(t, "status", status, 404)
	check(t, "code", code, "NoSuchKey")
	_, err := c.RestoreObject(t.Context(), &s3.RestoreObjectInput{
		Bucket: aws.String("no-such-bucket"), Key: aws.String("k"), RestoreRequest: &types.RestoreRequest{Days: aws.Int32(1)},
	})
	_, code = answered(t, err)
	check(t, "code", code, "NoSuchBucket")

	put(t, c, "k", types.StorageClassGlacier, "text")
	for id, want := range map[string]string{"nonsense": "InvalidArgument", "01M8DGPWH3QZB0X70038JK7X1F": "NoSuchVersion"} {
		_, err = c.RestoreObject(t.Context(), &s3.RestoreObjectInput{
			Bucket: aws.String(bucket), Key: aws.String("k"), VersionId: &id, RestoreRequest: &types.RestoreRequest{Days: aws.Int32(1)},
		})
		_, code = answered(t, err)
		check(t, "code of version "+id, code, want)
	}
	f.SetExpedited(false)
	status, code = restore(t, c, "k", 1, types.TierExpedited)
	check(t, "status without capacity", status, 503)
	check(t, "code without capacity", code, "GlacierExpeditedRetrievalNotAvailable")
	status, _ = restore(t, c, "k", 1, types.TierBulk)
	check(t, "status of another tier", status, 202)
}

// A tier outside GlacierJobParameters is malformed.
func TestRestoreOfSelects(t *testing.T) {
	_, c := start(t, coldfront.Options{})
	put(t, c, "k", types.StorageClassGlacier, "text")
	_, err := c.RestoreObject(t.Context(), &s3.RestoreObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("k"),
		RestoreRequest: &types.RestoreRequest{Days: aws.Int32(1), Tier: types.TierBulk},
	})
	_, code := answered(t, err)
	check(t, "code", code, "MalformedXML")
}

// The server checks signature and body of the requests that it cannot handle itself.
func TestRestoreIsVerified(t *testing.T) {
	f, c := start(t, coldfront.Options{})
	put(t, c, "k", types.StorageClassGlacier, "text")
	for name, spoil := range map[string]func(*http.Request){
		"signature": func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "Signature=", "Signature=0", 1))
		},
		"body": func(r *http.Request) {
			text, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			r.Body = io.NopCloser(bytes.NewReader(bytes.Replace(text, []byte("<Days>1<"), []byte("<Days>9<"), 1)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			bad := s3.New(c.Options(), func(o *s3.Options) { o.HTTPClient = spoiling{spoil} })
			_, err := bad.RestoreObject(t.Context(), &s3.RestoreObjectInput{
				Bucket: aws.String(bucket), Key: aws.String("k"), RestoreRequest: &types.RestoreRequest{Days: aws.Int32(1)},
			})
			status, code := answered(t, err)
			if status < 400 || status >= 500 {
				t.Errorf("%d %s", status, code)
			}
			check(t, "restore", head(t, c, "k").Restore, (*string)(nil))
		})
	}
	check(t, "errors", countStatus(f, 202), 0)
}

// spoiling changes requests after they were signed.
type spoiling struct{ change func(*http.Request) }

func (s spoiling) Do(r *http.Request) (*http.Response, error) {
	s.change(r)
	return http.DefaultClient.Do(r)
}

func countStatus(f *coldfront.Front, status int) (n int) {
	for _, r := range f.Requests() {
		if r.Status == status {
			n++
		}
	}
	return n
}
