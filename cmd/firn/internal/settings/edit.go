package settings

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
)

const configEditLong = `Open a copy of the configuration in an editor: VISUAL, else EDITOR, else vi
(notepad on Windows). The shell runs the variable, so quote a path with spaces
in it. The copy replaces the file if it is valid. Otherwise firn
says why, and asks whether to edit it again.`

// template is what the editor shows if there is no configuration yet.
const template = `# The configuration of firn. "firn help config" explains it.

# [defaults]
# tier = "Bulk"

# [vault.photos]
# url = "s3://cold-photos/family"
# class = "DEEP_ARCHIVE"
# profile = "backup"
`

func newConfigEdit(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "edit",
		Short:   "Edit the configuration",
		Long:    configEditLong,
		Example: "  firn config edit",
		Args:    cli.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.NeedConfigPath(); err != nil {
				return err
			}
			return edit(cmd.Context(), p)
		},
	}
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusRefused)
}

// edit lets the user edit a copy until it is valid, and then gives it the name of the
// configuration. A copy that stays invalid is kept.
func edit(ctx context.Context, p *cli.Program) error {
	target, err := behindLinks(p.ConfigPath)
	if err != nil {
		return err
	}
	draft, err := newDraft(target)
	if err != nil {
		return err
	}
	for {
		if err := runEditor(ctx, draft); err != nil {
			return errors.Join(err, os.Remove(draft))
		}
		_, invalid := p.CheckConfig(draft)
		if invalid == nil {
			return replace(target, draft)
		}
		invalid = cli.UsageError("the edited configuration is not valid: %w", invalid)
		kept := "the configuration is unchanged; your edits are in " + term.ShellCommand(draft)
		if !p.CanAsk() {
			return cli.WithHint(invalid, kept)
		}
		p.UI.Say("firn: %s", term.ErrorText(invalid))
		if err := p.Confirm(ctx, "edit it again?"); err != nil {
			return cli.WithHint(err, kept)
		}
	}
}

// behindLinks returns the file to replace: where the configuration is a symbolic link, as among
// dot files that are kept elsewhere, the link stays.
func behindLinks(path string) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil
	}
	return target, err
}

// newDraft creates a copy of the configuration beside it and returns its path.
func newDraft(path string) (string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = []byte(template), os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "draft-*.toml") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	return f.Name(), errors.Join(err, f.Close())
}

// replace makes the draft the configuration.
func replace(path, draft string) error {
	text, err := os.ReadFile(draft)
	if err != nil {
		return err
	}
	err = cli.WriteWhole(path, true, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err != nil {
		return cli.WithHint(err, "your edits are in "+term.ShellCommand(draft))
	}
	return os.Remove(draft)
}

// runEditor runs the user's editor on the terminal.
func runEditor(ctx context.Context, path string) error {
	editor := os.Getenv("VISUAL")
	if editor == "" {
		editor = os.Getenv("EDITOR")
	}
	if strings.TrimSpace(editor) == "" {
		editor = defaultEditor
	}
	cmd := editorCommand(ctx, editor, path)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return cli.WithHint(fmt.Errorf("the editor %q failed: %w", editor, err), "name another one in the variable EDITOR")
	}
	return nil
}
