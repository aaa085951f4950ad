package glaciervault

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// parseTime parses a date of the service, such as 2013-03-20T17:03:43.221Z; inventories
// have no fraction. No date, or null, is the zero time.
func parseTime(s *string) (time.Time, error) {
	if aws.ToString(s) == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, *s)
	if err != nil {
		return time.Time{}, fmt.Errorf("not a date: %.100q", *s)
	}
	return t.UTC(), nil
}
