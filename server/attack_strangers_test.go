package server_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"firn/server"
)

// forged is a request with the access key of somebody and a wrong signature, which
// covers a body without a claim about it.
func forged(method, path string, body []byte) request {
	return request{method: method, path: path, body: body, spoil: func(r *http.Request) {
		signed, _, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
		r.Header.Set("Authorization", signed+"Signature="+strings.Repeat("0", 64))
	}}
}

// Strangers who fill all places keep nobody out who has a key: not with connections on
// which nothing comes, not with requests that do not end, not with those that are idle.
func TestStrangersKeepNobodyOut(t *testing.T) {
	for name, fill := range map[string]func(s *service){
		"nothing comes": func(s *service) {
			conn, err := (&net.Dialer{}).DialContext(s.t.Context(), "tcp", s.address)
			if err != nil {
				s.t.Fatal(err)
			}
			s.t.Cleanup(func() { _ = conn.Close() })
		},
		"a request that does not end": func(s *service) {
			s.begin(forged("POST", "/-/vaults/films/jobs", pattern(1000)), pattern(10))
		},
		"a request without a signature": func(s *service) {
			s.begin(request{method: "POST", path: "/-/vaults/films/archives", body: pattern(1000), unsigned: true}, pattern(10))
		},
		"idle": func(s *service) {
			idle := s.begin(request{method: "GET", path: "/-/vaults"}, nil)
			idle.answer().want(s.t, 200, `{"Marker":null,"VaultList":[]}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, func(o *server.Options) { o.Connections = 3 })
			for range 9 {
				fill(s)
				if a := s.soon(request{method: "GET", path: "/-/vaults"}); a.status != 200 {
					t.Fatalf("somebody with a key is answered with %d %s", a.status, a.body)
				}
			}
		})
	}
}

// The connection of a request without a valid signature ends behind the answer.
func TestStrangersAreNotKept(t *testing.T) {
	s := start(t)
	for _, q := range []request{
		{method: "GET", path: "/-/vaults", unsigned: true},
		forged("GET", "/-/vaults", nil),
		request{method: "GET", path: "/-/vaults"}.by("AKIDNOBODY"),
	} {
		conn := s.begin(q, nil).conn
		if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(conn)
		if err != nil || !strings.HasPrefix(string(text), "HTTP/1.1 40") {
			t.Errorf("answered with %.100s, then %v", text, err)
		}
	}
}

// A request with an access key that nobody has is refused before its body comes.
func TestUnknownKeyIsRefusedUnread(t *testing.T) {
	s := start(t)
	q := request{method: "POST", path: "/-/vaults/films/jobs"}.by("AKIDNOBODY")
	slow := s.beginLength(q, mib)
	if err := slow.conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	slow.answer().wantStatus(t, 400, "UnrecognizedClientException")
}

// Bodies whose requests have shown no key take a bounded part of the memory: the
// oldest give way, and somebody with a key has room.
func TestBodiesOfStrangersGiveWay(t *testing.T) {
	s := start(t)
	s.createVault("films")
	body := pattern(mib)
	const strangers, held = 40, 16
	answers := make(chan answer, strangers)
	for range strangers {
		stalled := s.begin(forged("POST", "/-/vaults/films/jobs", body), body[:mib-1])
		if err := stalled.conn.SetReadDeadline(time.Now().Add(5 * time.Minute)); err != nil {
			t.Fatal(err)
		}
		go func() {
			if a, err := stalled.read(); err == nil { // the connections of those held end with the test
				answers <- a
			}
		}()
	}
	// Which of them are the oldest is for the server to say: their bodies come side by side.
	for i := range strangers - held {
		if a := <-answers; a.status != 400 || !strings.Contains(a.body, "ThrottlingException") {
			t.Fatalf("answer %d of the strangers is %d %s", i, a.status, a.body)
		}
	}
	for i := range 3 {
		a := s.soon(request{
			method: "PUT", path: "/-/vaults/films/notification-configuration",
			body: fmt.Appendf(nil, `{"SNSTopic":"arn:aws:sns:eu-north-1:012345678901:t%d","Events":["ArchiveRetrievalCompleted"]}`, i),
		})
		a.want(t, 204, "")
	}
}
