package glaciervault

import "testing"

func FuzzParseRange(f *testing.F) {
	for _, seed := range []string{"0-1048575", "0-0", "5-4", "-1", "1-", "0x1-2", "9223372036854775807-9223372036854775807", "+1-2", " 1-2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := parseRange(s)
		if err != nil {
			return
		}
		if r.Offset < 0 || r.Size < 1 || r.Offset+r.Size < r.Offset {
			t.Errorf("%q is read as %+v", s, r)
		}
		again, err := parseRange(inclusive(r))
		if err != nil || again != r {
			t.Errorf("%q is read as %+v, which is read as %+v, %v", s, r, again, err)
		}
	})
}
