package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// as runs the following commands with the keys of a user who has the rights below a heading of
// docs/s3.md. The bucket's policy grants them, and replaces the rights of an earlier user.
func (f *fronts) as(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 || len(args) == 1 && args[0] != "root" {
		ts.Fatalf("usage: s3as HEADING PREFIX | s3as root")
	}
	s := f.of(ts)
	access, secret := s.AccessKey, s.SecretKey
	if len(args) > 1 {
		access = strings.ReplaceAll(args[0], " ", "-")
		secret = "the-secret-of-" + access
		ts.Check(s.CreateUser(context.Background(), access, secret))
		text := policyBelow(ts, args[0])
		text = strings.NewReplacer("BUCKET", s.bucket, "PREFIX", args[1]).Replace(text)
		ts.Check(s.SetPolicy(context.Background(), s.bucket, bucketPolicy(ts, text, access)))
	}
	ts.Setenv("AWS_ACCESS_KEY_ID", access)
	ts.Setenv("AWS_SECRET_ACCESS_KEY", secret)
}

// policyBelow returns the first block of JSON below a heading of docs/s3.md.
func policyBelow(ts *testscript.TestScript, heading string) string {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "s3.md"))
	ts.Check(err)
	_, below, found := strings.Cut(string(page), "\n### "+heading+"\n")
	below, _, _ = strings.Cut(below, "\n#")
	_, block, hasBlock := strings.Cut(below, "\n```json\n")
	if !found || !hasBlock {
		ts.Fatalf("docs/s3.md has no JSON below a heading %q", heading)
	}
	block, _, _ = strings.Cut(block, "\n```\n")
	return block
}

// bucketPolicy turns the policy of a user into one of a bucket, which names the user.
func bucketPolicy(ts *testscript.TestScript, text, user string) string {
	var policy struct {
		Version   string
		Statement []map[string]any
	}
	ts.Check(json.Unmarshal([]byte(text), &policy))
	for _, s := range policy.Statement {
		s["Principal"] = user
	}
	whole, err := json.Marshal(policy)
	ts.Check(err)
	return string(whole)
}
