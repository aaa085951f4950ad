package server_test

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"firn/internal/testclock"
	"firn/server"
)

// Strangers cannot fill a disk with the access log: each of their lines is short,
// whatever they send, and there are few.
func TestStrangersFillNoLog(t *testing.T) {
	c := testclock.At(time.Now())
	var free atomic.Int64
	free.Store(1 << 30)
	s := start(t, func(o *server.Options) {
		o.Now = c.Now
		o.Free = func() (int64, error) { return free.Load(), nil }
		o.FreeFloor = 1 << 20
	})
	for _, long := range []string{strings.Repeat("&", 20_000), strings.Repeat("<", 20_000), strings.Repeat("\xff", 20_000), strings.Repeat("\"", 20_000)} {
		serve(s.handler, rawRequest(t, "GET /"+long+"?"+long+" HTTP/1.1\r\nHost: localhost\r\nRange: "+long+"\r\nContent-Range: "+long+"\r\n\r\n"))
	}
	for _, line := range s.log.lines() {
		if len(line) > 3<<10 {
			t.Errorf("a line has %d bytes: %.300s", len(line), line)
		}
		if !json.Valid([]byte(line)) {
			t.Errorf("a line is no JSON: %.300s", line)
		}
	}
	stranger := func() {
		serve(s.handler, rawRequest(t, "GET /-/vaults HTTP/1.1\r\nHost: localhost\r\n\r\n"))
	}
	const requests = 5000
	for range requests {
		stranger()
	}
	written := 0
	for _, line := range s.log.lines() {
		written += len(line)
	}
	if written > 300<<10 {
		t.Errorf("%d requests without a signature have %d bytes", requests, written)
	}
	c.Advance(10 * time.Second)
	before := len(s.log.lines())
	free.Store(1<<20 - 1)
	stranger()
	if n := len(s.log.lines()); n != before {
		t.Error("a stranger's line takes room that is to stay free")
	}
	free.Store(1 << 30)
	s.do(request{method: "GET", path: "/-/vaults"})
	s.log.await(before + 1)
	lines := s.log.lines()
	var last struct{ Omitted int }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.Omitted != requests+4+1-before {
		t.Errorf("the line of somebody with a key tells of %d that were omitted, want %d: %v", last.Omitted, requests+4+1-before, err)
	}
}

// The log of whoever has a key does not fill the disk, either: it ends at half of what is
// to stay free, where the lines of strangers have ended long before, and goes on when there
// is room again.
func TestKeysFillNoLog(t *testing.T) {
	const floor = 1 << 20
	var free atomic.Int64
	free.Store(floor - 1)
	s := start(t, func(o *server.Options) {
		o.Free = func() (int64, error) { return free.Load(), nil }
		o.FreeFloor = floor
	})
	list := func() {
		r, err := wireOf(s.build(request{method: "GET", path: "/-/vaults"}), nil).read()
		if err != nil {
			t.Fatal(err)
		}
		serve(s.handler, r).want(t, 200, `{"Marker":null,"VaultList":[]}`)
	}
	list()
	if n := len(s.log.lines()); n != 1 {
		t.Errorf("below the free floor a key has %d lines, want 1", n)
	}
	free.Store(floor/2 - 1)
	const omitted = 10
	for range omitted {
		list()
	}
	if n := len(s.log.lines()); n != 1 {
		t.Errorf("below half of the free floor %d lines were written", n-1)
	}
	free.Store(floor / 2)
	list()
	lines := s.log.lines()
	var last struct{ Omitted int }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || len(lines) != 2 || last.Omitted != omitted {
		t.Errorf("the next line tells of %d that were omitted, want %d: %v", last.Omitted, omitted, err)
	}
}
