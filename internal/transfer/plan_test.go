package transfer_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"firn/internal/transfer"
	"firn/vault"
)

const (
	mib = 1 << 20
	gib = 1 << 30
)

// glacier returns the limits of an Amazon Glacier vault.
func glacier() vault.Limits {
	return vault.Limits{
		MinPartSize: mib, MaxPartSize: 4 * gib, PartSizePowerOfTwo: true, MaxParts: 10_000,
		MinArchiveSize: 1, MaxArchiveSize: 10_000 * 4 * gib, MaxDescription: 1024, RangeAlignment: mib,
	}
}

func TestPlanChoosesPartSize(t *testing.T) {
	largest := glacier().MaxArchiveSize
	for _, test := range []struct {
		name string
		size int64
		wish transfer.Wish
		want int64
	}{
		{"one byte", 1, transfer.Wish{}, 16 * mib},
		{"as many parts of 16 MiB as are allowed", 10_000 * 16 * mib, transfer.Wish{}, 16 * mib},
		{"one byte more", 10_000*16*mib + 1, transfer.Wish{}, 32 * mib},
		{"the largest archive", largest, transfer.Wish{}, 4 * gib},
		{"a slow line", gib, transfer.Wish{Rate: 1e6, Concurrency: 8}, 2 * mib},
		{"a line so slow that nothing helps", gib, transfer.Wish{Rate: 1, Concurrency: 8}, mib},
		{"a slow line and a large archive", 100 * gib, transfer.Wish{Rate: 1e6, Concurrency: 8}, 16 * mib},
		{"a fast line", gib, transfer.Wish{Rate: 1e9, Concurrency: 8}, 16 * mib},
		{"wished for", gib, transfer.Wish{PartSize: 4 * mib}, 4 * mib},
		{"a stream", transfer.Unknown, transfer.Wish{}, 128 * mib},
		{"a stream on a slow line", transfer.Unknown, transfer.Wish{Rate: 1e6, Concurrency: 8}, 64 * mib},
		{"a stream on a line that is slow by a limit", transfer.Unknown, transfer.Wish{Rate: mib, LimitRate: mib, Concurrency: 8}, 64 * mib},
		{"a stream with a low limit", transfer.Unknown, transfer.Wish{Rate: 256 << 10, LimitRate: 256 << 10, Concurrency: 8}, 16 * mib},
		{"a stream with a limit that is next to nothing", transfer.Unknown, transfer.Wish{Rate: 1, LimitRate: 1, Concurrency: 8}, mib},
		{"a stream with a high limit on a slow line", transfer.Unknown, transfer.Wish{Rate: 1e5, LimitRate: 1e9, Concurrency: 8}, 64 * mib},
		{"a stream on a fast line", transfer.Unknown, transfer.Wish{Rate: 1e9, Concurrency: 8}, 128 * mib},
		{"a stream with a limit, wished for", transfer.Unknown, transfer.Wish{Rate: 1e5, LimitRate: 1e5, PartSize: 128 * mib}, 128 * mib},
		{"a stream with an idea of its size", transfer.Unknown, transfer.Wish{ExpectedSize: 2000 * gib}, 256 * mib},
		{"a short stream", transfer.Unknown, transfer.Wish{ExpectedSize: gib}, 16 * mib},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := transfer.NewPlan(glacier(), test.size, test.wish)
			if err != nil {
				t.Fatal(err)
			}
			if p.PartSize != test.want {
				t.Errorf("part size %d, want %d", p.PartSize, test.want)
			}
		})
	}
}

func TestPlanRefusesWhatCannotFit(t *testing.T) {
	for _, test := range []struct {
		name string
		size int64
		wish transfer.Wish
	}{
		{"nothing", 0, transfer.Wish{}},
		{"too much", glacier().MaxArchiveSize + 1, transfer.Wish{}},
		{"too much expected", transfer.Unknown, transfer.Wish{ExpectedSize: glacier().MaxArchiveSize + 1}},
		{"parts that are no power of two", gib, transfer.Wish{PartSize: 3 * mib}},
		{"parts below a leaf", gib, transfer.Wish{PartSize: mib / 2}},
		{"parts above the limit", gib, transfer.Wish{PartSize: 8 * gib}},
		{"negative parts", gib, transfer.Wish{PartSize: -mib}},
		{"too many parts", 10_001 * mib, transfer.Wish{PartSize: mib}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := transfer.NewPlan(glacier(), test.size, test.wish)
			if !errors.Is(err, vault.ErrInvalid) {
				t.Errorf("got %+v, %v; want vault.ErrInvalid", p, err)
			}
		})
	}
}

// With a limited rate the vault has a part of a stream after about a minute, and the stream may
// last for three and a half days.
func TestPlanOfLimitedStream(t *testing.T) {
	for rate := float64(mib) / 32; rate < 1e10; rate *= 1.3 {
		p, err := transfer.NewPlan(glacier(), transfer.Unknown, transfer.Wish{Rate: rate, LimitRate: rate, Concurrency: 8})
		if err != nil {
			t.Fatal(err)
		}
		share := rate / float64(p.InFlight(8, rate))
		if seconds := float64(p.PartSize) / share; seconds > 65 {
			t.Errorf("at %.0f B/s a part of %d takes %.0f s", rate, p.PartSize, seconds)
		}
		if days := float64(p.Reach(glacier())) / rate / 86400; days < 3.5 && p.PartSize < 128*mib {
			t.Errorf("at %.0f B/s the stream may last for %.1f days", rate, days)
		}
	}
}

// The parts of every size cover it without gap, overlap or excess, and are parts that the
// vault accepts.
func TestPlanCoversEverySize(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	limits := glacier()
	for range 100_000 {
		size := 1 + random.Int64N(limits.MaxArchiveSize>>random.IntN(45))
		p, err := transfer.NewPlan(limits, size, transfer.Wish{Rate: random.Float64() * 1e9, Concurrency: 8})
		if err != nil {
			t.Fatalf("size %d: %v", size, err)
		}
		if p.PartSize < mib || p.PartSize > 4*gib || p.PartSize&(p.PartSize-1) != 0 || p.Parts() > limits.MaxParts {
			t.Fatalf("size %d: %d parts of %d", size, p.Parts(), p.PartSize)
		}
		last := p.Parts() - 1
		offset, length := p.Part(last)
		if offset != int64(last)*p.PartSize || length < 1 || length > p.PartSize || offset+length != size {
			t.Fatalf("size %d: the last part is %d bytes at %d", size, length, offset)
		}
	}
}

func TestPlanFits(t *testing.T) {
	for _, test := range []struct {
		plan transfer.Plan
		want bool
	}{
		{transfer.Plan{Size: gib, PartSize: mib}, true},
		{transfer.Plan{Size: 10_001 * mib, PartSize: mib}, false},
		{transfer.Plan{Size: gib, PartSize: mib + 1}, false},
		{transfer.Plan{Size: gib}, false}, // as a hostile listing might say
	} {
		if got := test.plan.Fits(glacier()); got != test.want {
			t.Errorf("%+v fits: %v, want %v", test.plan, got, test.want)
		}
	}
}

func TestPlanInFlight(t *testing.T) {
	for _, test := range []struct {
		partSize int64
		rate     float64
		want     int
	}{
		{16 * mib, 0, 8},
		{16 * mib, 100e6, 8},
		{16 * mib, 1e6, 1},
		{mib, 100e3, 2},
		{4096 * mib, 1, 1},
	} {
		p := transfer.Plan{Size: gib, PartSize: test.partSize}
		if got := p.InFlight(8, test.rate); got != test.want {
			t.Errorf("parts of %d at %g B/s: %d in flight, want %d", test.partSize, test.rate, got, test.want)
		}
	}
}
