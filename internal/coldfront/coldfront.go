// Package coldfront is an S3 service with cold storage classes, for tests.
//
// Behind it stands a real server, VersityGW 1.8.0 over a directory. The front
// passes requests on as they were signed and adds what the server lacks: storage
// classes, RestoreObject, the 403 for what is not restored, and what headers and
// listings tell of that. Its clock is injected, so that tests cross days at once.
// It also breaks things on request: see [Fault] and [Feature].
//
// The server itself verifies signatures, SHA-256 and checksums of bodies. It has
// multipart uploads (parts of 5 MiB at least but for the last, numbers to 10,000),
// checksums of the whole (x-amz-checksum-type: FULL_OBJECT) and composite ones,
// CRC64NVME by default, x-amz-mp-object-size, checksums in ListParts, If-None-Match
// and If-Match of PutObject and CompleteMultipartUpload, If-Match of DeleteObject,
// tags, metadata, versions, ranges, and a HeadObject that tells a part. Completing
// an upload again succeeds while the object is what it made, but the second time
// the checksum of each part is wanted, even with FULL_OBJECT.
//
// Where it is not like S3:
//
//   - Keys are paths: a//b and /a/b are a/b, an element has 255 bytes at most, and
//     a and a/b cannot both exist.
//   - There are no lifecycle rules (501), and GetObjectAttributes has neither
//     checksums nor parts.
//   - It cannot go on in a list of uploads or of versions behind one; the front does
//     that, for 1,000 of them at most.
//   - It finds the version "null" only for reading while that is the latest, and no
//     answer calls it so; the front finds it. A key under a delete marker is free
//     for If-None-Match by the front alone.
//   - A bucket that never kept versions takes no notice of versionId in DeleteObject,
//     and removes what is there. One that does answers 400 or 500 if there is no
//     such version, which the front makes a success, and makes no delete marker for
//     a key that has none.
//   - What was changed on the way, by Page, by Ignores or for the sake of versions,
//     the front signs anew, and nobody has verified the client's signature.
//   - A bucket with Object Lock takes what comes without a checksum; the front refuses
//     it. Its retention shows when something is removed, and in no answer before.
//   - Users have no policies of their own: the bucket's says what they may do. What it
//     does not allow is refused without naming the permission, and a key that has no
//     object is a 404 also for who may not list the bucket, where S3 answers 403.
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

// Domain is that below which buckets are addressed by host, as in
// bucket.example.com; whoever does so must dial the front himself. The certificate
// of a front with TLS is for it, too.
const Domain = "example.com"

// Options are what a front may be told. The zero value serves.
type Options struct {
	// Now is the clock of restorations; nil means the real one. Dates of objects
	// are always real.
	Now func() time.Time
	// Delay is how long a restoration takes; nil means none at all.
	Delay func(class, tier string) time.Duration
	// Refuses are features that are answered with an error, as services do that
	// do not have them.
	Refuses []Feature
	// Ignores are features of which the service takes no notice.
	Ignores []Feature
	// Dialect is how the service differs otherwise.
	Dialect Dialect
	// Page is how many entries listings have on a page at most; 0 means 1,000.
	Page int
	// TLS makes the endpoint one of https; [Front.Client] trusts it.
	TLS bool
	// Log, if not nil, gets a line for each request once it has ended: operation,
	// method, path and query, status. It is written to by one request at a time.
	Log io.Writer
}

// Front is a running S3 service. Its fields are what a client needs; it is
// addressed by path, or below [Domain] by host.
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
	locked      sync.Map // the buckets with Object Lock, by name
	objects     *objects
	faults      faults
	record      record

	server    *process
	transport *http.Transport
	listener  *httptest.Server
}

// keys are what the server knows its one user by.
type keys struct{ access, secret, region string }

// Start starts a front that ends with the test.
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

// Open starts a front; the caller closes it. The first call of all builds the
// server, which takes minutes on a slow machine.
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
		// A connection for each request: one that the server had just given up
		// would look like a fault that nobody scripted.
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
		f.listener.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that do not trust it
		f.listener.StartTLS()
	} else {
		f.listener.Start()
	}
	f.Endpoint = f.listener.URL
	return f, nil
}

// Close ends the service and removes all that it kept.
func (f *Front) Close() error {
	f.listener.CloseClientConnections()
	f.listener.Close()
	return f.server.close()
}

// Client is an HTTP client for the endpoint; only one of https needs it.
func (f *Front) Client() *http.Client { return f.listener.Client() }

// Certificate is what to trust at an endpoint of https, as PEM.
func (f *Front) Certificate() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.listener.Certificate().Raw})
}

// Requests lists what the front was asked, in the order in which it ended.
func (f *Front) Requests() []Request { return f.record.all() }

// Fail makes something go wrong with requests to come.
func (f *Front) Fail(fault Fault) { f.faults.add(fault) }

// Heal takes back all faults that have not happened yet.
func (f *Front) Heal() { f.faults.clear() }

// SetExpedited tells whether there is capacity for expedited restorations. There
// is at first.
func (f *Front) SetExpedited(available bool) { f.noExpedited.Store(!available) }
