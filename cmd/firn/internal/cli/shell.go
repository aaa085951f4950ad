package cli

import (
	"context"
	"os"
	"os/exec"
	"runtime"
)

// RunShell runs a command of the user in the shell of the system, with further variables in its
// environment. What it prints goes to standard error, because standard output is for results.
func (p *Program) RunShell(ctx context.Context, command string, variables ...string) error {
	shell := []string{"sh", "-c"}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/C"}
	}
	cmd := exec.CommandContext(ctx, shell[0], shell[1], command)
	cmd.Env = append(os.Environ(), variables...)
	file, release := p.UI.Hold()
	defer release()
	cmd.Stdout, cmd.Stderr = file, file
	return cmd.Run()
}
