package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// resident runs a command as a user with this home directory in the passwd file. It uses
// namespaces in which that file is replaced.
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

// scriptCondition reports what the machine can do.
func scriptCondition(name string) (bool, error) {
	if name == "namespaces" {
		return exec.Command("unshare", "-rm", "mount", "--bind", "/etc/passwd", "/etc/passwd").Run() == nil, nil
	}
	if name == "root" {
		return os.Geteuid() == 0, nil // only root can change the owner of a file
	}
	return false, fmt.Errorf("there is no condition %q", name)
}
