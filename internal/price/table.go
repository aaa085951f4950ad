package price

import (
	"fmt"
	"time"
)

// Table is what one place charges, in US dollars. The zero Table is a place that
// charges nothing.
type Table struct {
	// What the table is of, for people. AsOf is the day on which the prices were
	// looked up; of a place that charges nothing it is zero.
	Service string    `json:"-"`
	Region  string    `json:"-"`
	AsOf    time.Time `json:"-"`
	Source  string    `json:"-"`

	Storage Figure `json:"storage_per_gib_month"`
	// Staging is the price of storage that is not cold yet, or no longer: parts of
	// an unfinished upload, restored copies, the StagingOverhead.
	Staging Figure `json:"staging_per_gib_month"`
	// Parts is the price of the requests of an upload but for the one that
	// completes it, which may cost more.
	Parts       Figure `json:"parts_per_1000"`
	Completions Figure `json:"completions_per_1000"`
	Downloads   Figure `json:"downloads_per_1000"` // of the requests that fetch what is ready
	// Egress is the price of bytes that leave for the internet, in the first step
	// of those that the service has. The first FreeEgressGiB of a month are free,
	// all uses of the account together.
	Egress        Figure `json:"egress_per_gib"`
	FreeEgressGiB int64  `json:"free_egress_gib"`

	Overhead        int64 `json:"overhead_bytes"`         // billed with each archive, for its index
	StagingOverhead int64 `json:"staging_overhead_bytes"` // billed with each archive, for its name
	LeastBilled     int64 `json:"least_billed_bytes"`     // a smaller archive is billed like one of this size
	MinimumStayDays int64 `json:"minimum_stay_days"`      // what is deleted earlier is billed until then
	Tiers           Tiers `json:"tiers"`

	// CapacityUnit is the price of a month of one unit of provisioned capacity for
	// Expedited retrievals; zero where none is sold.
	CapacityUnit Figure `json:"capacity_unit_per_month,omitzero"`
}

// Tiers are the ways in which a place makes archives readable; nil: not offered.
type Tiers struct {
	Instant   *Tier `json:"Instant,omitempty"` // no job: what is read is charged
	Expedited *Tier `json:"Expedited,omitempty"`
	Standard  *Tier `json:"Standard,omitempty"`
	Bulk      *Tier `json:"Bulk,omitempty"`
}

// Tier is the price of one way to make archives readable, and how long it takes.
type Tier struct {
	Requests Figure `json:"requests_per_1000"`
	Bytes    Figure `json:"per_gib"`
	// Least and Most are the typical time until the bytes can be read, as the
	// service tells it and does not promise it.
	Least time.Duration `json:"-"`
	Most  time.Duration `json:"-"`
}

// Free returns the table of a place that charges nothing, such as a directory.
func Free() Table { return Table{} }

// IsFree reports whether the table is that of a place that charges nothing.
func (t Table) IsFree() bool { return t.AsOf.IsZero() }

// Day is the day on which the prices were looked up, as 2006-01-02.
func (t Table) Day() string { return t.AsOf.Format(time.DateOnly) }

// Basis says what the prices are those of, and of when.
func (t Table) Basis() string { return fmt.Sprintf("%s in %s as of %s", t.Service, t.Region, t.Day()) }

// MinimumStay is how long an archive is billed at the least.
func (t Table) MinimumStay() time.Duration { return time.Duration(t.MinimumStayDays) * day }

// Capacity is what so many units of provisioned capacity cost for a month.
func (t Table) Capacity(units int) Amount { return t.CapacityUnit.times(float64(units)) }

// store is what size bytes cost for a while.
func (f Figure) store(size int64, stay time.Duration) Amount {
	return f.times(float64(size) / gib * stay.Hours() / month.Hours())
}

// billed is the size by which an archive is charged.
func (t Table) billed(size int64) int64 { return max(size, t.LeastBilled) + t.Overhead }
