package main

import (
	"context"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// put stores a file as an object of another program. The key is written as in Go.
func (f *fronts) put(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: s3put KEY FILE")
	}
	s := f.of(ts)
	ts.Check(s.Put(context.Background(), s.bucket, keyOf(ts, args[0]), []byte(ts.ReadFile(args[1]))))
}

// begin begins uploads of another program. The keys are written as in Go.
func (f *fronts) begin(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: s3begin KEY...")
	}
	s := f.of(ts)
	for _, key := range args {
		ts.Check(s.Begin(context.Background(), s.bucket, keyOf(ts, key)))
	}
}

func keyOf(ts *testscript.TestScript, written string) string {
	key, err := strconv.Unquote(`"` + written + `"`)
	ts.Check(err)
	return key
}
