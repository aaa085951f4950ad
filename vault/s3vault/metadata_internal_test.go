package s3vault

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestSeconds(t *testing.T) {
	for want, at := range map[string]time.Time{
		"1556938921.000000005": time.Date(2019, 5, 4, 3, 2, 1, 5, time.UTC),
		"-0.500000000":         time.Date(1969, 12, 31, 23, 59, 59, 500_000_000, time.UTC),
		"-86400.000000000":     time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC),
		"253402300799.0000000": time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		"-11676096000.5000000": time.Date(1599, 12, 31, 23, 59, 59, 500_000_000, time.UTC),
	} {
		if got := seconds(at); !strings.HasPrefix(got, want) {
			t.Errorf("%s is %s, want %s", at, got, want)
		}
		if got := modTime(keeping(want)); !got.Equal(at) {
			t.Errorf("%s is read as %s, want %s", want, got, at)
		}
	}
}

// Other tools write times in other forms. An invalid time is unknown.
func TestTimesOfOthers(t *testing.T) {
	for said, want := range map[string]time.Time{
		"1436059321":              time.Unix(1436059321, 0),
		"1436059321.5":            time.Unix(1436059321, 500_000_000),
		"1436059321.123456789012": time.Unix(1436059321, 123_456_789),
		"-0.25":                   time.Unix(-1, 750_000_000),
		"":                        {}, "yesterday": {}, "1e9": {}, "1.": {}, ".5": {}, " 1": {}, "0x10": {}, "1436059321\n": {}, "99999999999999999999": {},
	} {
		if got := modTime(keeping(said)); !got.Equal(want) {
			t.Errorf("%q is %s, want %s", said, got, want)
		}
	}
}

// keeping returns an object with an mtime.
func keeping(mtime string) *s3.HeadObjectOutput {
	return &s3.HeadObjectOutput{Metadata: map[string]string{metaModTime: mtime}}
}
