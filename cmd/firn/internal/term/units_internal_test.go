package term

import (
	"math"
	"strings"
	"testing"
	"time"
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
		"16M":               -1, // of which kind?
		"16Mb":              -1,
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
		"1000":      1000,
		"8Mbps":     1 << 20, // as in the old tool, 2^20 bits
		"8Mbit/s":   1 << 20,
		"11.33Mbps": 11.33 * (1 << 17),
		"1Gbps":     1 << 27,
		"64kbps":    8 << 10,
		"40":        40,
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
