// Package coldfront is an S3 service with cold storage classes, for tests.
//
// It consists of a real server, VersityGW 1.8.0 over a directory, and a front. The front
// forwards requests as they were signed and adds what the server lacks: storage classes,
// RestoreObject, the 403 for objects that are not restored, and the headers and elements of
// lists about them. Its clock is injected, so that tests can skip days. It can also
// simulate failures and other services: see [Fault] and [Feature].
//
// The server itself verifies signatures, SHA-256 and checksums of bodies. It supports
// multipart uploads (parts of at least 5 MiB except for the last, numbers up to 10,000),
// checksums of the whole (x-amz-checksum-type: FULL_OBJECT) and composite ones, CRC64NVME
// by default, x-amz-mp-object-size, checksums in ListParts, If-None-Match and If-Match of
// PutObject and CompleteMultipartUpload, If-Match of DeleteObject, tags, metadata,
// versions, ranges, and HeadObject for a part. Completing an upload again succeeds as long
// as its object is unchanged, but then the request must contain the checksum of each part,
// even with FULL_OBJECT.
//
// It differs from S3 in these ways:
//
//   - Keys are paths: a//b and /a/b are a/b, an element has at most 255 bytes, and a and
//     a/b cannot both exist.
//   - There are no lifecycle rules (501), and GetObjectAttributes returns neither checksums
//     nor parts.
//   - It cannot continue a list of uploads or versions behind an entry; the front does
//     that, for at most 1,000 entries.
//   - It finds the version "null" only for reading while that is the latest, and no answer
//     contains that name; the front finds it. Only the front treats a key under a delete
//     marker as free for If-None-Match.
//   - A bucket that never kept versions ignores versionId in DeleteObject and removes the
//     present object. A bucket with versions answers 400 or 500 if the version does not
//     exist, which the front turns into a success, and makes no delete marker for a key
//     without an object.
//   - The front signs requests again that it changed, for Page, Ignores or versions. Then
//     nobody has verified the client's signature.
//   - A bucket with Object Lock accepts content without a checksum; the front refuses it.
//     Its retention has an effect only on deletions, and no answer contains it.
//   - Users have no policies of their own; the bucket's policy applies. A denial does not
//     name the permission. A request for a missing key is a 404 even if the user may not
//     list the bucket; S3 answers 403.
//   - Dates of objects are real, whatever the front's clock says.
package coldfront

import (
	"context"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Domain is the domain below which buckets are addressed by host, as in bucket.example.com.
// A client that does so must dial the front itself. The certificate of a front with TLS is
// also valid for this domain.
const Domain = "example.com"

// Options are the options of a front. The zero value is usable.
type Options struct {
	// Now is the clock of restores; nil means the real one. Dates of objects are always
	// real.
	Now func() time.Time
	// Delay returns the duration of a restore; nil means none.
	Delay func(class, tier string) time.Duration
	// Refuses are features that the service refuses with an error.
	Refuses []Feature
	// Ignores are features that the service ignores silently.
	Ignores []Feature
	// Dialect describes other differences of the service.
	Dialect Dialect
	// Page is the largest number of entries on a page of a list; 0 means 1,000.
	Page int
	// TLS makes the endpoint use https; [Front.Client] trusts it.
	TLS bool
	// Log, if not nil, gets a line for each finished request: operation, method, path and
	// query, status. Only one request writes to it at a time.
	Log io.Writer
}

// Front is a running S3 service. Its exported fields are what a client needs. Buckets are
// addressed by path, or by host below [Domain].
type Front struct {
	Endpoint  string // http://127.0.0.1:port, or https
	AccessKey string
	SecretKey string
	Region    string

	options     Options
	now         func() time.Time
	delay       func(class, tier string) time.Duration
	noExpedited atomic.Bool
	ids         atomic.Int64
	locked      sync.Map // buckets with Object Lock, by name
	objects     *objects
	faults      faults
	record      record

	server    *process
	transport *http.Transport
	listener  *httptest.Server
}

// keys are the credentials of the server's only user.
type keys struct{ access, secret, region string }

// Start starts a front that is closed at the end of the test.
func Start(tb testing.TB, options Options) *Front {
	tb.Helper()
	f, err := Open(tb.Context(), options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := f.Close(); err != nil {
			tb.Error(err)
		}
	})
	return f
}

// Open starts a front. The caller closes it. The first call builds the server, which takes
// minutes on a slow machine.
func Open(ctx context.Context, options Options) (*Front, error) {
	k := keys{access: "COLDFRONTKEY", secret: "cold-front-secret-of-the-tests", region: "us-east-1"}
	server, err := startProcess(ctx, k)
	if err != nil {
		return nil, err
	}
	f := &Front{
		record:    record{log: options.Log},
		AccessKey: k.access, SecretKey: k.secret, Region: k.region,
		options: options, now: options.Now, delay: options.Delay,
		objects: newObjects(), server: server,
		// Each request gets its own connection. A connection that the server has just
		// closed would look like a fault that nobody scripted.
		transport: &http.Transport{DialContext: server.dial, DisableKeepAlives: true, DisableCompression: true},
	}
	if f.now == nil {
		f.now = time.Now
	}
	if f.delay == nil {
		f.delay = func(string, string) time.Duration { return 0 }
	}
	f.listener = httptest.NewUnstartedServer(f)
	if options.TLS {
		f.listener.Config.ErrorLog = log.New(io.Discard, "", 0) // hides errors of clients that do not trust it
		f.listener.StartTLS()
	} else {
		f.listener.Start()
	}
	f.Endpoint = f.listener.URL
	return f, nil
}

// Close ends the service and removes all its objects.
func (f *Front) Close() error {
	f.listener.CloseClientConnections()
	f.listener.Close()
	return f.server.close()
}

// Client returns an HTTP client for the endpoint; only https needs it.
func (f *Front) Client() *http.Client { return f.listener.Client() }

// Certificate returns the certificate of an https endpoint, as PEM.
func (f *Front) Certificate() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.listener.Certificate().Raw})
}

// Requests returns the requests in the order in which they ended.
func (f *Front) Requests() []Request { return f.record.all() }

// Fail adds a fault for later requests.
func (f *Front) Fail(fault Fault) { f.faults.add(fault) }

// Heal removes all faults that have not happened yet.
func (f *Front) Heal() { f.faults.clear() }

// SetExpedited sets whether there is capacity for expedited restores. At first there is.
func (f *Front) SetExpedited(available bool) { f.noExpedited.Store(!available) }
