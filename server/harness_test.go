package server_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"firn/server"
	"firn/treehash"
	"firn/vault/dirvault"
)

const (
	region    = "eu-north-1"
	account   = "012345678901"
	accessKey = "AKIDEXAMPLE"
	secretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	arnPrefix = "arn:aws:glacier:eu-north-1:012345678901:vaults/"

	mib = 1 << 20
)

// vaultTime is the clock of the vaults: everything in them is created then.
var vaultTime = time.Date(2013, 3, 20, 17, 3, 43, 221_000_000, time.UTC)

// service is a server under test, on a real port over a real directory.
type service struct {
	t       *testing.T
	model   model
	address string
	log     *lockedBuffer
	faults  *lockedBuffer
	clock   func() time.Time // what requests are dated with; nil: the time
	stop    func() error     // ends Serve and returns its error
	handler http.Handler     // the server
	admin   http.Handler     // of the same server
}

// keys is the one key pair that most tests sign with.
func keys() server.Keys {
	return server.Keys{accessKey: {Secret: secretKey, Account: account}}
}

// start serves a fresh directory until the test ends.
func start(t *testing.T, change ...func(*server.Options)) *service {
	t.Helper()
	return startOver(t, openStore(t, t.TempDir()), change...)
}

func openStore(t *testing.T, dir string) *dirvault.Root {
	t.Helper()
	root, err := dirvault.OpenRoot(dir, dirvault.Options{Now: func() time.Time { return vaultTime }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := root.Close(); err != nil {
			t.Error(err)
		}
	})
	return root
}

func startOver(t *testing.T, store server.Store, change ...func(*server.Options)) *service {
	t.Helper()
	return startMany(t, map[string]server.Store{account: store}, change...)
}

// startMany serves several accounts.
func startMany(t *testing.T, stores map[string]server.Store, change ...func(*server.Options)) *service {
	t.Helper()
	s := &service{t: t, model: loadModel(t), log: &lockedBuffer{}, faults: &lockedBuffer{}}
	options := server.Options{
		Region:      region,
		Credentials: keys(),
		AccessLog:   s.log,
		Log:         faultsTo(s.faults),
	}
	for _, f := range change {
		f(&options)
	}
	handler, err := server.New(stores, options)
	if err != nil {
		t.Fatal(err)
	}
	s.handler, s.admin = handler, handler.Admin()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- handler.Serve(ctx, listener) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// faultsTo is a log of nothing but faults.
func faultsTo(b *lockedBuffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelError}))
}

// request is what a test sends. It is signed as the service wants it, and
// spoiled afterwards if the test says so.
type request struct {
	method string
	path   string // with the query
	header map[string]string
	body   []byte

	unsigned bool
	key      aws.Credentials       // zero: the right one
	at       time.Time             // of the signature; zero: now
	region   string                // of the scope; empty: the right one
	service  string                // of the scope; empty: the right one
	payload  string                // payload hash that is signed; empty: the body's
	spoil    func(r *http.Request) // after signing
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request. An error that its operation does not have fails the test.
func (s *service) do(q request) answer {
	s.t.Helper()
	a := s.exchange(q)
	if op := s.model.find(q.method, q.path); op != nil {
		s.model.checkError(s.t, op, a)
	}
	return a
}

func (s *service) exchange(q request) answer {
	s.t.Helper()
	r := s.build(q)
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(r)
	if err != nil {
		s.t.Fatalf("%s %s: %v", q.method, q.path, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatalf("%s %s: reading the answer: %v", q.method, q.path, err)
	}
	return answer{status: response.StatusCode, header: response.Header, body: string(body)}
}

func (s *service) build(q request) *http.Request {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), q.method, "http://"+s.address+q.path, bytes.NewReader(q.body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("X-Amz-Glacier-Version", "2012-06-01")
	for name, value := range q.header {
		r.Header.Set(name, value)
		if value == "-" {
			r.Header.Del(name)
		}
	}
	if !q.unsigned {
		s.sign(q, r)
	}
	if q.spoil != nil {
		q.spoil(r)
	}
	return r
}

// sign uses the signer of the AWS SDK, which shares nothing with the server.
func (s *service) sign(q request, r *http.Request) {
	s.t.Helper()
	if q.key.AccessKeyID == "" {
		q.key = aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}
	}
	if q.at.IsZero() {
		q.at = time.Now()
		if s.clock != nil {
			q.at = s.clock()
		}
	}
	if q.region == "" {
		q.region = region
	}
	if q.service == "" {
		q.service = "glacier"
	}
	if q.payload == "" {
		q.payload = sha(q.body)
	}
	// net/http sends the query as it stands; the signer sorts it.
	query := r.URL.RawQuery
	if err := v4.NewSigner().SignHTTP(s.t.Context(), q.key, r, q.payload, q.service, q.region, q.at); err != nil {
		s.t.Fatal(err)
	}
	r.URL.RawQuery = query
}

// upload returns a request that stores body, whole or as a part.
func upload(method, path string, body []byte, header map[string]string) request {
	h := map[string]string{
		"X-Amz-Content-Sha256":   sha(body),
		"X-Amz-Sha256-Tree-Hash": treehash.Sum(body).String(),
	}
	for name, value := range header {
		h[name] = value
	}
	return request{method: method, path: path, header: h, body: body}
}

// createVault makes a vault and fails the test if it cannot.
func (s *service) createVault(name string) {
	s.t.Helper()
	s.do(request{method: "PUT", path: "/-/vaults/" + name}).want(s.t, 201, "")
}

// initiate starts an upload and returns its path.
func (s *service) initiate(vault string, partSize string) string {
	s.t.Helper()
	a := s.do(request{
		method: "POST", path: "/-/vaults/" + vault + "/multipart-uploads",
		header: map[string]string{"X-Amz-Part-Size": partSize, "X-Amz-Archive-Description": "films of 2012"},
	})
	a.want(s.t, 201, "")
	return "/-/vaults/" + vault + "/multipart-uploads/" + a.header.Get("X-Amz-Multipart-Upload-Id")
}

// want compares status and body.
func (a answer) want(t *testing.T, status int, body string) {
	t.Helper()
	if a.status != status || a.body != body {
		t.Errorf("answer %d %s\nwant   %d %s", a.status, a.body, status, body)
	}
}

// wantError compares an error reply as a whole.
func (a answer) wantError(t *testing.T, status int, code, message string) {
	t.Helper()
	kind := "Client"
	if status >= 500 {
		kind = "Server"
	}
	want, err := json.Marshal(map[string]string{"code": code, "message": message, "type": kind})
	if err != nil {
		t.Fatal(err)
	}
	a.want(t, status, string(want))
	if got := a.header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q, want application/json", got)
	}
}

// wantStatus compares what an error reply is, whatever its words.
func (a answer) wantStatus(t *testing.T, status int, code string) {
	t.Helper()
	if a.status != status || !strings.Contains(a.body, `"code":"`+code+`"`) {
		t.Errorf("answer %d %s\nwant   %d %s", a.status, a.body, status, code)
	}
}

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// pattern returns n bytes that differ from one mebibyte to the next.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(31*i + 17*(i>>8) + 13*(i>>16) + i>>20)
	}
	return b
}

// lockedBuffer is a log that many goroutines write to. It keeps each Write
// apart.
type lockedBuffer struct {
	mu     sync.Mutex
	writes []string
	grown  chan struct{} // closed by the next Write; nil if nobody waits
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writes = append(b.writes, string(p))
	if b.grown != nil {
		close(b.grown)
		b.grown = nil
	}
	return len(p), nil
}

// await blocks until there are n lines.
func (b *lockedBuffer) await(n int) {
	for {
		b.mu.Lock()
		if len(b.writes) >= n {
			b.mu.Unlock()
			return
		}
		if b.grown == nil {
			b.grown = make(chan struct{})
		}
		grown := b.grown
		b.mu.Unlock()
		<-grown
	}
}

func (b *lockedBuffer) lines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.writes)
}

func (b *lockedBuffer) String() string { return strings.Join(b.lines(), "") }
