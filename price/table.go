// Package price tells what cold storage costs, before it is used.
//
// The prices are data with a date, not truth: a service changes them, and they
// differ by region. [Glacier] returns the table that firn was made with; a
// caller who knows better changes its fields.
//
// All amounts are US dollars. A GiB is 2^30 bytes, which is what the service
// bills as a GB of storage.
package price

import "time"

// Table is what a vault charges in one region, in US dollars.
type Table struct {
	Service string
	Region  string
	AsOf    time.Time // the day on which the prices were looked up
	Source  string    // where, in words

	PerThousandUploads float64       // of the requests that send something: one for each part, one to begin, one to complete
	PerGiBMonth        float64       // of storage
	Overhead           int64         // bytes that are billed with each archive, for its index and metadata
	MinimumStay        time.Duration // what is deleted earlier is billed until then
}

// Glacier returns the prices of Amazon Glacier vaults in us-east-1.
//
// Sources: storage from the AmazonGlacier offer of the AWS Price List API, as
// published 2026-09-11; upload requests from its price page (0.05 in earlier
// years); overhead and minimum stay from the Amazon Glacier developer guide.
func Glacier() Table {
	return Table{
		Service:            "Amazon Glacier",
		Region:             "us-east-1",
		AsOf:               time.Date(2026, time.October, 3, 0, 0, 0, 0, time.UTC),
		Source:             "AWS Price List API, offer AmazonGlacier",
		PerThousandUploads: 0.03,
		PerGiBMonth:        0.0036,
		Overhead:           32 << 10,
		MinimumStay:        90 * 24 * time.Hour,
	}
}

// Free returns the table of a place that charges nothing, such as a directory.
func Free() Table { return Table{} }
