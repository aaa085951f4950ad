package term

import (
	"math"
	"strings"
	"testing"
	"time"

	"firn/internal/humane"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"16777216":          16 << 20,
		"1B":                1,
		"16MiB":             16 << 20,
		"16 MiB":            16 << 20,
		"1.5GiB":            3 << 29,
		"64MB":              64e6,
		"2kB":               2000,
		"2KB":               2000,
		"1TiB":              1 << 40,
		"0":                 -1,
		"":                  -1,
		"MiB":               -1,
		"-1MiB":             -1,
		"+1":                -1,
		"1.5":               -1,
		"16M":               16 << 20,
		"16m":               16 << 20,
		"20 M":              20 << 20,
		"1G":                1 << 30,
		"1Gi":               1 << 30,
		"1.1G":              1181116006,
		"2T":                2 << 40,
		"16Mb":              -1, // bits or bytes?
		"16mib":             -1,
		"1e9":               -1,
		"1..5GiB":           -1,
		"16MiB/s":           -1,
		"9e99TiB":           -1,
		"99999999999999TiB": -1,
	} {
		got, err := ParseSize(text)
		if want < 0 && err == nil || want >= 0 && (err != nil || got != want) {
			t.Errorf("parseSize(%q) = %d, %v", text, got, err)
		}
		if err != nil && text != "" && !strings.Contains(err.Error(), text) {
			t.Errorf("parseSize(%q) does not say what is wrong: %v", text, err)
		}
	}
}

func TestParseRate(t *testing.T) {
	for text, want := range map[string]float64{
		"5MB/s":     5e6,
		"5MB":       5e6,
		"5MiB/s":    5 << 20,
		"5MiB":      5 << 20,
		"5M":        5 << 20,
		"5M/s":      5 << 20,
		"20k":       20 << 10,
		"1G":        1 << 30,
		"1000B":     1000,
		"8Mbps":     1e6,
		"8Mbit/s":   1e6,
		"11.33Mbps": 11.33e6 / 8,
		"1Gbps":     125e6,
		"64kbps":    8000,
		"40":        0, // of what?
		"40/s":      0,
		"40MBps":    0, // bits or bytes?
		"0":         0,
		"-5MB/s":    0,
		"40Mb/s":    0, // of which kind?
		"40 mb":     0,
		"fast":      0,
		"":          0,
		"5MB/h":     0,
		"1/s/s":     0,
	} {
		got, err := ParseRate(text)
		if want == 0 && err == nil || want > 0 && (err != nil || math.Abs(got-want) > 1e-6) {
			t.Errorf("parseRate(%q) = %v, %v", text, got, err)
		}
	}
}

// A rate without a unit is refused with the rates that it may mean.
func TestParseRateWithoutUnit(t *testing.T) {
	for text, want := range map[string][]string{
		"40": {"40M", "40MB/s", "40Mbps"}, "1000": {"1000M", "1000MB/s", "1000Mbps"}, "5000": {"5000K", "5000kB/s", "5000kbps"},
	} {
		_, err := ParseRate(text)
		for _, rate := range want {
			if err == nil || !strings.Contains(err.Error(), rate) {
				t.Errorf("%s: %v; want %s", text, err, rate)
			}
			if _, err := ParseRate(rate); err != nil {
				t.Errorf("%s is not a rate: %v", rate, err)
			}
		}
	}
}

// A large number without a unit counts bytes: in a million of them it would be absurd.
func TestParseRateInBytes(t *testing.T) {
	for text, want := range map[string]string{
		"500000000": "500MB/s", "5242880": "5M", "524288/s": "512K", "123456": "123.5kB/s", "999999999": "1000MB/s", "2500000000": "2.5GB/s",
		"99999999999999": "100000GB/s",
	} {
		_, err := ParseRate(text)
		if err == nil || !strings.HasSuffix(err.Error(), "has no unit: if it counts bytes, write "+want) {
			t.Errorf("%s: %v, want %s", text, err, want)
			continue
		}
		if _, err := ParseRate(want); err != nil {
			t.Errorf("%s is not a rate: %v", want, err)
		}
	}
}

func TestUnitsOf(t *testing.T) {
	for text, want := range map[string]humane.Units{
		"16M": humane.Binary, "5MiB/s": humane.Binary, "16777216": humane.Binary, "2TB": humane.Decimal,
		"5MB/s": humane.Decimal, "40Mbps": humane.Bits, "1Gbit/s": humane.Bits, "nothing": humane.Binary,
	} {
		if got := UnitsOf(text); got != want {
			t.Errorf("the units of %q are %v, want %v", text, got, want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"7d": 7 * day, "2w": 14 * day, "36h": 36 * time.Hour, "1d12h": 36 * time.Hour, "1w2d": 9 * day,
		"90s": 90 * time.Second, "1h30m": 90 * time.Minute, "500ms": 500 * time.Millisecond, "0": 0, "0s": 0, "0d": 0,
		"": -1, "7": -1, "d": -1, "-1h": -1, "-7d": -1, "1.5d": -1, "1h1d": -1, "2d1w": -1, "1M": -1, "1y": -1,
		"7days": -1, "9999w": -1, "8000w2000000h": -1,
	} {
		got, err := ParseDuration(text)
		if want < 0 && err == nil || want >= 0 && (err != nil || got != want) {
			t.Errorf("%q is %s, %v, want %s", text, got, err, want)
		}
	}
}

// DurationText writes what ParseDuration reads.
func TestDurationText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		720 * time.Hour: "30d", 20 * time.Hour: "20h", 24 * time.Hour: "24h", 90 * time.Minute: "1h30m",
		10 * time.Minute: "10m", 90 * time.Second: "1m30s", 0: "0", time.Hour + time.Second: "1h0m1s",
	} {
		got := DurationText(d)
		if back, err := ParseDuration(got); got != want || back != d || err != nil {
			t.Errorf("%s is %q, want %q; it reads as %s, %v", d, got, want, back, err)
		}
	}
}

// FuzzParseRate: whatever is accepted is a finite number of bytes, at least one.
func FuzzParseRate(f *testing.F) {
	for _, seed := range []string{"5MB/s", "11.33Mbps", "1e308", "NaN", "Inf", "0x10", "5 MiB/s", "..", "1_000"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if rate, err := ParseRate(text); err == nil && !(rate >= 1 && rate <= 1<<62) {
			t.Errorf("parseRate(%q) = %v", text, rate)
		}
		if size, err := ParseSize(text); err == nil && (size < 1 || size > 1<<62) {
			t.Errorf("parseSize(%q) = %d", text, size)
		}
	})
}

// A rate that is next to nothing gives a long time, not a negative one.
func TestTimeToSend(t *testing.T) {
	if got := TimeToSend(1<<62, 1e-9); got != math.MaxInt64/2 {
		t.Errorf("got %d", got)
	}
	if got := TimeToSend(10<<20, 1<<20); got != 10*time.Second {
		t.Errorf("got %s", got)
	}
}
