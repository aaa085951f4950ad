package exchange

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// connection remembers its deadlines.
type connection struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
	broken    error
}

func (w *connection) SetWriteDeadline(t time.Time) error {
	w.deadlines = append(w.deadlines, t)
	return w.broken
}

// Each answer begins without the deadline that the last one left on the connection, and
// each Write sets its own.
func TestWriteDeadlines(t *testing.T) {
	now := time.Date(2013, 3, 20, 17, 3, 43, 0, time.UTC)
	conn := &connection{ResponseRecorder: httptest.NewRecorder()}
	w := NewResponse(conn, http.NewResponseController(conn), time.Minute)
	w.now = func() time.Time { return now }
	for range 2 {
		now = now.Add(time.Hour)
		if _, err := w.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	want := []time.Time{{}, now.Add(-time.Hour + time.Minute), now.Add(time.Minute)}
	if len(conn.deadlines) != len(want) {
		t.Fatalf("deadlines %v, want %v", conn.deadlines, want)
	}
	for i := range want {
		if !conn.deadlines[i].Equal(want[i]) {
			t.Errorf("deadlines %v, want %v", conn.deadlines, want)
		}
	}
	if w.written != 2 || w.failure != nil {
		t.Errorf("%d bytes, %v", w.written, w.failure)
	}

	conn.broken = errors.New("broken")
	if n, err := w.Write([]byte("y")); n != 0 || !errors.Is(err, conn.broken) || !errors.Is(w.failure, conn.broken) {
		t.Errorf("wrote %d bytes without a deadline, %v", n, err)
	}
}
