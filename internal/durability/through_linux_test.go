package durability_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// scenario is a command that runs under every fault, and a check of the result of the next
// run.
type scenario struct {
	name    string
	prepare func(t *testing.T) *sandbox
	args    []string
	input   string // file that becomes the standard input
	within  string // directory with faults; empty for all. One scenario covers the faults of the catalog
	right   func(t *testing.T, s *sandbox, out string)
}

func scenarios() []scenario {
	return []scenario{
		{name: "upload", prepare: warmVault, args: words("upload ./v a --concurrency 1"), within: "v", right: oneArchive},
		{name: "stream", prepare: warmVault, args: words("upload ./v - --part-size 1MiB --spool-dir tmp --description d --concurrency 1"), input: "a", within: "v", right: storedAtLeastOnce},
		{name: "first", prepare: withVault, args: words("upload ./v a"), within: "home", right: oneArchive},
		{name: "download", prepare: withOut, args: words("download ./v a -o out/back"), within: "out", right: cameBack},
		{name: "delete", prepare: inventoried, args: words("delete ./v a --yes"), within: "v", right: noArchive},
		{name: "export", prepare: withOut, args: words("catalog export -o out/copy.jsonl --force"), within: "out", right: exported},
	}
}

// TestFaults makes every flush of a command fail in turn, and every third write and rename.
// With the tag torture, every write and rename fails in turn.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range scenarios() {
		for _, f := range []fault{
			{kind: "flush", error: syscall.EIO},
			{kind: "write", error: syscall.EIO},
			{kind: "name", error: syscall.EIO},
			{kind: "flush", error: syscall.ENOSPC, onward: true}, // the disk stays full
			{kind: "write", error: syscall.ENOSPC, onward: true},
			{kind: "name", error: syscall.ENOSPC, onward: true},
		} {
			t.Run(fmt.Sprintf("%s %s %d", c.name, f.kind, f.error), func(t *testing.T) {
				t.Parallel()
				s := c.prepare(t)
				s.save()
				for f.n = 1; c.underFault(t, s, f); f.n += f.step() {
					s.restore()
				}
				if f.n == 1 && f.kind != "name" {
					t.Error("there was none")
				}
			})
		}
	}
}

// underFault runs the command under a fault, then without, and reports whether the fault
// struck. A run is checked against the rules if a single flush fails, or if firn claims
// success despite the fault.
func (c scenario) underFault(t *testing.T, s *sandbox, f fault) bool {
	t.Helper()
	f.within = c.within
	r := run{}
	d := newDisk(t, s.dir)
	carried := f.kind == "flush" && !f.onward // strace is slow
	seen := carried
	if !seen {
		s.give(c.input)
		r = s.underFaults(&f, s.command(s.shim(), c.args...))
		if r.status == 0 {
			s.restore()
			d, seen, f = newDisk(t, s.dir), true, f.anew()
		}
	}
	if seen {
		r = c.seen(t, s, d, s.shim(), &f)
	}
	if f.hit == "" {
		if r.status != 0 {
			t.Fatalf("without a fault: status %d\n%s", r.status, r.errors)
		}
		return false
	}
	again := run{}
	if carried {
		again = c.seen(t, s, d, os.Getenv(firnVariable), nil)
	} else {
		s.give(c.input)
		again = s.firn(c.args...)
	}
	if again.status != 0 {
		t.Errorf("the next run: status %d\n%s", again.status, again.errors)
	} else {
		c.right(t, s, again.out)
	}
	if t.Failed() {
		t.Logf("%v %d: %s failed; firn ended with status %d: %s", f.error, f.n, f.hit, r.status, r.errors)
	}
	return !t.Failed()
}

// seen also runs the command under strace and checks the run against the rules.
func (c scenario) seen(t *testing.T, s *sandbox, d *disk, program string, f *fault) (r run) {
	t.Helper()
	trace := filepath.Join(t.TempDir(), "trace")
	s.give(c.input)
	cmd := s.underStraceAs(trace, program, c.args...)
	if f == nil {
		r = s.finish(cmd)
	} else {
		r = s.underFaults(f, cmd)
	}
	d.watch(t, readTrace(t, s.read(trace)), r.status == 0)
	return r
}

// save copies the sandbox.
func (s *sandbox) save() {
	s.t.Helper()
	s.saved = s.t.TempDir()
	if r := s.finish(s.command("cp", "-a", s.dir+"/.", s.saved)); r.status != 0 {
		s.t.Fatal(r.errors)
	}
}

// restore restores the sandbox from its copy.
func (s *sandbox) restore() {
	s.t.Helper()
	if r := s.finish(s.command("sh", "-c", `rm -rf "$0" && cp -a "$1" "$0"`, s.dir, s.saved)); r.status != 0 {
		s.t.Fatal(r.errors)
	}
}

func (s *sandbox) give(file string) {
	if file != "" {
		s.input = s.read(file)
	}
}

// warmVault returns a sandbox with a catalog, since its creation is another test's subject.
func warmVault(t *testing.T) *sandbox {
	t.Helper()
	s := withVault(t)
	s.file("other", 10)
	id := strings.TrimSpace(s.ok(words("upload ./v other")...))
	s.ok("delete", "./v", "--yes", "--", id)
	return s
}

// inventoried returns a sandbox with an archive and an inventory that lists it.
func inventoried(t *testing.T) *sandbox {
	t.Helper()
	s, _ := withArchive(t)
	s.ok(words("inventory ./v")...)
	return s
}

// withOut returns a sandbox with an archive, and a directory to download it into.
func withOut(t *testing.T) *sandbox {
	t.Helper()
	s, _ := withArchive(t)
	if err := os.Mkdir(filepath.Join(s.dir, "out"), 0o700); err != nil {
		t.Fatal(err)
	}
	return s
}

func archives(t *testing.T, s *sandbox) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, "v/archives/*"))
	if err != nil {
		t.Fatal(err)
	}
	var data []string
	for _, path := range found {
		if filepath.Ext(path) == "" {
			data = append(data, path)
		}
	}
	return data
}

// oneArchive checks that the vault has one archive, with the id that firn printed and the
// bytes of a.
func oneArchive(t *testing.T, s *sandbox, out string) {
	t.Helper()
	there := archives(t, s)
	if len(there) != 1 || filepath.Base(there[0]) != strings.TrimSpace(out) {
		t.Errorf("firn says %q, and there are %q", out, there)
		return
	}
	if s.read(there[0]) != s.read("a") {
		t.Error("the archive has other bytes")
	}
	if listed := s.ok(words("list ./v --json")...); strings.Count(listed, "\n") != 1 {
		t.Errorf("on record are:\n%s", listed)
	}
}

// storedAtLeastOnce checks the result of a stream. The contents of a stream are known only
// after reading it. If a run fails while it completes the upload, the next run completes
// that upload and then stores its own stream.
func storedAtLeastOnce(t *testing.T, s *sandbox, out string) {
	t.Helper()
	there := archives(t, s)
	if len(there) == 0 || len(there) > 2 || s.read("v/archives/"+strings.TrimSpace(out)) != s.read("a") {
		t.Errorf("firn says %q, and there are %q", out, there)
	}
	for _, path := range there {
		if s.read(path) != s.read("a") {
			t.Errorf("%q has other bytes", path)
		}
	}
}

func noArchive(t *testing.T, s *sandbox, _ string) {
	t.Helper()
	if there := archives(t, s); len(there) > 0 {
		t.Errorf("there are still %q", there)
	}
}

func cameBack(t *testing.T, s *sandbox, _ string) {
	t.Helper()
	if s.read("out/back") != s.read("a") {
		t.Error("other bytes came back")
	}
	if len(archives(t, s)) != 1 {
		t.Error("the archive is gone")
	}
}

func exported(t *testing.T, s *sandbox, _ string) {
	t.Helper()
	_, then, _ := strings.Cut(s.read("out/copy.jsonl"), "\n") // the first line has the time
	_, now, _ := strings.Cut(s.ok(words("catalog export")...), "\n")
	if now == "" || then != now {
		t.Error("the export is another one")
	}
}
