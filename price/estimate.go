package price

const gib = 1 << 30

// Estimate is what an upload costs, in US dollars.
type Estimate struct {
	Requests float64 // once
	Month    float64 // for each month of storage
	Minimum  float64 // storage that is billed even if the archive is deleted at once
}

// Upload estimates one archive of size bytes that takes so many upload requests.
// A size below zero, of a stream, is not known and its storage is left out.
func (t Table) Upload(requests int, size int64) Estimate {
	e := Estimate{Requests: float64(requests) * t.PerThousandUploads / 1000}
	if size < 0 {
		return e
	}
	e.Month = float64(size+t.Overhead) / gib * t.PerGiBMonth
	e.Minimum = e.Month * t.MinimumStay.Hours() / hoursPerMonth
	return e
}

// hoursPerMonth is the month of 30 days in which the service counts.
const hoursPerMonth = 30 * 24
