package s3vault

import (
	"testing"
	"time"
)

func TestSeconds(t *testing.T) {
	for want, at := range map[string]time.Time{
		"1556938921.000000005": time.Date(2019, 5, 4, 3, 2, 1, 5, time.UTC),
		"-0.500000000":         time.Date(1969, 12, 31, 23, 59, 59, 500_000_000, time.UTC),
		"-86400.000000000":     time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC),
	} {
		if got := seconds(at); got != want {
			t.Errorf("%s is %s, want %s", at, got, want)
		}
	}
}
