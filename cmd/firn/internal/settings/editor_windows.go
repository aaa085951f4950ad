package settings

import (
	"context"
	"os/exec"
	"syscall"
)

const defaultEditor = "notepad"

// editorCommand returns the command of an editor on a file. cmd.exe reads the editor's text, so
// that it may have options and quoted paths. A path contains no double quotes.
func editorCommand(ctx context.Context, editor, path string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "cmd")
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /s /c "` + editor + ` "` + path + `""`}
	return cmd
}
