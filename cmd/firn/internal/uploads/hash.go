package uploads

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/source"
	"firn/treehash"
)

const hashLong = `Print the tree hash, the SHA-256 and the name of each FILE, separated by two
spaces.

A vault identifies the content of an archive by its tree hash: SHA-256 over
pieces of 1 MiB, combined in pairs. If FILE is -, firn reads standard input. It
uses all processor cores.`

const hashExample = `  firn hash june.tar
  firn hash --json *.tar`

// hashObject is a file's hashes on standard output.
type hashObject struct {
	MessageType string        `json:"message_type"`
	File        string        `json:"file"`
	Size        int64         `json:"size"`
	TreeHash    treehash.Hash `json:"tree_hash"`
	SHA256      treehash.Hash `json:"sha256"`
}

// NewHash returns the command firn hash.
func NewHash(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "hash FILE...",
		Short:   "Print the tree hash and SHA-256 of files",
		Long:    hashLong,
		Example: hashExample,
		Args:    cli.Takes(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.Each("file", args, func(path string) error { return cli.OfFile(runHash(cmd.Context(), p, path), path) })
		},
	}
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusPartial, cli.StatusInterrupted)
}

func runHash(ctx context.Context, p *cli.Program, path string) error {
	sums, err := sums(ctx, p, path)
	if err != nil && ctx.Err() == nil {
		var pathError *fs.PathError // it would name the file again
		if errors.As(err, &pathError) {
			err = pathError.Err
		}
		return fmt.Errorf("%q %w: %w", path, source.ErrUnreadable, err)
	}
	if err != nil {
		return context.Cause(ctx)
	}
	if p.JSON {
		err = p.Out.Object(hashObject{"hash", path, sums.Size, sums.Tree, sums.SHA256})
	} else {
		p.Out.Line("%s  %s  %s", sums.Tree, sums.SHA256, term.Show(path))
	}
	return errors.Join(err, p.Out.Flush())
}

const hashBuffer = 1 << 20

func sums(ctx context.Context, p *cli.Program, path string) (treehash.Sums, error) {
	if path == "-" {
		return treehash.Read(ctx, p.Stdin, make([]byte, hashBuffer))
	}
	f, err := os.Open(path)
	if err != nil {
		return treehash.Sums{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return treehash.Sums{}, err
	case info.IsDir():
		return treehash.Sums{}, errors.New("it is a directory")
	case !info.Mode().IsRegular():
		return treehash.Read(ctx, f, make([]byte, hashBuffer))
	}
	return treehash.ReadAt(ctx, f, info.Size(), runtime.GOMAXPROCS(0))
}
