package compare

import (
	"time"
)

const (
	// ListsLag is how old an archive must be before it means anything that an inventory
	// does not list it: a vault makes one about once a day.
	ListsLag = 48 * time.Hour
	// ClockSkew is the greatest difference between our clock and that of a service that
	// accepts our signatures.
	ClockSkew = 15 * time.Minute
)
