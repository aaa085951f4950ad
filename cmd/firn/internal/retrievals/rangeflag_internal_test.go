package retrievals

import (
	"testing"

	"firn/vault"
)

func TestRangeFlag(t *testing.T) {
	const size = 3<<30 + 5
	for _, c := range []struct {
		text string
		want vault.Range
		set  bool // it can be set
		fits bool // and is in the archive
	}{
		{"0-1GiB", vault.Range{Size: 1 << 30}, true, true},
		{"16MiB-48MiB", vault.Range{Offset: 16 << 20, Size: 32 << 20}, true, true},
		{"1GiB-", vault.Range{Offset: 1 << 30, Size: 2<<30 + 5}, true, true},
		{"0-", vault.Range{Size: size}, true, true},
		{"1048576-2097152", vault.Range{Offset: 1 << 20, Size: 1 << 20}, true, true},
		{"4GiB-", vault.Range{}, true, false},
		{"1GiB", vault.Range{}, false, false},
		{"-1GiB", vault.Range{}, false, false},
		{"2GiB-1GiB", vault.Range{}, false, false},
		{"1GiB-1GiB", vault.Range{}, false, false},
		{"a-b", vault.Range{}, false, false},
		{"", vault.Range{}, false, false},
	} {
		var f rangeFlag
		if err := f.Set(c.text); (err == nil) != c.set {
			t.Errorf("%q: %v", c.text, err)
		}
		if !c.set {
			continue
		}
		got, err := f.of(size)
		if got != c.want || (err == nil) != c.fits {
			t.Errorf("%q is %+v, %v; want %+v", c.text, got, err, c.want)
		}
		if _, err := f.of(-1); err == nil {
			t.Errorf("%q of an archive of unknown size", c.text)
		}
		var again rangeFlag
		if err := again.Set(f.String()); err != nil || again != f {
			t.Errorf("%q reads back as %+v, %v", f.String(), again, err)
		}
	}
}
