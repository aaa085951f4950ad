package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"firn/internal/testclock"
	"firn/server"
	"firn/treehash"
	"firn/vault"
)

// retrieved starts a job for an archive of the vault films, waits for it, and
// returns the path of its output.
func (s *service) retrieved(c *testclock.Clock, archive, byteRange string) string {
	s.t.Helper()
	if byteRange != "" {
		byteRange = `,"RetrievalByteRange":"` + byteRange + `"`
	}
	id := s.job(`{"Type":"archive-retrieval","ArchiveId":"` + archive + `"` + byteRange + `}`)
	c.Advance(4 * time.Hour)
	return "/-/vaults/films/jobs/" + id + "/output"
}

func (a answer) wantHeader(t *testing.T, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got := a.header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
}

func TestJobOutputRanges(t *testing.T) {
	s, c := startSlow(t)
	body := pattern(mib + 10)
	size := len(body)
	path := s.retrieved(c, s.store(body, "my  film"), "")
	for _, test := range []struct {
		header      string
		first, last int // -1: the whole, with a 200
	}{
		{"", -1, 0},
		{"bytes=0-0", 0, 0},
		{"bytes=5-1048577", 5, 1048577},
		{"bytes=1048576-", 1048576, size - 1},
		{"bytes=-3", size - 3, size - 1},
		{"bytes=-99999999", 0, size - 1},
		{"bytes=0-", 0, size - 1},
		{"bytes=7-99999999", 7, size - 1},
		{"bytes=7-99999999999999999999999", 7, size - 1},
		{"bytes 0-9/100", -1, 0},
		{"bytes=9-0", -1, 0},
		{"bytes=0-1,3-4", -1, 0},
		{"bytes=-0", -1, 0},
		{"bytes=-", -1, 0},
		{"bytes=a-b", -1, 0},
		{"lines=0-1", -1, 0},
	} {
		q := request{method: "GET", path: path, header: map[string]string{"Range": test.header, "Accept-Encoding": "gzip"}}
		if test.header == "" {
			delete(q.header, "Range")
		}
		a := s.do(q)
		status, want, contentRange := 200, body, ""
		if test.first >= 0 {
			status, want = 206, body[test.first:test.last+1]
			contentRange = fmt.Sprintf("bytes %d-%d/%d", test.first, test.last, size)
		}
		if a.status != status || a.body != string(want) {
			t.Errorf("Range %q: answer %d with %d bytes, want %d with %d", test.header, a.status, len(a.body), status, len(want))
		}
		a.wantHeader(t, map[string]string{
			"Content-Length": strconv.Itoa(len(want)), "Content-Range": contentRange, "Content-Type": "application/octet-stream",
			"Accept-Ranges": "bytes", "Content-Encoding": "", "X-Amz-Archive-Description": "my  film",
		})
	}
	for _, header := range []string{"bytes=1048586-1048600", "bytes=1048586-", "bytes=99999999999999999999-"} {
		s.do(request{method: "GET", path: path, header: map[string]string{"Range": header}}).
			wantError(t, 400, "InvalidParameterValueException", "The start of the range is larger than size of retrieved data: "+header)
	}
}

// The tree hash of a range comes with it exactly when the job's range and the
// range itself are nodes of the archive's tree. 6.5 MiB have seven leaves.
func TestJobOutputTreeHash(t *testing.T) {
	s, c := startSlow(t)
	body := pattern(6*mib + mib/2)
	archive := s.store(body, "")
	for _, test := range []struct {
		job         [2]int // MiB within the archive; an end beyond it means its end
		header      string // Range of GetJobOutput
		first, last int    // what it means within the archive
		hashed      bool
	}{
		{[2]int{0, 7}, "", 0, len(body) - 1, true},
		{[2]int{0, 7}, "bytes=0-1048575", 0, mib - 1, true},
		{[2]int{0, 7}, "bytes=4194304-", 4 * mib, len(body) - 1, true},
		{[2]int{0, 7}, "bytes=4194304-99999999", 4 * mib, len(body) - 1, true},
		{[2]int{0, 7}, "bytes=-524288", 6 * mib, len(body) - 1, true},
		{[2]int{0, 7}, "bytes=2097152-4194303", 2 * mib, 4*mib - 1, true},
		{[2]int{0, 7}, "bytes=1048576-3145727", mib, 3*mib - 1, false},
		{[2]int{0, 7}, "bytes=0-3145727", 0, 3*mib - 1, false},
		{[2]int{0, 7}, "bytes=0-1048574", 0, mib - 2, false},
		{[2]int{0, 7}, "bytes=1-1048575", 1, mib - 1, false},
		{[2]int{4, 7}, "", 4 * mib, len(body) - 1, true},
		{[2]int{4, 7}, "bytes=0-2097151", 4 * mib, 6*mib - 1, true},
		{[2]int{4, 7}, "bytes=1048576-", 5 * mib, len(body) - 1, false},
		{[2]int{1, 3}, "", mib, 3*mib - 1, false},
		{[2]int{1, 3}, "bytes=0-1048575", mib, 2*mib - 1, false},
		{[2]int{3, 7}, "bytes=1048576-3145727", 4 * mib, 6*mib - 1, false},
	} {
		last := min(test.job[1]*mib, len(body)) - 1
		path := s.retrieved(c, archive, fmt.Sprintf("%d-%d", test.job[0]*mib, last))
		a := s.do(request{method: "GET", path: path, header: map[string]string{"Range": test.header}})
		want, hash := body[test.first:test.last+1], ""
		if test.hashed {
			hash = treehash.Sum(want).String()
		}
		if a.body != string(want) {
			t.Errorf("job %v, %q: status %d and %d bytes, want %d", test.job, test.header, a.status, len(a.body), len(want))
		}
		if got := a.header.Get("X-Amz-Sha256-Tree-Hash"); got != hash {
			t.Errorf("job %v, %q: tree hash %q, want %q", test.job, test.header, got, hash)
		}
	}
}

// The log counts what was sent and tells which range was asked for: by it one
// sees what a client fetched twice.
func TestJobOutputInTheAccessLog(t *testing.T) {
	s, c := startSlow(t)
	path := s.retrieved(c, s.store(pattern(3*mib), ""), "")
	before := len(s.log.lines())
	var want, got []string
	for _, header := range []string{"bytes=1048576-2097151", "bytes=-10", "bytes=99999999-", ""} {
		a := s.do(request{method: "GET", path: path, header: map[string]string{"Range": header}})
		want = append(want, fmt.Sprint(a.status, " ", header, " ", len(a.body)))
		s.log.await(before + len(want)) // the client has a large answer before its line is written
	}
	for _, line := range s.log.lines() {
		var l struct {
			Path, Range string
			Status      int
			BytesOut    int `json:"bytes_out"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if l.Path == path {
			got = append(got, fmt.Sprint(l.Status, " ", l.Range, " ", l.BytesOut))
		}
	}
	if want[0] != "206 bytes=1048576-2097151 1048576" || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the log says %q\nwant         %q", got, want)
	}
}

// A client that stops reading is let go, and holds nothing up.
func TestStalledReaderIsLetGo(t *testing.T) {
	c := testclock.At(vaultTime)
	store := slowStore(t, t.TempDir(), c)
	patient := startOver(t, store)
	patient.createVault("films")
	body := pattern(64 * mib) // more than the buffers of a connection hold
	path := patient.retrieved(c, patient.store(body, ""), "")

	s := startOver(t, store, func(o *server.Options) { o.IdleTimeout = 50 * time.Millisecond })
	slow := s.begin(request{method: "GET", path: path}, nil)
	s.log.await(1)
	var line struct {
		BytesOut int64 `json:"bytes_out"`
	}
	if err := json.Unmarshal([]byte(s.log.String()), &line); err != nil || line.BytesOut >= int64(len(body)) {
		t.Errorf("the server sent %d of %d bytes to a client that did not read: %v", line.BytesOut, len(body), err)
	}
	if n, err := io.Copy(io.Discard, slow.conn); n >= int64(len(body)) {
		t.Errorf("%d bytes of a response that was cut off, %v", n, err)
	}
	if got := s.faults.String(); got != "" {
		t.Errorf("a client that does not read is reported as a fault of the server: %s", got)
	}
	if got := patient.get(path).body; got != string(body) {
		t.Errorf("another client gets %d bytes", len(got))
	}
}

// brokenOutput is an archive that ends early, on its disk.
type brokenOutput struct{ server.Store }

func (s brokenOutput) Open(ctx context.Context, name string) (vault.Vault, error) {
	v, err := s.Store.Open(ctx, name)
	return shortVault{v}, err
}

type shortVault struct{ vault.Vault }

func (v shortVault) OpenOutput(ctx context.Context, id vault.JobID, r vault.Range) (vault.Output, error) {
	out, err := v.Vault.OpenOutput(ctx, id, r)
	out.ReadCloser = io.NopCloser(strings.NewReader("only this"))
	return out, err
}

// What cannot be sent whole is cut off, so that nobody takes it for the whole.
func TestOutputThatEndsEarlyIsAFault(t *testing.T) {
	c := testclock.At(vaultTime)
	s := startOver(t, brokenOutput{slowStore(t, t.TempDir(), c)})
	s.createVault("films")
	path := s.retrieved(c, s.store(pattern(1000), ""), "")
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(s.build(request{method: "GET", path: path}))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if string(text) != "only this" || !errors.Is(err, io.ErrUnexpectedEOF) || response.ContentLength != 1000 {
		t.Errorf("read %q of %d bytes, %v", text, response.ContentLength, err)
	}
	s.faults.await(1)
	if got := s.faults.String(); !strings.Contains(got, "unexpected EOF after 9 bytes") {
		t.Errorf("the fault is %q", got)
	}
}
