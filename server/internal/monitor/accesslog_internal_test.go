package monitor

import (
	"io"
	"net/http/httptest"
	"testing"
	"time"
)

// A flood of strangers' requests costs the log nothing once their lines are left out.
func TestLinesThatAreLeftOutAreNotEncoded(t *testing.T) {
	l := NewAccessLog(io.Discard, func(bool) bool { return true })
	q := Request{HTTP: httptest.NewRequest("GET", "/-/vaults?limit=1", nil), Began: time.Unix(1_800_000_000, 0)}
	write := func() {
		if err := l.Write(q); err != nil {
			t.Fatal(err)
		}
	}
	for range 5000 {
		write()
	}
	if l.omitted == 0 {
		t.Fatal("no line was left out")
	}
	if n := testing.AllocsPerRun(1000, write); n > 0 {
		t.Errorf("a line that is left out takes %v allocations", n)
	}
}
