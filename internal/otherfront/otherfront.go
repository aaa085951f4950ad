// Package otherfront is an S3 service for tests that nobody here wrote: gofakes3 1.2.0,
// in memory. It shows that firn speaks to S3, and not to the one server that package
// coldfront has behind it.
//
// It takes no notice of storage classes and of most optional headers, and an object has
// another ETag than completing its upload told. What it lacks, a vault's URL must say:
// see [Lacks]. It does not look at signatures; the front compares the SHA-256 that is
// in them, without which nothing would prove a part.
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

// Lacks is what the service lacks, as in a vault's URL.
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

// Start starts a service that ends with the test. The log, if not nil, gets a line for
// each request: method, path and query, status.
func Start(tb testing.TB, log io.Writer) *Front {
	tb.Helper()
	f := Open(log)
	tb.Cleanup(f.Close)
	return f
}

// Open starts a service; the caller closes it.
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
			_, _ = fmt.Fprintf(log, "%s %s %d\n", r.Method, r.URL.RequestURI(), out.status) // a log of a test
		}
	}))
	f.Endpoint = f.listener.URL
	return f
}

const mismatch = "<Error><Code>XAmzContentSHA256Mismatch</Code><Message>The provided x-amz-content-sha256 header does not match</Message></Error>"

// isAsSigned reports whether the body of a request came whole and has the SHA-256 that
// was signed. It is kept in memory.
func isAsSigned(r *http.Request) bool {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	signed, badHex := hex.DecodeString(r.Header.Get("X-Amz-Content-Sha256"))
	sum := sha256.Sum256(body)
	return err == nil && (badHex != nil || bytes.Equal(signed, sum[:])) // else it says UNSIGNED-PAYLOAD or the like
}

// Close ends the service and forgets all that it kept.
func (f *Front) Close() { f.listener.Close() }

// CreateBucket makes a bucket.
func (f *Front) CreateBucket(bucket string) error { return f.backend.CreateBucket(bucket) }

// seen notes the status of an answer.
type seen struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (s *seen) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}
