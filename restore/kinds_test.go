package restore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"firn/internal/coldfront"
	"firn/internal/testclock"
	"firn/jobs"
	"firn/restore"
	"firn/server"
	"firn/vault"
	"firn/vault/dirvault"
	"firn/vault/glaciervault"
	"firn/vault/s3vault"
)

// accessLog is what a server has logged.
type accessLog struct {
	mu    sync.Mutex
	lines bytes.Buffer
	more  chan struct{} // gets a value when there is a line more
}

func (a *accessLog) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	select {
	case a.more <- struct{}{}:
	default:
	}
	return a.lines.Write(p)
}

// moved returns how many bytes of outputs were sent, at least n: the server logs a request after
// its client has the answer.
func (a *accessLog) moved(t *testing.T, n int64) int64 {
	t.Helper()
	for {
		if bytes := sent(a.requests(t, "GET", "/output")); bytes >= n {
			return bytes
		}
		select {
		case <-a.more:
		case <-time.After(10 * time.Second):
			t.Fatalf("fewer than %d bytes were sent", n)
		}
	}
}

// request is a line of the access log.
type request struct {
	Method   string `json:"method"`
	Path     string `json:"path"`
	BytesOut int64  `json:"bytes_out"`
}

// requests returns those with a method and the end of a path.
func (a *accessLog) requests(t *testing.T, method, end string) (found []request) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	for line := range strings.Lines(a.lines.String()) {
		var r request
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Method == method && strings.HasSuffix(r.Path, end) {
			found = append(found, r)
		}
	}
	return found
}

func isolate(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": "/nowhere/config",
		"AWS_SHARED_CREDENTIALS_FILE": "/nowhere/credentials", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CA_BUNDLE": "", "AWS_ENDPOINT_URL": "",
	} {
		t.Setenv(name, value)
	}
}

// glacier is a rig whose vault is at a server, which logs the requests. Its jobs take a minute
// by a clock.
func glacier(t *testing.T) (*rig, *accessLog, *testclock.Clock) { return glacierWith(t, time.Minute) }

func glacierWith(t *testing.T, delay time.Duration) (*rig, *accessLog, *testclock.Clock) {
	t.Helper()
	isolate(t)
	clock := testclock.At(fileTime)
	root, err := dirvault.OpenRoot(t.TempDir(), dirvault.Options{
		InventoryEvery: -1, Now: clock.Now, RetrievalDelay: func(vault.JobKind, vault.Tier) time.Duration { return delay },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, root) })
	log := &accessLog{more: make(chan struct{}, 1)}
	handler, err := server.New(map[string]server.Store{"012345678901": root}, server.Options{
		Region: "us-east-1", Credentials: server.Keys{"AKIDEXAMPLE": {Secret: "secret", Account: "012345678901"}}, AccessLog: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- handler.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	there, err := glaciervault.Open(ctx, glaciervault.Config{Endpoint: "http://" + listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, there) })
	if err := there.CreateVault(ctx, "films"); err != nil {
		t.Fatal(err)
	}
	v, err := there.Vault("films")
	if err != nil {
		t.Fatal(err)
	}
	return rigAt(t, v), log, clock
}

// bucket is a rig whose vault is in a cold class of a bucket.
func bucket(t *testing.T) (*rig, *coldfront.Front, *testclock.Clock) {
	t.Helper()
	isolate(t)
	clock := testclock.At(fileTime)
	front := coldfront.Start(t, coldfront.Options{Now: clock.Now, Delay: func(string, string) time.Duration { return time.Minute }})
	t.Setenv("AWS_ACCESS_KEY_ID", front.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", front.SecretKey)
	if err := front.CreateBucket(t.Context(), "films"); err != nil {
		t.Fatal(err)
	}
	v, err := s3vault.Open(t.Context(), s3vault.Config{Bucket: "films", Region: front.Region, Endpoint: front.Endpoint, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, v) })
	return rigAt(t, v), front, clock
}

// inSteps restores without waiting, and moves the clock, until everything is restored.
func (r *rig) inSteps(clock *testclock.Clock, s restore.Selection) (report restore.Report, steps int) {
	r.t.Helper()
	r.options.Download.NoWait = true
	for steps = 1; steps < 10; steps++ {
		report, err := r.try(s)
		if err == nil {
			for _, p := range report.List {
				r.t.Error(p)
			}
			return report, steps
		}
		var notReady *jobs.NotReadyError
		if !errors.As(err, &notReady) {
			r.t.Fatal(err)
		}
		clock.Advance(2 * time.Minute)
	}
	r.t.Fatal("it is never ready")
	return report, steps
}

// A file of 1 MiB out of a large pack moves at most 4 MiB.
func TestOneFileOfALargePack(t *testing.T) {
	r, log, clock := glacier(t)
	r.seal()
	r.frame = 1 << 20
	files := []file{dir("home")}
	for i := range 24 {
		files = append(files, text("home/"+string(rune('a'+i)), noise(byte(i), 1<<20)))
	}
	r.snapshot(files...)
	for _, name := range []string{"home/a", "home/m", "home/x"} {
		before := log.moved(t, 0)
		plan, err := r.plan(restore.Selection{Patterns: []string{name}})
		if err != nil {
			t.Fatal(err)
		}
		if plan.Packs != 1 || plan.Fetch > 4<<20 || plan.Retrieve != plan.Fetch || plan.Requests < 1 || plan.Requests > 3 {
			t.Errorf("the plan is %+v", plan)
		}
		jobs := int64(len(log.requests(t, "POST", "/jobs")))
		closed(t, plan)
		r.inSteps(clock, restore.Selection{Patterns: []string{name}})
		if moved := log.moved(t, before+plan.Fetch) - before; moved > 4<<20 || moved != plan.Fetch {
			t.Errorf("%s: %d bytes were moved; the plan said %d", name, moved, plan.Fetch)
		}
		if n := int64(len(log.requests(t, "POST", "/jobs"))) - jobs; n != plan.Requests {
			t.Errorf("%s: %d jobs were started; the plan said %d", name, n, plan.Requests)
		}
	}
	r.want(map[string]string{"home/": "", "home/a": files[1].content, "home/m": files[13].content, "home/x": files[24].content})
}

func sent(requests []request) (bytes int64) {
	for _, r := range requests {
		bytes += r.BytesOut
	}
	return bytes
}

// A vault and a bucket give the files back, in several calls, and each byte once.
func TestKinds(t *testing.T) {
	for name, start := range map[string]func(t *testing.T) (*rig, *testclock.Clock){
		"vault": func(t *testing.T) (*rig, *testclock.Clock) {
			r, _, clock := glacier(t)
			return r, clock
		},
		"bucket": func(t *testing.T) (*rig, *testclock.Clock) {
			r, _, clock := bucket(t)
			return r, clock
		},
	} {
		for _, sealed := range []bool{false, true} {
			if !sealed && name == "bucket" {
				continue // a bucket knows no difference, and its server takes long to start
			}
			t.Run(name, func(t *testing.T) {
				r, clock := start(t)
				if sealed {
					r.seal()
				}
				big := noise(1, 5<<20)
				r.snapshot(dir("home"), text("home/a", "old"), text("home/big", big))
				r.snapshot(text("home/a", "new"), text("home/b", "more"))
				plan, err := r.plan(restore.Selection{})
				if err != nil {
					t.Fatal(err)
				}
				closed(t, plan)
				report, steps := r.inSteps(clock, restore.Selection{})
				if steps != 2 || plan.Packs != 2 || report.Fetched != plan.Fetch {
					t.Errorf("%d steps, %+v, the plan was %+v", steps, report, plan)
				}
				if limits := r.vault.Limits(); limits.Prolongs && plan.Requests != 2 {
					t.Errorf("the plan is %+v", plan)
				}
				r.want(map[string]string{"home/": "", "home/a": "new", "home/b": "more", "home/big": big})
				r.wantNoWork()
			})
		}
	}
}

// A bucket makes a copy of each object once, whatever is needed of it, and moves only that.
func TestSomeFilesOfALargePackInABucket(t *testing.T) {
	r, front, clock := bucket(t)
	r.frame = 1 << 20
	files := []file{dir("home")}
	for i := range 24 {
		files = append(files, text("home/"+string(rune('a'+i)), noise(byte(i), 1<<20)))
	}
	r.snapshot(files...)
	selection := restore.Selection{Patterns: []string{"home/a", "home/m", "home/x"}}
	plan, err := r.plan(selection)
	if err != nil {
		t.Fatal(err)
	}
	closed(t, plan)
	if plan.Requests != 1 || plan.Retrieve < 24<<20 || plan.Fetch > 12<<20 {
		t.Errorf("the plan is %+v", plan)
	}
	report, _ := r.inSteps(clock, selection)
	if report.Fetched != plan.Fetch {
		t.Errorf("%d bytes were fetched, and the plan said %d", report.Fetched, plan.Fetch)
	}
	restores := 0
	for _, request := range front.Requests() {
		if request.Operation == "RestoreObject" {
			restores++
		}
	}
	if restores != 1 {
		t.Errorf("%d copies were requested", restores)
	}
}
