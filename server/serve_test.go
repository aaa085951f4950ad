package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"firn/server"
	"firn/vault"
)

// slowRequest is an upload whose body the test sends piece by piece.
type slowRequest struct {
	t    *testing.T
	conn net.Conn
}

// begin sends the headers of q and the first bytes of its body.
func (s *service) begin(q request, first []byte) *slowRequest {
	s.t.Helper()
	slow := s.beginLength(q, int64(len(q.body)))
	slow.send(first)
	return slow
}

// beginLength sends the headers of q, with a length of its body that need not be true.
func (s *service) beginLength(q request, length int64) *slowRequest {
	s.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(s.t.Context(), "tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	r := s.build(q)
	var head strings.Builder
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", r.Method, r.URL.RequestURI(), s.address, length)
	if err := r.Header.Write(&head); err != nil {
		s.t.Fatal(err)
	}
	slow := &slowRequest{t: s.t, conn: conn}
	slow.send([]byte(head.String() + "\r\n"))
	return slow
}

func (r *slowRequest) send(b []byte) {
	r.t.Helper()
	if _, err := r.conn.Write(b); err != nil {
		r.t.Fatal(err)
	}
}

func (r *slowRequest) answer() answer {
	r.t.Helper()
	a, err := r.read()
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

func (r *slowRequest) read() (answer, error) {
	response, err := http.ReadResponse(bufio.NewReader(r.conn), nil)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(text)}, err
}

// partUpload stores the first part of the upload at to.
func partUpload(to string, body []byte) request {
	return upload("PUT", to, body, map[string]string{"Content-Range": fmt.Sprintf("bytes 0-%d/*", len(body)-1)})
}

func TestStalledBodyTimesOut(t *testing.T) {
	s := start(t, func(o *server.Options) { o.IdleTimeout = 50 * time.Millisecond })
	s.createVault("films")
	to := s.initiate("films", "1048576")
	body := pattern(1000)
	for name, q := range map[string]request{
		"part":    partUpload(to, body),
		"archive": upload("POST", "/-/vaults/films/archives", body, nil),
		"other":   {method: "PUT", path: "/-/vaults/new", body: body},
	} {
		t.Run(name, func(t *testing.T) {
			slow := s.begin(q, body[:500])
			slow.answer().wantError(t, 408, "RequestTimeoutException", "Request timed out.")
			if _, err := slow.conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("reading on: %v, want that the connection was closed", err)
			}
		})
	}
	if got := s.do(request{method: "GET", path: to}).body; !strings.Contains(got, `"Parts":[]`) {
		t.Errorf("a part of a stalled body is visible: %s", got)
	}
	if got := s.faults.String(); got != "" {
		t.Errorf("a slow client is reported as a fault of the server: %s", got)
	}
}

func TestSlowBodyThatMovesIsTaken(t *testing.T) {
	s := start(t, func(o *server.Options) { o.IdleTimeout = 2 * time.Second })
	s.createVault("films")
	to := s.initiate("films", "1048576")
	body := pattern(5)
	slow := s.begin(partUpload(to, body), nil)
	for i := range body {
		slow.send(body[i : i+1])
	}
	slow.answer().want(t, 204, "")
}

func TestClientThatHangsUpLeavesNothing(t *testing.T) {
	s := start(t)
	s.createVault("films")
	to := s.initiate("films", "1048576")
	body := pattern(mib)
	before := len(s.log.lines())
	for _, q := range []request{partUpload(to, body), upload("POST", "/-/vaults/films/archives", body, nil)} {
		if err := s.begin(q, body[:mib/2]).conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s.log.await(before + 2)
	refused := 0
	for _, line := range s.log.lines() {
		if strings.Contains(line, `"status":400,"bytes_in":`) {
			refused++
		}
	}
	if refused != 2 {
		t.Errorf("%d requests ended as broken off, want 2:\n%s", refused, s.log)
	}
	if got := s.do(request{method: "GET", path: to}).body; !strings.Contains(got, `"Parts":[]`) {
		t.Errorf("a part that was broken off is visible: %s", got)
	}
	got := s.do(request{method: "GET", path: "/-/vaults/films/multipart-uploads"}).body
	if strings.Count(got, "MultipartUploadId") != 1 {
		t.Errorf("the archive that was broken off left an upload: %s", got)
	}
	if got := s.faults.String(); got != "" {
		t.Errorf("a client that hung up is reported as a fault of the server: %s", got)
	}
}

// A request that was refused early still gets its answer to a client that sends
// all of its body first.
func TestRefusalReachesAClientThatOnlySends(t *testing.T) {
	s := start(t)
	body := pattern(8 * mib)
	q := upload("POST", "/-/vaults/none/archives", body, nil)
	s.begin(q, body).answer().
		wantError(t, 404, "ResourceNotFoundException", "Vault not found for ARN: "+arnPrefix+"none")
}

// tellingStore tells when a request has come as far as its vault.
type tellingStore struct {
	server.Store
	opened chan<- string
}

func (s tellingStore) Open(ctx context.Context, name string) (vault.Vault, error) {
	s.opened <- name
	return s.Store.Open(ctx, name)
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	store := openStore(t, t.TempDir())
	opened := make(chan string, 10)
	s := startOver(t, tellingStore{store, opened})
	s.createVault("films")
	to := s.initiate("films", "1048576")
	<-opened
	body := pattern(1000)
	slow := s.begin(partUpload(to, body), body[:999])
	<-opened

	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	for { // until the listener is closed
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.address)
		if err != nil {
			break
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	select {
	case err := <-stopped:
		t.Fatalf("the server ended with a request in flight: %v", err)
	default:
	}
	slow.send(body[999:])
	slow.answer().want(t, 204, "")
	if err := <-stopped; err != nil {
		t.Error(err)
	}

	again := startOver(t, store)
	if got := again.do(request{method: "GET", path: to}).body; !strings.Contains(got, `"RangeInBytes":"0-999"`) {
		t.Errorf("the part is not there: %s", got)
	}
}

func TestShutdownCutsOffWhatTakesTooLong(t *testing.T) {
	opened := make(chan string, 10)
	handler, err := server.New(map[string]server.Store{account: tellingStore{openStore(t, t.TempDir()), opened}}, server.Options{
		Region: region, Credentials: keys(), Grace: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- handler.Serve(ctx, listener) }()
	s := &service{t: t, address: listener.Addr().String()}
	s.createVault("films")
	body := pattern(1000)
	slow := s.begin(upload("POST", "/-/vaults/films/archives", body, nil), body[:10])
	<-opened
	cancel()
	if err := <-ended; !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("Serve returned %v, want that requests were cut off", err)
	}
	if _, err := slow.conn.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is still open")
	}
}

func TestServeTellsThatTheListenerFailed(t *testing.T) {
	handler, err := server.New(map[string]server.Store{account: openStore(t, t.TempDir())}, server.Options{
		Region: region, Credentials: server.Keys{},
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := handler.Serve(t.Context(), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve returned %v, want net.ErrClosed", err)
	}
}

// A key that has all connections gets no more of them, and another key gets one of its.
func TestConnectionsAreShared(t *testing.T) {
	opened := make(chan string, 10)
	s := startOver(t, tellingStore{openStore(t, t.TempDir()), opened}, manyKeys, func(o *server.Options) { o.Connections = 2 })
	s.createVault("films")
	film := pattern(1000)
	q := upload("POST", "/-/vaults/films/archives", film, nil)
	first := s.begin(q, film[:1])
	<-opened
	second := s.begin(q, film[:1])
	<-opened
	list := request{method: "GET", path: "/-/vaults"}
	for range 5 {
		s.begin(list, nil).answer().wantStatus(t, 400, "ThrottlingException")
	}
	if a := s.begin(list.by(readerKey), nil).answer(); a.status != 200 {
		t.Errorf("another key is answered with %d %s", a.status, a.body)
	}
	if _, err := first.read(); err == nil {
		t.Error("the oldest connection of the key that had all is still open")
	}
	second.send(film[1:])
	second.answer().want(t, 201, "")
	if a := s.begin(list, nil).answer(); a.status != 200 {
		t.Errorf("with a place to have the key is answered with %d %s", a.status, a.body)
	}
}
