package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"firn/server"
)

func TestAccessLog(t *testing.T) {
	arrival := time.Now().UTC()
	s := start(t, func(o *server.Options) { o.Now = func() time.Time { return arrival } })
	s.createVault("films")
	to := s.initiate("films", "1048576")
	body := pattern(1000)
	want := []map[string]any{
		{"method": "PUT", "path": "/-/vaults/films", "query": "", "status": 201, "bytes_in": 0, "bytes_out": 0, "content_range": "", "range": "", "access_key": accessKey},
		{"method": "POST", "path": "/-/vaults/films/multipart-uploads", "query": "", "status": 201, "bytes_in": 0, "bytes_out": 0, "content_range": "", "range": "", "access_key": accessKey},
	}
	send := func(q request, status, in int, line map[string]any) {
		t.Helper()
		a := s.do(q)
		path, query, _ := strings.Cut(q.path, "?")
		l := map[string]any{
			"method": q.method, "path": path, "query": query, "status": status, "bytes_in": in, "bytes_out": len(a.body),
			"content_range": "", "range": "", "access_key": accessKey, "request_id": a.header.Get("X-Amzn-Requestid"),
		}
		for k, v := range line {
			l[k] = v
		}
		want = append(want, l)
	}
	send(upload("PUT", to, body, map[string]string{"Content-Range": "bytes 0-999/*"}), 204, 1000, map[string]any{"content_range": "bytes 0-999/*"})
	send(request{method: "GET", path: "/-/vaults?limit=2&marker=a%2Fb", header: map[string]string{"Range": "bytes=0-9"}}, 400, 0, map[string]any{"range": "bytes=0-9"})
	send(request{method: "GET", path: "/-/vaults/a%20b"}, 404, 0, nil)
	send(request{method: "GET", path: "/-/vaults", unsigned: true}, 400, 0, map[string]any{"access_key": ""})
	send(request{method: "GET", path: "/-/vaults?X-Amz-Credential=c&X-Amz-Signature=s"}, 403, 0, map[string]any{"access_key": "", "query": "[redacted]"})

	lines := s.log.lines()
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), s.log)
	}
	for i, line := range lines {
		var got map[string]any
		if err := json.Unmarshal([]byte(line), &got); err != nil || !strings.HasSuffix(line, "}\n") {
			t.Fatalf("line %q: %v", line, err)
		}
		want[i]["time"] = arrival.Format(time.RFC3339Nano)
		if want[i]["request_id"] == nil {
			want[i]["request_id"] = got["request_id"]
		}
		if fmt.Sprint(got) != fmt.Sprint(want[i]) {
			t.Errorf("line %d\n%v\nwant\n%v", i, got, want[i])
		}
	}
	order := []string{"time", "method", "path", "query", "status", "bytes_in", "bytes_out", "content_range", "range", "request_id", "access_key"}
	at := -1
	for _, key := range order {
		next := strings.Index(lines[0], `"`+key+`":`)
		if next <= at {
			t.Errorf("%q does not stand in its place in %s", key, lines[0])
		}
		at = next
	}
}

func TestNoSecretIsWritten(t *testing.T) {
	s := start(t)
	s.createVault("films")
	var signature string
	q := request{method: "GET", path: "/-/vaults/films"}
	q.spoil = func(r *http.Request) {
		_, signature, _ = strings.Cut(r.Header.Get("Authorization"), "Signature=")
	}
	answers := fmt.Sprint(s.do(q), s.do(request{method: "GET", path: "/-/vaults/films", region: "us-east-1"}))
	keys := keys()
	key := keys[accessKey]
	encoded, err := json.Marshal(keys)
	if err != nil {
		t.Fatal(err)
	}
	all := answers + s.log.String() + s.faults.String() + string(encoded) + fmt.Sprintf("%v %+v %#v %s %v %+v", keys, keys, keys, keys, key, &key)
	for _, secret := range []string{secretKey, signature, "AWS4-HMAC-SHA256"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is told in %s", secret, all)
		}
	}
}
