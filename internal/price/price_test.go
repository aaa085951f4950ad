package price_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"firn/internal/price"
)

const day = 24 * time.Hour

// same compares amounts to a millionth of a dollar.
func same(a, b price.Amount) bool { return math.Abs(a.USD-b.USD) < 1e-6 && a.Certainty == b.Certainty }

func high(usd float64) price.Amount     { return price.Amount{USD: usd, Certainty: price.High} }
func good(usd float64) price.Amount     { return price.Amount{USD: usd, Certainty: price.Good} }
func moderate(usd float64) price.Amount { return price.Amount{USD: usd, Certainty: price.Moderate} }
func low(usd float64) price.Amount      { return price.Amount{USD: usd, Certainty: price.Low} }

func TestUpload(t *testing.T) {
	book := price.Default()
	for _, c := range []struct {
		name     string
		table    price.Table
		requests int
		size     int64
		want     price.Estimate
	}{
		// 10,000 × 0.03/1,000. 1,024 GiB × 0.0036; three months of that.
		{"1 TiB in 10,000 requests", price.Glacier(), 10_000, 1 << 40, price.Estimate{Requests: low(0.30), Month: moderate(3.6864001), Minimum: moderate(11.0592003)}},
		// One byte and 32 KiB are 32,769/2^30 GiB.
		{"one byte pays for its overhead", price.Glacier(), 3, 1, price.Estimate{
			Requests: low(0.00009), Month: moderate(0.0036 / 32768), Minimum: moderate(3 * 0.0036 / 32768),
		}},
		{"a stream has no known storage", price.Glacier(), 2, -1, price.Estimate{Requests: low(0.00006)}},
		// 10,001 × 0.005/1,000 + 0.05/1,000. 1,024 × 0.00099; six months of that.
		{"the last request to Deep Archive costs more", book.Table(price.DeepArchive), 10_002, 1 << 40, price.Estimate{
			Requests: high(0.050055), Month: high(1.0137602), Minimum: high(6.0825602),
		}},
		// One put is the request that completes: 0.03/1,000. 40 KiB of overhead, 8 of
		// them at 0.023: 2^30 such objects would be 32 GiB × 0.0036 + 8 GiB × 0.023 + 1 × 0.0036 GiB.
		{"a million bytes in S3", book.Table(price.FlexibleS3), 1, 1 << 20, price.Estimate{
			Requests: high(0.00003), Month: high(0.0036/1024 + 0.0036/32768 + 0.023/131072), Minimum: high(3 * (0.0036/1024 + 0.0036/32768)),
		}},
		// One byte is billed like 128 KiB: 0.004/8,192, three months of that.
		{"a small object in Instant Retrieval", book.Table(price.InstantS3), 1, 1, price.Estimate{
			Requests: high(0.00002), Month: high(0.004 / 8192), Minimum: high(3 * 0.004 / 8192),
		}},
		{"a directory is free", price.Free(), 1000, 1 << 40, price.Estimate{Requests: high(0), Month: high(0), Minimum: high(0)}},
		{"nothing is asked", price.Glacier(), 0, -1, price.Estimate{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.table.Upload(c.requests, c.size)
			if !same(got.Requests, c.want.Requests) || !same(got.Month, c.want.Month) || !same(got.Minimum, c.want.Minimum) {
				t.Errorf("got\n%+v, want\n%+v", got, c.want)
			}
		})
	}
}

func TestUploadsAddUp(t *testing.T) {
	table := price.Glacier()
	one, other := table.Upload(10, 5<<30), table.Upload(3, 1<<20)
	sum, twice := one.Plus(other), one.Times(2)
	for _, c := range []struct{ got, want price.Amount }{
		{sum.Requests, low(13 * 0.00003)},
		{sum.Month, moderate(one.Month.USD + other.Month.USD)},
		{sum.Minimum, moderate(one.Minimum.USD + other.Minimum.USD)},
		{twice.Requests, low(20 * 0.00003)},
		{twice.Month, moderate(2 * one.Month.USD)},
		{twice.Minimum, moderate(2 * one.Minimum.USD)},
	} {
		if !same(c.got, c.want) {
			t.Errorf("got %+v, want %+v", c.got, c.want)
		}
	}
}

// A sum is only as certain as its least certain amount.
func TestPlus(t *testing.T) {
	for _, c := range []struct{ a, b, want price.Amount }{
		{high(1), high(2), high(3)},
		{high(1), good(0), good(1)},
		{moderate(1), good(2), moderate(3)},
		{low(1), moderate(2), low(3)},
		{price.Amount{}, high(2), high(2)},
	} {
		if got, turned := c.a.Plus(c.b), c.b.Plus(c.a); got != c.want || turned != c.want {
			t.Errorf("%+v and %+v are %+v, turned %+v, want %+v", c.a, c.b, got, turned, c.want)
		}
	}
	if !low(0).Doubtful() || moderate(1).Doubtful() {
		t.Error("just what is of low certainty is doubtful")
	}
}

func TestEarlyDeletion(t *testing.T) {
	vault, deep := price.Glacier(), price.Default().Table(price.DeepArchive)
	const size = 1<<40 - 32<<10 // 1,024 GiB with its overhead
	for _, c := range []struct {
		name  string
		table price.Table
		age   time.Duration
		want  price.Amount
	}{
		{"at once", vault, 0, moderate(11.0592)},                                 // 1,024 × 0.0036 × 90/30
		{"after 30 days", vault, 30 * day, moderate(7.3728)},                     // × 60/30
		{"an hour before the end", vault, 90*day - time.Hour, moderate(0.00512)}, // × 1/720
		{"at the end", vault, 90 * day, high(0)},
		{"years later", vault, 10_000 * day, high(0)},
		{"a clock that is behind", vault, -5 * day, moderate(11.0592)},
		{"Deep Archive after 90 days", deep, 90 * day, high(3.04128)}, // 1,024 × 0.00099 × 90/30
		{"a directory", price.Free(), 0, high(0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.table.EarlyDeletion(size, c.age); !same(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestStage(t *testing.T) {
	book := price.Default()
	for _, c := range []struct {
		class price.Class
		want  price.Amount
	}{
		{price.DeepArchive, high(5.4954667)}, // 1,024 × 0.023 × 7/30
		{price.FlexibleS3, high(5.4954667)},
		{price.InstantS3, low(0.9557333)}, // 1,024 × 0.004 × 7/30
		{price.Vault, moderate(0)},
	} {
		if got := book.Table(c.class).Stage(1<<40, 7*day); !same(got, c.want) {
			t.Errorf("a TiB for a week in %s costs %+v, want %+v", c.class, got, c.want)
		}
	}
}

func TestRetrieve(t *testing.T) {
	book := price.Default()
	for _, c := range []struct {
		name                    string
		table                   price.Table
		tier                    string
		requests, bytes, egress int64
		want                    price.RetrievalEstimate
		total                   price.Amount
	}{
		{"1 TiB at leisure", price.Glacier(), "Bulk", 1, 1 << 40, 1 << 40, price.RetrievalEstimate{
			Requests: moderate(0.000025), Bytes: low(2.56), Egress: high(83.16), // (1,024 - 100) × 0.09
			Least: 5 * time.Hour, Most: 12 * time.Hour,
		}, low(85.720025)},
		{"a thousand small ones in haste", price.Glacier(), "Expedited", 1000, 1 << 30, 1 << 30, price.RetrievalEstimate{
			Requests: moderate(10), Bytes: moderate(0.03), Egress: high(0), Least: time.Minute, Most: 5 * time.Minute,
		}, moderate(10.03)},
		{"no tier is Standard", price.Glacier(), "", 1000, 1 << 30, 0, price.RetrievalEstimate{
			Requests: moderate(0.05), Bytes: moderate(0.01), Egress: high(0), Least: 3 * time.Hour, Most: 5 * time.Hour,
		}, moderate(0.06)},
		{"free of charge", book.Table(price.FlexibleS3), "Bulk", 1000, 1 << 40, 0, price.RetrievalEstimate{
			Requests: good(0.0004), Bytes: high(0), Egress: high(0), Least: 5 * time.Hour, Most: 12 * time.Hour,
		}, good(0.0004)},
		{"Deep Archive", book.Table(price.DeepArchive), "Standard", 1000, 1 << 40, 101 << 30, price.RetrievalEstimate{
			Requests: good(0.1004), Bytes: high(20.48), Egress: high(0.09), Most: 12 * time.Hour,
		}, good(20.6704)},
		{"at once", book.Table(price.InstantS3), "Instant", 1000, 10 << 30, 100 << 30, price.RetrievalEstimate{
			Requests: high(0.01), Bytes: high(0.3), Egress: high(0),
		}, high(0.31)},
		// Beyond the first step the price of egress falls, so that this amount is an upper
		// bound.
		{"20 TiB", book.Table(price.FlexibleS3), "Bulk", 0, 0, 20 << 40, price.RetrievalEstimate{
			Requests: high(0), Bytes: high(0), Egress: low(1834.2), Least: 5 * time.Hour, Most: 12 * time.Hour, // 20,380 × 0.09
		}, low(1834.2)},
		{"a directory", price.Free(), "Expedited", 5, 1 << 40, 1 << 40, price.RetrievalEstimate{
			Requests: high(0), Bytes: high(0), Egress: high(0),
		}, high(0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.table.Retrieve(c.tier, c.requests, c.bytes, c.egress)
			if err != nil {
				t.Fatal(err)
			}
			if !same(got.Requests, c.want.Requests) || !same(got.Bytes, c.want.Bytes) || !same(got.Egress, c.want.Egress) ||
				got.Least != c.want.Least || got.Most != c.want.Most || !same(got.Total(), c.total) {
				t.Errorf("got %+v, together %+v, want\n%+v, %+v", got, got.Total(), c.want, c.total)
			}
		})
	}
}

func TestRetrieveRefusesWhatIsNotOffered(t *testing.T) {
	book := price.Default()
	for _, c := range []struct {
		class price.Class
		tier  string
		want  string
	}{
		{price.DeepArchive, "Expedited", `S3 Glacier Deep Archive has no tier "Expedited"`},
		{price.InstantS3, "", `S3 Glacier Instant Retrieval has no tier ""`},
		{price.Vault, "soon", `Amazon Glacier has no tier "soon"`},
	} {
		if _, err := book.Table(c.class).Retrieve(c.tier, 1, 1, 1); err == nil || err.Error() != c.want {
			t.Errorf("%s in tier %q: got %v, want %s", c.class, c.tier, err, c.want)
		}
	}
}

func TestTiers(t *testing.T) {
	book := price.Default()
	for class, want := range map[price.Class][]string{
		price.Vault:       {"Expedited", "Standard", "Bulk"},
		price.InstantS3:   {"Instant"},
		price.FlexibleS3:  {"Expedited", "Standard", "Bulk"},
		price.DeepArchive: {"Standard", "Bulk"},
		"TAPE":            nil,
	} {
		if got := book.Table(class).Tiers.Names(); !slices.Equal(got, want) {
			t.Errorf("%s offers %q, want %q", class, got, want)
		}
	}
}

func TestBookDatesItsTables(t *testing.T) {
	for _, c := range price.Classes() {
		table := price.Default().Table(c)
		if table.IsFree() || table.AsOf.Format(time.DateOnly) != "2026-10-03" || table.Region != "us-east-1" ||
			table.Service == string(c) || table.Source == "" {
			t.Errorf("the table of %s is %q in %q of %v by %q", c, table.Service, table.Region, table.AsOf, table.Source)
		}
	}
	if !price.Default().Table("TAPE").IsFree() {
		t.Error("a class that is none has prices")
	}
}

func TestCapacity(t *testing.T) {
	book := price.Default()
	if got := book.Table(price.Vault).Capacity(2); !same(got, high(200)) {
		t.Errorf("two units for a month cost %+v", got)
	}
	if got := price.Free().Capacity(2); !same(got, high(0)) {
		t.Errorf("where nothing is charged they cost %+v", got)
	}
}
