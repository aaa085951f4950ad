//go:build !windows

package settings

import (
	"context"
	"os/exec"
)

const defaultEditor = "vi"

// editorCommand returns the command of an editor on a file. The shell reads the editor's text,
// as git's does, so that it may have options and quoted paths.
func editorCommand(ctx context.Context, editor, path string) *exec.Cmd {
	return exec.CommandContext(ctx, "sh", "-c", editor+` "$@"`, editor, path)
}
