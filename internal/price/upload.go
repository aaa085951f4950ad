package price

import "time"

// Estimate is the costs of an upload.
type Estimate struct {
	Requests Amount // once
	Month    Amount // for each month of storage
	Minimum  Amount // storage that is billed even if the archive is deleted at once
}

// Upload estimates the costs of one archive of size bytes that takes a number of upload
// requests. The last request completes it. A negative size means a stream of unknown size;
// its storage is left out.
func (t Table) Upload(requests int, size int64) Estimate {
	var e Estimate
	if requests > 0 {
		e.Requests = t.Parts.perThousand(int64(requests) - 1).Plus(t.Completions.perThousand(1))
	}
	if size < 0 {
		return e
	}
	e.Month = t.Storage.store(t.billed(size), month).Plus(t.Staging.store(t.StagingOverhead, month))
	e.Minimum = t.EarlyDeletion(size, 0)
	return e
}

// Times returns the costs of n such uploads.
func (e Estimate) Times(n int64) Estimate {
	for _, a := range []*Amount{&e.Requests, &e.Month, &e.Minimum} {
		a.USD *= float64(n)
	}
	return e
}

// Plus adds two estimates.
func (e Estimate) Plus(o Estimate) Estimate {
	return Estimate{e.Requests.Plus(o.Requests), e.Month.Plus(o.Month), e.Minimum.Plus(o.Minimum)}
}

// EarlyDeletion returns the costs of deleting an archive of size bytes at an age: the
// storage until its minimum stay has passed (Amazon Glacier developer guide, "Deleting an
// Archive"). A negative age counts as zero.
func (t Table) EarlyDeletion(size int64, age time.Duration) Amount {
	rest := t.MinimumStay() - max(0, age)
	if rest <= 0 {
		return Amount{Certainty: High}
	}
	return t.Storage.store(t.billed(size), rest)
}

// Stage returns the costs of storing size bytes in fast storage for some time: the restored
// copy of an archive, or the parts of an unfinished upload.
func (t Table) Stage(size int64, stay time.Duration) Amount { return t.Staging.store(size, stay) }
