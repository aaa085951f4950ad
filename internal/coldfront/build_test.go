package coldfront_test

import (
	"testing"

	"firn/internal/coldfront"
)

// TestServerIsBuilt starts a server, which builds it. scripts/test.sh runs this test before
// the other tests.
func TestServerIsBuilt(t *testing.T) {
	f := coldfront.Start(t, coldfront.Options{})
	if err := f.CreateBucket(t.Context(), "built"); err != nil {
		t.Error(err)
	}
}
