package price

import (
	"fmt"
	"time"
)

// Table is the prices of one class, in US dollars. The zero Table charges nothing.
type Table struct {
	// Service, Region and Source describe the table for people. AsOf is the day on which
	// the prices were looked up; zero if the class charges nothing.
	Service string    `json:"-"`
	Region  string    `json:"-"`
	AsOf    time.Time `json:"-"`
	Source  string    `json:"-"`
	// VaultRegion is the region of the vault if it is known and not Region, for which the
	// prices may differ. Whoever knows the vault sets it.
	VaultRegion string `json:"-"`

	Storage Figure `json:"storage_per_gib_month"`
	// Staging is the price of storage that is not cold: parts of an unfinished upload,
	// restored copies, the StagingOverhead.
	Staging Figure `json:"staging_per_gib_month"`
	// Parts is the price of the requests of an upload, except for the one that completes
	// it, which may cost more.
	Parts       Figure `json:"parts_per_1000"`
	Completions Figure `json:"completions_per_1000"`
	Downloads   Figure `json:"downloads_per_1000"` // of the requests that download retrieved bytes
	// Egress is the price of bytes that are sent to the internet, in the first of the
	// service's steps. The first FreeEgressGiB of a month are free, for all services of the
	// account together.
	Egress        Figure `json:"egress_per_gib"`
	FreeEgressGiB int64  `json:"free_egress_gib"`

	Overhead        int64 `json:"overhead_bytes"`         // billed in addition for each archive, for its index
	StagingOverhead int64 `json:"staging_overhead_bytes"` // billed in addition for each archive, for its name
	LeastBilled     int64 `json:"least_billed_bytes"`     // a smaller archive is billed like one of this size
	MinimumStayDays int64 `json:"minimum_stay_days"`      // an archive that is deleted earlier is billed until then
	Tiers           Tiers `json:"tiers"`

	// CapacityUnit is the price of one unit of provisioned capacity for Expedited
	// retrievals for a month; zero if none is sold.
	CapacityUnit Figure `json:"capacity_unit_per_month,omitzero"`
}

// Tiers are the tiers of a class; nil: not offered.
type Tiers struct {
	Instant   *Tier `json:"Instant,omitempty"` // no job: reading is charged
	Expedited *Tier `json:"Expedited,omitempty"`
	Standard  *Tier `json:"Standard,omitempty"`
	Bulk      *Tier `json:"Bulk,omitempty"`
}

// Tier is the prices of a tier, and its duration.
type Tier struct {
	Requests Figure `json:"requests_per_1000"`
	Bytes    Figure `json:"per_gib"`
	// Least and Most are the typical time until the bytes can be read, which the service
	// states without a guarantee.
	Least time.Duration `json:"-"`
	Most  time.Duration `json:"-"`
}

// Free returns the table of a vault that costs nothing, such as a directory.
func Free() Table { return Table{} }

// IsFree reports whether nothing is charged.
func (t Table) IsFree() bool { return t.AsOf.IsZero() }

// Day returns the day on which the prices were looked up, as 2006-01-02.
func (t Table) Day() string { return t.AsOf.Format(time.DateOnly) }

// Basis returns service, region and date of the prices, and says if the vault is in another
// region.
func (t Table) Basis() string {
	basis := fmt.Sprintf("%s in %s as of %s", t.Service, t.Region, t.Day())
	if t.VaultRegion != "" {
		basis += "; the prices of " + t.VaultRegion + " are not known"
	}
	return basis
}

// MinimumStay returns the shortest time for which an archive is billed.
func (t Table) MinimumStay() time.Duration { return time.Duration(t.MinimumStayDays) * day }

// Capacity returns the costs of units of provisioned capacity for a month.
func (t Table) Capacity(units int) Amount { return t.CapacityUnit.times(float64(units)) }

// store returns the costs of storing size bytes for some time.
func (f Figure) store(size int64, stay time.Duration) Amount {
	return f.times(float64(size) / gib * stay.Hours() / month.Hours())
}

// billed returns the size for which an archive is charged.
func (t Table) billed(size int64) int64 { return max(size, t.LeastBilled) + t.Overhead }
