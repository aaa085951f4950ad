package main

import (
	"context"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"firn/internal/coldfront"
	"firn/internal/otherfront"
)

// another is the service that is not part of firn.
const another = "gofakes3"

// service starts the service of $SERVICE, creates a bucket, and sets the variables for clients and
// $OPTIONS for a vault's URL. It logs the requests to s3.log.
func (f *fronts) service(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: service BUCKET")
	}
	log, err := os.Create(ts.MkAbs("s3.log"))
	ts.Check(err)
	ts.Defer(func() { _ = log.Close() })
	if name := ts.Getenv("SERVICE"); name != another {
		service, err := coldfront.ServiceNamed(name)
		ts.Check(err)
		service.Options.Log = log
		f.startNamed(ts, service, args[0])
		return
	}
	s := otherfront.Open(log)
	ts.Defer(s.Close)
	ts.Check(s.CreateBucket(args[0]))
	useService(ts, s.Endpoint, s.AccessKey, s.SecretKey, s.Region)
	ts.Setenv("OPTIONS", optionsOf("GLACIER", otherfront.Lacks))
}

// startNamed starts a front that answers as the named service does.
func (f *fronts) startNamed(ts *testscript.TestScript, service coldfront.Service, bucket string) {
	s := &front{bucket: bucket}
	service.Options.Now = func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }
	var err error
	s.Front, err = coldfront.Open(context.Background(), service.Options)
	ts.Check(err)
	ts.Defer(func() { ts.Check(s.Close()) })
	create := s.CreateBucket
	if service.Versioned {
		create = s.CreateVersionedBucket
	}
	ts.Check(create(context.Background(), bucket))
	for _, fault := range service.Faults {
		s.Fail(fault)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fronts[ts.Name()] = s
	useService(ts, s.Endpoint, s.AccessKey, s.SecretKey, s.Region)
	ts.Setenv("OPTIONS", optionsOf(service.Class, service.Lacks))
}

// optionsOf returns the options for a vault's URL.
func optionsOf(class, lacks string) string {
	if lacks == "" {
		return "class=" + class
	}
	return "class=" + class + "&lacks=" + lacks
}

func useService(ts *testscript.TestScript, endpoint, access, secret, region string) {
	ts.Setenv("AWS_ENDPOINT_URL_S3", endpoint)
	ts.Setenv("AWS_ACCESS_KEY_ID", access)
	ts.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	ts.Setenv("AWS_REGION", region)
	ts.Setenv("AWS_DEFAULT_REGION", region)
}
