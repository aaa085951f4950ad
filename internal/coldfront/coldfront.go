// Package coldfront is an S3 service with cold storage classes, for tests.
//
// Behind it stands a real server, VersityGW 1.8.0, which keeps objects in a
// directory, verifies signatures and bodies, and does multipart uploads,
// checksums, conditions, tags and versions. It knows one storage class and cannot
// restore. The front passes everything on as it was signed and adds what is
// missing: storage classes, RestoreObject, the 403 for what is not restored, and
// what listings and headers tell of that. Time is injected, so that tests cross
// hours at once.
//
// The front also breaks things, on request: see [Fault] and [Feature].
package coldfront

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// Domain is that below which buckets are addressed by host, as in
// bucket.s3.test; whoever does so must dial the front himself.
const Domain = "s3.test"

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
	// Page is how many entries listings have on a page at most; 0 means 1,000.
	Page int
	// Log, if not nil, gets a line for each request once it has ended: operation,
	// method, path and query, status. It is written to by one request at a time.
	Log io.Writer
}

// Front is a running S3 service. Its fields are what a client needs; it is
// addressed by path, or below [Domain] by host.
type Front struct {
	Endpoint  string // http://127.0.0.1:port
	AccessKey string
	SecretKey string
	Region    string

	options     Options
	now         func() time.Time
	delay       func(class, tier string) time.Duration
	noExpedited atomic.Bool
	ids         atomic.Int64
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
	f.listener = httptest.NewServer(f)
	f.Endpoint = f.listener.URL
	return f, nil
}

// Close ends the service and removes all that it kept.
func (f *Front) Close() error {
	f.listener.CloseClientConnections()
	f.listener.Close()
	return f.server.close()
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
