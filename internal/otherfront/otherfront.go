// Package otherfront is an S3 service for tests that was written independently of firn:
// gofakes3 1.2.0, in memory. It shows that firn works with S3 in general, and not only with
// the server behind package coldfront.
//
// It ignores storage classes and most optional headers, and an object has another ETag than
// the answer that completed its upload. A vault's URL must say what it lacks: see [Lacks].
// It does not verify signatures. The front compares the SHA-256 in them, since nothing else
// would verify a part.
package otherfront

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// Lacks is the option lacks for the URL of a vault at this service.
const Lacks = "classes,crc64nvme,etag,tagging"

// Front is a running service.
type Front struct {
	Endpoint  string // http://127.0.0.1:port
	AccessKey string
	SecretKey string
	Region    string

	backend  *s3mem.Backend
	listener *httptest.Server
}

// Start starts a service that is closed at the end of the test. The log, if not nil, gets a
// line for each request: method, path and query, status.
func Start(tb testing.TB, log io.Writer) *Front {
	tb.Helper()
	f := Open(log)
	tb.Cleanup(f.Close)
	return f
}

// Open starts a service. The caller closes it.
func Open(log io.Writer) *Front {
	f := &Front{AccessKey: "OTHERFRONTKEY", SecretKey: "other-front-secret", Region: "us-east-1", backend: s3mem.New()}
	service := gofakes3.New(f.backend, gofakes3.WithoutVersioning()).Server()
	var mu sync.Mutex
	f.listener = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := &seen{ResponseWriter: w, status: http.StatusOK}
		if isAsSigned(r) {
			service.ServeHTTP(out, r)
		} else {
			http.Error(out, mismatch, http.StatusBadRequest)
		}
		if log != nil {
			mu.Lock()
			defer mu.Unlock()
			_, _ = fmt.Fprintf(log, "%s %s %d\n", r.Method, r.URL.RequestURI(), out.status) // only a log of a test
		}
	}))
	f.Endpoint = f.listener.URL
	return f
}

const mismatch = "<Error><Code>XAmzContentSHA256Mismatch</Code><Message>The provided x-amz-content-sha256 header does not match</Message></Error>"

// isAsSigned reports whether the body of a request arrived completely and has the signed
// SHA-256. It keeps the body in memory.
func isAsSigned(r *http.Request) bool {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	signed, badHex := hex.DecodeString(r.Header.Get("X-Amz-Content-Sha256"))
	sum := sha256.Sum256(body)
	return err == nil && (badHex != nil || bytes.Equal(signed, sum[:])) // otherwise the header is UNSIGNED-PAYLOAD or the like
}

// Close ends the service and removes all its objects.
func (f *Front) Close() { f.listener.Close() }

// CreateBucket makes a bucket.
func (f *Front) CreateBucket(bucket string) error { return f.backend.CreateBucket(bucket) }

// seen records the status of an answer.
type seen struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (s *seen) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}
