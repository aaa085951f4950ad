package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// resident runs a command as a user whose entry in the passwd file tells this home
// directory: in namespaces of its own, where that file is another one.
func resident(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: resident HOME STATUS COMMAND...")
	}
	entry := fmt.Sprintf("root:x:0:0:root:%s:/bin/sh\n", args[0])
	ts.Check(os.WriteFile(ts.MkAbs("passwd"), []byte(entry), 0o600))
	inside := []string{"-rm", "sh", "-c", `mount --bind passwd /etc/passwd && exec "$@"`, "sh"}
	if got := exitStatus(ts.Exec("unshare", append(inside, args[2:]...)...)); strconv.Itoa(got) != args[1] {
		ts.Fatalf("exit status %d, not %s", got, args[1])
	}
}

// scriptCondition tells scripts what the machine can do.
func scriptCondition(name string) (bool, error) {
	if name == "namespaces" {
		return exec.Command("unshare", "-rm", "mount", "--bind", "/etc/passwd", "/etc/passwd").Run() == nil, nil
	}
	if name == "root" {
		return os.Geteuid() == 0, nil // who alone can give files away
	}
	return false, fmt.Errorf("there is no condition %q", name)
}
