package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/uploads"
	"firn/treehash"
)

// newCommand returns the program with all of its commands.
func newCommand(args []string, stdin, stdout, stderr *os.File) *cli.Program {
	p := cli.NewProgram(args, stdin, stdout, stderr)
	p.Root = newRoot(p)
	p.Root.SetArgs(args[1:])
	return p
}

// run executes the command line and returns the exit status.
func run(ctx context.Context, p *cli.Program) cli.Status {
	p.Distrust(treehash.Fault())
	name := strings.TrimSuffix(filepath.Base(p.Args[0]), ".exe")
	if name == uploads.OldName {
		return p.End(uploads.UploadLarge(ctx, p, p.Args[1:]))
	}
	if err := p.CheckHyphens(); err != nil {
		return p.End(err)
	}
	return p.End(p.Root.ExecuteContext(ctx))
}
