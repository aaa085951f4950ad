package humane_test

import (
	"math"
	"testing"
	"time"

	"firn/internal/humane"
)

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{
		-1: "unknown", 0: "0 B", 1: "1 B", 1023: "1023 B", 1024: "1 KiB", 1536: "1.5 KiB",
		1 << 20: "1 MiB", 10_000 << 32: "39.06 TiB", 16_943_621_939: "15.78 GiB", math.MaxInt64: "8 EiB",
	} {
		if got := humane.Bytes(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		units       humane.Units
		n           int64
		bytes, rate string
	}{
		{humane.Binary, 5 << 20, "5 MiB", "5 MiB/s"},
		{humane.Decimal, 5e6, "5 MB", "5 MB/s"},
		{humane.Decimal, 1500, "1.5 kB", "1.5 kB/s"},
		{humane.Decimal, 999, "999 B", "999 B/s"},
		{humane.Decimal, 2e12, "2 TB", "2 TB/s"},
		{humane.Bits, 5e6, "4.77 MiB", "40 Mbps"},
		{humane.Bits, 100, "100 B", "800 bps"},
		{humane.Bits, 1e9, "953.67 MiB", "8 Gbps"},
	} {
		if bytes, rate := c.units.Bytes(c.n), c.units.Rate(float64(c.n)); bytes != c.bytes || rate != c.rate {
			t.Errorf("%d bytes are %q and %q, want %q and %q", c.n, bytes, rate, c.bytes, c.rate)
		}
	}
	if got := humane.Decimal.Bytes(-1); got != "unknown" {
		t.Errorf("an unknown size is %q", got)
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "less than 0.1 s", 99 * time.Millisecond: "less than 0.1 s", 100 * time.Millisecond: "0.1 s", 9999 * time.Millisecond: "10 s",
		1540 * time.Millisecond: "1.5 s", 10 * time.Second: "10 s", 61 * time.Second: "1 min 1 s",
		190 * time.Minute: "3 h 10 min", 49 * time.Hour: "2 d 1 h",
	} {
		if got := humane.Duration(d); got != want {
			t.Errorf("%d ns are %q, want %q", d, got, want)
		}
	}
}

func TestTransfer(t *testing.T) {
	for want, c := range map[string]struct {
		elapsed time.Duration
		bytes   int64
		busy    time.Duration
		units   humane.Units
	}{
		"2.0 s at 5 MiB/s":     {2 * time.Second, 10 << 20, 2 * time.Second, humane.Binary},
		"3 h 0 min at 40 Mbps": {3 * time.Hour, 10e6, 2 * time.Second, humane.Bits},
		"2.0 s":                {2 * time.Second, 0, 2 * time.Second, humane.Binary},
		"less than 0.1 s":      {time.Millisecond, 10 << 20, time.Millisecond, humane.Binary},
	} {
		if got := humane.Transfer(c.elapsed, c.bytes, c.busy, c.units); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// What is shown in one place has one width whatever it is.
func TestWide(t *testing.T) {
	for n := int64(0); n < 1<<60; n += n/20 + 1 {
		for _, units := range []humane.Units{humane.Binary, humane.Decimal} {
			if got := units.WideBytes(n); len(got) != humane.BytesColumns {
				t.Fatalf("%d bytes are %q", n, got)
			}
		}
		if got := humane.Binary.WideRate(float64(n)); len(got) != humane.RateColumns {
			t.Fatalf("%d bytes per second are %q", n, got)
		}
	}
	if got := humane.Bits.WideRate(5e6); got != " 40.0 Mbps" {
		t.Errorf("got %q", got)
	}
}

func TestUsually(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second: "1.0 s", 5 * time.Minute: "5 min", 90 * time.Second: "1 min 30 s", 10 * time.Hour: "10 h",
		190 * time.Minute: "3 h 10 min", 48 * time.Hour: "2 d",
	} {
		if got := humane.Usually(d); got != want {
			t.Errorf("%d ns are usually %q, want %q", d, got, want)
		}
	}
}

func TestTime(t *testing.T) {
	if got := humane.Time(time.Date(2015, 7, 5, 1, 22, 1, 9, time.Local)); got != "2015-07-05 01:22:01" {
		t.Errorf("got %q", got)
	}
}

func TestMinute(t *testing.T) {
	for want, at := range map[string]time.Time{
		"2015-07-05 01:22": time.Date(2015, 7, 5, 1, 22, 59, 9, time.Local), "unknown": {},
	} {
		if got := humane.Minute(at); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 parts", 1: "1 part", 2: "2 parts"} {
		if got := humane.Count(n, "part"); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
