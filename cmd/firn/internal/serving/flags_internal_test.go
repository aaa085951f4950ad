package serving

import (
	"testing"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/vault"
)

func TestDelayFlag(t *testing.T) {
	for text, want := range map[string][3]time.Duration{ // Expedited, Standard, Bulk
		"4h":                                   {4 * time.Hour, 4 * time.Hour, 4 * time.Hour},
		"0":                                    {},
		"Expedited=1m,Standard=4h,Bulk=8h":     {time.Minute, 4 * time.Hour, 8 * time.Hour},
		"Bulk=500ms":                           {0, 0, 500 * time.Millisecond},
		"Standard=0,Expedited=1s":              {time.Second, 0, 0},
		"Bulk=9h30m0.5s,Expedited=1m30s":       {90 * time.Second, 0, 9*time.Hour + 30*time.Minute + 500*time.Millisecond},
		"Standard=4h,Bulk=4h,Expedited=240m0s": {4 * time.Hour, 4 * time.Hour, 4 * time.Hour},
	} {
		var f delayFlag
		if err := f.Set(text); err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		got := [3]time.Duration{}
		for i, tier := range cli.Tiers() {
			got[i] = f.delay(vault.RetrieveArchive, tier)
		}
		if got != want || f.delay(vault.RetrieveInventory, "") != want[1] {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
		var again delayFlag
		if shown := f.String(); shown != "" {
			if err := again.Set(shown); err != nil || again.String() != shown {
				t.Errorf("%q is shown as %q, which is %q, %v", text, shown, again.String(), err)
			}
		}
	}
	for _, text := range []string{"", "soon", "-1s", "4", "Standard", "Standard=", "Standard=4h,", "standard=4h", "Slow=4h", "Bulk=1s,Bulk=2s", "4h,Bulk=8h", "Bulk=-8h"} {
		var f delayFlag
		if err := f.Set(text); err == nil {
			t.Errorf("%q is %v, want an error", text, f)
		}
	}
}

func TestTopicsFlag(t *testing.T) {
	var f topicsFlag
	for _, text := range []string{"arn:one=http://127.0.0.1/?key=a=b", "arn:two=https://hook.example/"} {
		if err := f.Set(text); err != nil {
			t.Fatal(err)
		}
	}
	if f["arn:one"] != "http://127.0.0.1/?key=a=b" || f["arn:two"] != "https://hook.example/" || f.String() != "arn:one,arn:two" {
		t.Errorf("the topics are %v, shown as %q", map[string]string(f), f.String())
	}
	for _, text := range []string{"", "arn:three", "=http://127.0.0.1/", "arn:three=", "arn:one=http://127.0.0.2/"} {
		if err := f.Set(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
