package server_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"
)

// A request whose headers are enough to refuse it is refused before its body comes,
// to a client that does not ask for that, too.
func TestHeadersAreEnoughToRefuse(t *testing.T) {
	s := start(t)
	s.createVault("films")
	to := s.initiate("films", "1048576")
	const archives = "/-/vaults/films/archives"
	for _, test := range []struct {
		name    string
		request request
		length  int64
		status  int
		code    string
		message string
	}{
		{
			"archive over the limit", upload("POST", archives, nil, nil), 38505164800,
			400, "InvalidParameterValueException", "Invalid Content-Length: 38505164800",
		},
		{
			"one byte over the limit", upload("POST", archives, nil, nil), 4<<30 + 1,
			400, "InvalidParameterValueException", "Invalid Content-Length: 4294967297",
		},
		{
			"small operation over the limit",
			request{method: "POST", path: "/-/vaults/films/jobs", header: map[string]string{
				"X-Amz-Content-Sha256": sha([]byte("x")),
			}, payload: sha([]byte("x"))},
			1<<20 + 1,
			400, "InvalidParameterValueException", "Invalid Content-Length: 1048577",
		},
		{
			"longer than its part", upload("PUT", to, nil, map[string]string{"Content-Range": "bytes 0-1048576/*"}), 1<<20 + 1,
			400, "InvalidParameterValueException", "Invalid Content-Range: bytes 0-1048576/*. " +
				"A part begins at a multiple of the part size, which is 1048576, and is not longer.",
		},
		{
			"unsigned",
			request{method: "POST", path: archives, unsigned: true},
			1 << 30,
			400, "MissingAuthenticationTokenException", "Missing Authentication Token",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			slow := s.beginLength(test.request, test.length)
			// Far less than the server goes on reading for.
			if err := slow.conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
				t.Fatal(err)
			}
			slow.answer().wantError(t, test.status, test.code, test.message)
		})
	}
}

// Old clients read answers by their length.
func TestAnswersTellTheirLength(t *testing.T) {
	s := start(t)
	for i := range 12 {
		s.createVault(fmt.Sprintf("a-vault-with-a-name-that-makes-the-list-longer-than-a-buffer-of-net-http-%02d", i))
	}
	for _, q := range []request{
		{method: "GET", path: "/-/vaults"},
		{method: "GET", path: "/-/vaults?limit=1"},
		{method: "GET", path: "/-/vaults/none"},
		{method: "PUT", path: "/-/vaults/another"},
		{method: "GET", path: "/-/vaults", unsigned: true},
	} {
		a := s.do(q)
		if got := a.header.Get("Content-Length"); got != strconv.Itoa(len(a.body)) {
			t.Errorf("%s %s: Content-Length is %q with %d bytes", q.method, q.path, got, len(a.body))
		}
	}
	if a := s.do(request{method: "GET", path: "/-/vaults"}); len(a.body) <= 2048 {
		t.Errorf("the list has %d bytes, which net/http would tell by itself", len(a.body))
	}
}
