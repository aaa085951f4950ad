package dirvault_test

import (
	"fmt"
	"os"
	"testing"
)

// Variables that make the test binary a child process of a test.
const (
	childRole = "FIRN_TEST_CHILD"
	childDir  = "FIRN_TEST_DIR"
)

func TestMain(m *testing.M) {
	var err error
	switch role := os.Getenv(childRole); role {
	case "", "bound":
		m.Run()
	case "upload":
		err = childUploads(os.Getenv(childDir))
	case "jobs":
		err = childStartsJobs(os.Getenv(childDir))
	case "hold":
		err = childHolds(os.Getenv(childDir))
	case "open":
		err = childOpens(os.Getenv(childDir))
	default:
		err = fmt.Errorf("no role %q", role)
	}
	if err != nil {
		panic(err)
	}
}
