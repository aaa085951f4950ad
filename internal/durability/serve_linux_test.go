package durability_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// served is a server under strace for the directory store of a sandbox. The environment of
// the sandbox names the server.
type served struct {
	*sandbox
	cmd   *exec.Cmd
	disk  *disk
	trace string
}

func (s *sandbox) serve() *served {
	t := s.t
	t.Helper()
	v := &served{sandbox: s, trace: filepath.Join(t.TempDir(), "trace"), disk: s.found()}
	v.cmd = v.underStrace(v.trace, words("serve --dir store --listen 127.0.0.1:0 --scrub-rate 0 --inventory-every 0 --retrieval-delay 0s --access-log access.log")...)
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if setting, is := strings.CutPrefix(lines.Text(), "export "); is {
			v.env = append(v.env, setting)
		}
		if strings.Contains(lines.Text(), "AWS_REGION") {
			return v
		}
	}
	t.Fatal("the server did not start")
	return nil
}

// end ends the server and checks its run against the rules.
func (v *served) end(rules ...*rule) {
	v.t.Helper()
	pid, _, _ := strings.Cut(v.read(v.trace), " ")
	process, err := strconv.Atoi(pid)
	if err != nil {
		v.t.Fatal(err)
	}
	if err := syscall.Kill(process, syscall.SIGTERM); err != nil {
		v.t.Fatal(err)
	}
	if err := v.cmd.Wait(); err != nil {
		v.t.Fatal(err)
	}
	v.disk.watch(v.t, readTrace(v.t, v.read(v.trace)), true, rules...)
}

func TestServedUpload(t *testing.T) {
	t.Parallel()
	v := newSandbox(t).serve()
	v.file("a", mib+5)
	v.ok(words("vault create cold")...)
	id := strings.TrimSpace(v.ok(words("upload cold a")...))
	v.end(
		before("say listening", "safe store/credentials.json"),
		before("name store/cold", "flushed store/~ID/vault.json"),
		before("write store/cold/uploads/ID/data", "safe store/cold/uploads/ID/upload.json"),
		before("write store/cold/uploads/ID/parts", "safe store/cold/uploads/ID/data", "safe store/cold/uploads/ID/leaves"),
		before("name store/cold/archives/ID", "safe store/cold/uploads/ID/parts", "flushed store/cold/uploads/ID/data",
			"safe store/cold/archives/ID.json", "safe store/cold/archives/ID.leaves", "safe store/cold/vault.json"),
		before("send HTTP/1.1 201", "safe store/credentials.json", "safe store/cold"),
		before("send HTTP/1.1 204", "safe store/cold/uploads/ID/data", "safe store/cold/uploads/ID/parts"),
	)
	if v.read("store/cold/archives/"+id) != v.read("a") {
		t.Error("the archive has other bytes")
	}
}

func TestServedArchive(t *testing.T) {
	t.Parallel()
	v := newSandbox(t).serve()
	v.file("a", mib+5)
	v.ok(words("vault create cold")...)
	v.ok(words("upload cold a")...)
	v.ok(words("download cold a -o back")...)
	v.ok(words("inventory cold")...)
	v.ok(words("delete cold a --yes")...)
	v.end(
		before("name store/cold/jobs/ID.output"),
		// A finished job still serves the bytes of the archive, so that they are kept.
		before("name store/cold/outputs/ID", "safe store/cold/vault.json", "safe store/cold/count.json", "safe store/cold/changes-*"),
		before("remove store/cold/archives/ID.json", "gone store/cold/archives/ID", "safe store/cold/outputs/ID"),
		before("send HTTP/1.1 202", "safe store/cold/jobs/ID.json"),
	)
	if v.read("back") != v.read("a") {
		t.Error("other bytes came back")
	}
}

// Nothing is kept of an archive that no job serves.
func TestServedDelete(t *testing.T) {
	t.Parallel()
	v := newSandbox(t).serve()
	v.file("a", mib+5)
	v.ok(words("vault create cold")...)
	v.ok(words("upload cold a")...)
	v.ok(words("delete cold a --yes")...)
	v.end(
		before("remove store/cold/archives/ID", "safe store/cold/vault.json", "safe store/cold/count.json", "safe store/cold/changes-*"),
		before("remove store/cold/archives/ID.json", "gone store/cold/archives/ID"),
	)
}

// An upload expires when it has had no request for a month.
func TestServedUploadExpires(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.file("a", mib+5)
	if err := os.Mkdir(filepath.Join(s.dir, "store"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.ok(words("vault create ./store/cold")...)
	s.fails(&fault{kind: "name", path: "store/cold/archives/ID", n: 1}, words("upload ./store/cold a"))
	uploads, err := filepath.Glob(filepath.Join(s.dir, "store/cold/uploads/*/upload.json"))
	if err != nil || len(uploads) != 1 {
		t.Fatalf("%d uploads, %v", len(uploads), err)
	}
	past := time.Now().AddDate(0, -1, 0)
	if err := os.Chtimes(uploads[0], past, past); err != nil {
		t.Fatal(err)
	}
	v := s.serve()
	v.ok(words("multipart list cold")...)
	v.end(before("remove store/cold/uploads/~ID/data", "gone store/cold/uploads/ID"))
}

// This test sets and removes tags of a vault, and changes a setting of the account.
func TestServedSettings(t *testing.T) {
	t.Parallel()
	v := newSandbox(t).serve()
	v.ok(words("vault create cold")...)
	v.ok(words("vault tag cold team=archive")...)
	v.ok(words("vault tag cold --remove team")...)
	v.ok(words("vault retrieval-policy --free-tier")...)
	v.ok(words("vault delete cold --yes")...)
	v.end(
		before("name store/cold/notes/*"),
		before("name store/@notes/*", "safe store/@notes"),
		before("remove store/~ID/vault.json", "gone store/cold"),
	)
}

// A server trusts the names that a killed server left, and therefore flushes them.
func TestServedAgain(t *testing.T) {
	t.Parallel()
	v := newSandbox(t).serve()
	v.ok(words("vault create cold")...)
	v.ok(words("vault retrieval-policy --free-tier")...)
	v.end()
	notes, err := filepath.Glob(filepath.Join(v.dir, "store/@notes/*"))
	if err != nil || len(notes) != 1 {
		t.Fatalf("the notes are %q, %v", notes, err)
	}
	v.unflushed = []string{"store", "store/credentials.json", "store/cold", "store/@notes", "store/@notes/" + filepath.Base(notes[0])}
	v = v.serve()
	v.ok(words("vault show cold")...)
	v.end(before("say listening", "safe store/credentials.json"), before("send HTTP/1.1 200", "safe store/cold/vault.json"))
}

// A server moved the bytes of a deleted archive that a job still serves, and ended before
// it flushed the move.
func TestKeptOutputIsFlushed(t *testing.T) {
	t.Parallel()
	v := newSandbox(t).serve()
	v.file("a", mib+5)
	v.ok(words("vault create cold")...)
	id := strings.TrimSpace(v.ok(words("upload cold a")...))
	v.ok(words("retrieve cold a")...)
	v.ok(words("delete cold a --yes")...)
	v.end()
	v.unflushed = []string{"store/cold/outputs/" + id}
	v.watched(words("upload ./store/cold a"), before("write store/cold/uploads/ID/data", "safe store/cold/outputs/"+id))
}
