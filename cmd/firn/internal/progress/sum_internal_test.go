package progress

import (
	"testing"
	"time"

	"firn/internal/humane"
)

func TestSum(t *testing.T) {
	for want, s := range map[string]Sum{
		"stored 1,998 files, 195 MiB, in 31 s at 6.3 MiB/s; 2 files failed": {
			Of: 2000, Done: 1998, Bytes: 195 << 20, Moved: 204787056, Busy: 31 * time.Second, failed: []string{"a", "b"},
		},
		"1 of 2 files failed; 1 file was not stored":               {Of: 2, failed: []string{"a"}},
		"2 of 2 files failed":                                      {Of: 2, failed: []string{"a", "b"}},
		"3 files were already there, nothing to do":                {Of: 3, There: 3},
		"1 file was already there; 1,999 files failed":             {Of: 2000, There: 1, failed: make([]string, 1999)},
		"none of 2,000 files was stored":                           {Of: 2000},
		"stored 1 file, 0 B, in 31 s; 1 file was already there":    {Of: 2, Done: 1, There: 1},
		"stored 1 file, 0 B, in 31 s; 1,999 files were not stored": {Of: 2000, Done: 1},
	} {
		s.Noun, s.Verb = "file", "stored"
		if got := s.Text(31*time.Second, humane.Binary); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
