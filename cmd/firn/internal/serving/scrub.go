package serving

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/vault/dirvault"
)

// The defaults of scrubbing: 50 TB a month, at most a tenth of the rate of a disk.
const (
	scrubRate  = 20 << 20
	scrubEvery = 720 * time.Hour
)

// scrubOptions are the options of a server about scrubbing.
type scrubOptions struct {
	rate  scrubRateFlag
	every time.Duration
}

func (o *scrubOptions) add(f *pflag.FlagSet) {
	o.rate = scrubRate
	f.Var(&o.rate, "scrub-rate", "scrub all archives at most at `RATE` in all; 0: never")
	cli.AddDuration(f, &o.every, "scrub-every", scrubEvery, "scrub each vault again after `TIME`")
}

func (o *scrubOptions) check() error {
	if o.every <= 0 {
		return cli.UsageError("no vault is scrubbed every %s; to scrub none: --scrub-rate 0", o.every)
	}
	return nil
}

// scrubRateFlag is a rate that may be 0.
type scrubRateFlag float64

func (f *scrubRateFlag) String() string { return humane.Binary.Rate(float64(*f)) }

func (f *scrubRateFlag) Set(s string) error {
	if s == "0" {
		*f = 0
		return nil
	}
	r, err := term.ParseRate(s)
	*f = scrubRateFlag(r)
	return err
}

func (f *scrubRateFlag) Type() string { return "RATE" }

// start scrubs the served directories until stop is called, which waits for the end. The
// directories share the rate: one without archives to read leaves its share to the others.
func (o *scrubOptions) start(ctx context.Context, roots []*dirvault.Root, log *slog.Logger) (stop func()) {
	if o.rate == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	limiter := dirvault.ScrubLimiter(int64(o.rate))
	var scrubbers sync.WaitGroup
	for _, root := range roots {
		scrubbers.Go(func() {
			root.Scrub(ctx, o.every, dirvault.ScrubOptions{
				Limiter: limiter,
				Found: func(d dirvault.Damage) {
					log.Error("damage", "vault", d.Vault, "archive", string(d.Archive), "offset", d.Offset, "size", d.Size, "reason", d.Reason)
				},
			})
		})
	}
	return func() {
		cancel()
		scrubbers.Wait()
	}
}

// scrubCollectors returns the metrics of scrubbing.
func scrubCollectors(roots map[string]*dirvault.Root) []prometheus.Collector {
	sum := func(name, help string, of func(dirvault.ScrubCounts) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 {
			n := int64(0)
			for _, root := range roots {
				n += of(root.Scrubbed())
			}
			return float64(n)
		})
	}
	return []prometheus.Collector{
		sum("firn_scrubbed_bytes_total", "Bytes of archives that scrubs have read again.", func(c dirvault.ScrubCounts) int64 { return c.Bytes }),
		sum("firn_scrubbed_archives_total", "Archives that scrubs have read again.", func(c dirvault.ScrubCounts) int64 { return c.Archives }),
		sum("firn_damaged_leaves_total", "Runs of 1 MiB that scrubs found to be damaged.", func(c dirvault.ScrubCounts) int64 { return c.DamagedLeaves }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "firn_scrubbed_since_timestamp_seconds",
			Help: "When the vault that has waited longest was last scrubbed to its end, or was made if it never was; NaN without a vault.",
		}, func() float64 { return scrubbedSince(roots) }),
	}
}

// scrubbedSince returns the oldest end of a scrub, in seconds since 1970; NaN without a vault.
func scrubbedSince(roots map[string]*dirvault.Root) float64 {
	oldest := math.NaN()
	for _, root := range roots {
		since, ok := root.ScrubbedSince()
		if seconds := float64(since.Unix()); ok && (math.IsNaN(oldest) || seconds < oldest) {
			oldest = seconds
		}
	}
	return oldest
}
