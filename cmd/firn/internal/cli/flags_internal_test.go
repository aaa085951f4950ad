package cli

import "testing"

func TestDollarsFlag(t *testing.T) {
	for text, want := range map[string]float64{"2.50": 2.5, "0": 0, "10USD": 10, "-1": -1, "1e12": -1, "much": -1, "NaN": -1} {
		var f DollarsFlag
		err := f.Set(text)
		if (err == nil) != (want >= 0) || (err == nil && (!f.Given || f.USD != want)) {
			t.Errorf("%q is %+v, %v", text, f, err)
		}
	}
}
