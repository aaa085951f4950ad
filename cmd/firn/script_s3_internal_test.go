package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"firn/cmd/firn/internal/serving"
	"firn/internal/coldfront"
)

// fronts are the S3 services of the running scripts, by script.
type fronts struct {
	mu     sync.Mutex
	fronts map[string]*front
}

// front is an S3 service, its bucket, and how far its clock is ahead.
type front struct {
	*coldfront.Front
	bucket string
	ahead  atomic.Int64 // a time.Duration
}

// s3 starts an S3 service, creates a bucket, and sets the variables for clients. It logs the
// requests to s3.log.
func (f *fronts) s3(ts *testscript.TestScript, neg bool, args []string) {
	flags := flag.NewFlagSet("s3", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	bucket := flags.String("bucket", "archives", "")
	versioned := flags.Bool("versioned", false, "")
	locked := flags.Bool("locked", false, "")
	host := flags.Bool("by-host", false, "")
	delay := flags.Duration("retrieval-delay", 0, "")
	var refuses, ignores []coldfront.Feature
	flags.Func("refuses", "", featureTo(&refuses))
	flags.Func("ignores", "", featureTo(&ignores))
	dialect := dialectOf(flags)
	if err := flags.Parse(args); err != nil || neg || flags.NArg() != 0 {
		ts.Fatalf("usage: s3 [--bucket NAME] [--versioned] [--locked] [--by-host] [--retrieval-delay D] [--refuses FEATURE]... [--ignores FEATURE]... [--max-parts N] [--max-body BYTES] [--unknown HEADER]...: %v", err)
	}
	log, err := os.Create(ts.MkAbs("s3.log"))
	ts.Check(err)
	ts.Defer(func() { _ = log.Close() })
	s := &front{bucket: *bucket}
	s.Front, err = coldfront.Open(context.Background(), coldfront.Options{
		Now:     func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) },
		Delay:   func(string, string) time.Duration { return *delay },
		Refuses: refuses, Ignores: ignores, Dialect: *dialect,
		TLS: *host, Log: log,
	})
	ts.Check(err)
	ts.Defer(func() { ts.Check(s.Close()) })
	create := s.CreateBucket
	switch {
	case *locked:
		create = s.CreateLockedBucket
	case *versioned:
		create = s.CreateVersionedBucket
	}
	ts.Check(create(context.Background(), *bucket))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fronts[ts.Name()] = s
	ts.Setenv("AWS_ENDPOINT_URL_S3", s.Endpoint)
	ts.Setenv("AWS_ACCESS_KEY_ID", s.AccessKey)
	ts.Setenv("AWS_SECRET_ACCESS_KEY", s.SecretKey)
	ts.Setenv("AWS_REGION", s.Region)
	ts.Setenv("AWS_DEFAULT_REGION", s.Region)
	if *host {
		byHost(ts, s.Front)
	}
}

func featureTo(features *[]coldfront.Feature) func(string) error {
	known := map[string]coldfront.Feature{
		"conditions": coldfront.Conditions, "crc64nvme": coldfront.CRC64NVME, "checksums": coldfront.Checksums,
		"tagging": coldfront.Tagging, "classes": coldfront.Classes, "restore": coldfront.Restore,
		"restore-status": coldfront.RestoreStatus, "versions": coldfront.Versions,
		"encoding": coldfront.Encoding,
		"uploads":  coldfront.UploadList, "ranges": coldfront.Ranges, "tagging-query": coldfront.TaggingQuery,
		"upload-classes": coldfront.UploadClasses, "archiving": coldfront.Archiving,
	}
	return func(name string) error {
		feature, ok := known[name]
		if !ok {
			return fmt.Errorf("no such feature; there are %q", slices.Sorted(maps.Keys(known)))
		}
		*features = append(*features, feature)
		return nil
	}
}

func (f *fronts) of(ts *testscript.TestScript) *front {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.fronts[ts.Name()]
	if s == nil {
		ts.Fatalf("there is no S3 service")
	}
	return s
}

// later moves the clock of restorations.
func (f *fronts) later(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: s3later DURATION")
	}
	d, err := serving.ParseDelay(args[0])
	ts.Check(err)
	f.of(ts).ahead.Add(int64(d))
}

// fail sets a fault for later requests.
func (f *fronts) fail(ts *testscript.TestScript, neg bool, args []string) {
	harms := map[string]coldfront.Harm{
		"refuse": coldfront.Refuse, "lose-request": coldfront.LoseRequest, "lose-answer": coldfront.LoseAnswer,
		"error-in-ok": coldfront.ErrorInOK, "error-after-all": coldfront.ErrorAfterAll,
		"flip": coldfront.Flip, "cut": coldfront.Cut, "tell": coldfront.Tell,
		"gateway": coldfront.Gateway,
	}
	var fault coldfront.Fault
	flags := flag.NewFlagSet("s3fail", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&fault.After, "after", 0, "")
	flags.IntVar(&fault.Times, "times", 1, "")
	flags.IntVar(&fault.Status, "status", 0, "")
	flags.StringVar(&fault.Code, "code", "", "")
	flags.Int64Var(&fault.Bytes, "bytes", 0, "")
	flags.StringVar(&fault.Header, "header", "", "")
	flags.StringVar(&fault.Value, "value", "", "")
	err := flags.Parse(args)
	harm, ok := harms[flags.Arg(0)]
	if err != nil || neg || flags.NArg() != 2 || !ok {
		ts.Fatalf("usage: s3fail [--after N] [--times N] [--status N] [--code CODE] [--bytes N] [--header NAME --value TEXT] HARM OPERATION: %v; harms are %q",
			err, slices.Sorted(maps.Keys(harms)))
	}
	fault.Harm, fault.Operation = harm, flags.Arg(1)
	f.of(ts).Fail(fault)
}
