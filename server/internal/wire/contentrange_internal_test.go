package wire

import "testing"

func TestParseContentRange(t *testing.T) {
	for value, want := range map[string]contentRange{
		"bytes 0-0/*":                   {0, 0, 0},
		"bytes 1048576-2097151/*":       {1048576, 2097151, 0},
		"bytes 0-9223372036854775806/*": {0, 9223372036854775806, 0},
		"bytes 0-0/1":                   {0, 0, 1},
		"bytes 0-1048575/2097152":       {0, 1048575, 2097152},
		"bytes 1048576-2097151/2097152": {1048576, 2097151, 2097152},
	} {
		got, err := parseContentRange(value)
		if err != nil || got != want {
			t.Errorf("parseContentRange(%q) = %v, %v, want %v", value, got, err, want)
		}
	}
	for _, value := range []string{
		"", "bytes", "bytes ", "bytes 0-1", "bytes 0-1/1", "bytes 0-1/0", "bytes 0-1/", "bytes 0-1/2/*", "bytes 0-1/*/2", "bytes 0-1/+2", "bytes 0-1/9223372036854775807", "bytes 0-1/**", "bytes=0-1/*", "Bytes 0-1/*",
		"bytes 1-0/*", "bytes -1/*", "bytes 0-/*", "bytes */*", "bytes +0-1/*", "bytes 0 -1/*", "bytes 0-1 /*",
		"bytes 0--1/*", "bytes 0x0-1/*", "bytes 0-9223372036854775807/*", "bytes 0-99999999999999999999/*", " bytes 0-1/*",
	} {
		if got, err := parseContentRange(value); err == nil {
			t.Errorf("parseContentRange(%q) = %v, want an error", value, got)
		}
	}
}

func FuzzContentRange(f *testing.F) {
	f.Add("bytes 0-1048575/*")
	f.Add("bytes 0-1048575/2097152")
	f.Add("bytes 5-4/*")
	f.Add("bytes 00-01/*")
	f.Add("bytes 0-9223372036854775807/*")
	f.Fuzz(func(t *testing.T, value string) {
		r, err := parseContentRange(value)
		if err != nil {
			return
		}
		if r.first < 0 || r.size() < 1 {
			t.Errorf("%q was read as %d to %d", value, r.first, r.last)
		}
		if again, err := parseContentRange(r.String()); err != nil || again != r {
			t.Errorf("%q was read as %v, and that as %v, %v", value, r, again, err)
		}
	})
}
