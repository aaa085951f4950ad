package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"firn/internal/bench/internal/lab"
)

// The programs that store directories.
const (
	pipeName     = "tar | zstd -T0 | age"
	fastPipeName = "tar | zstd -T0 -1 | age"
	resticName   = "restic"
	kopiaName    = "kopia, zstd-fastest"
)

// rival is a program that stores directories in a repository, which is a directory.
type rival struct {
	name    string
	one     bool // it restores one file without the others, and stores only what changed
	at      string
	create  func(ctx context.Context, at string) error
	backup  func(ctx context.Context, tree string) *exec.Cmd
	restore func(ctx context.Context, tree, path, to string) *exec.Cmd
}

// renew empties the repository.
func (v *rival) renew(ctx context.Context) error {
	if err := errors.Join(os.RemoveAll(v.at), os.MkdirAll(v.at, 0o700)); err != nil {
		return err
	}
	return v.create(ctx, v.at)
}

// stored returns the bytes of the archives in the repository.
func (v *rival) stored() (bytes int64, err error) {
	err = filepath.WalkDir(filepath.Join(v.at, "stored"), func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}

// rivals returns the programs that are compared, firn first.
func (b *bench) rivals(ctx context.Context) ([]*rival, error) {
	identity := filepath.Join(b.work, "identity")
	if err := lab.Run(exec.CommandContext(ctx, "age-keygen", "-o", identity)); err != nil {
		return nil, err
	}
	recipient, err := exec.CommandContext(ctx, "age-keygen", "-y", identity).Output()
	if err != nil {
		return nil, err
	}
	to := strings.TrimSpace(string(recipient))
	return []*rival{
		b.firnBackup(identity, to), b.pipe(pipeName, "-3", identity, to), b.pipe(fastPipeName, "-1", identity, to), b.restic(), b.kopia(),
	}, nil
}

func (b *bench) firnBackup(identity, recipient string) *rival {
	at := filepath.Join(b.work, "with-firn")
	firn := lab.Firn{Binary: b.tool("firn"), Home: filepath.Join(at, "home")}
	vault := filepath.Join(at, "stored")
	return &rival{
		name: firnName, one: true, at: at,
		create: func(ctx context.Context, _ string) error { return lab.Run(firn.Command(ctx, "vault", "create", vault)) },
		backup: func(ctx context.Context, tree string) *exec.Cmd {
			return firn.Command(ctx, "backup", vault, tree, "--recipient", recipient, "--key-elsewhere", "--quiet")
		},
		restore: func(ctx context.Context, _, path, to string) *exec.Cmd {
			return firn.Command(ctx, "restore", vault, path, "--to", to, "--identity", identity, "--quiet")
		},
	}
}

// pipe is a pipe of standard programs, which has neither a record nor an index.
func (b *bench) pipe(name, level, identity, recipient string) *rival {
	at := filepath.Join(b.work, "with-pipe"+level)
	file := filepath.Join(at, "stored", "file")
	shell := func(ctx context.Context, script string, args ...string) *exec.Cmd {
		return b.peer(ctx, "bash", append([]string{"-o", "pipefail", "-c", script, "pipe"}, args...)...)
	}
	return &rival{
		name: name, at: at,
		create: func(context.Context, string) error { return os.MkdirAll(filepath.Dir(file), 0o700) },
		backup: func(ctx context.Context, tree string) *exec.Cmd {
			return shell(ctx, `tar -C / -cf - "${1#/}" | zstd -q -T0 "$2" | age -r "$3" >"$4"`, tree, level, recipient, file)
		},
		restore: func(ctx context.Context, _, _, to string) *exec.Cmd {
			return shell(ctx, `age -d -i "$1" "$2" | zstd -q -d | tar -C "$3" -xf -`, identity, file, to)
		},
	}
}

func (b *bench) restic() *rival {
	at := filepath.Join(b.work, "with-restic")
	run := func(ctx context.Context, args ...string) *exec.Cmd {
		cmd := b.peer(ctx, b.tool("restic"), append([]string{"--quiet", "--cache-dir", filepath.Join(at, "cache")}, args...)...)
		cmd.Env = append(cmd.Env, "RESTIC_PASSWORD=bench", "RESTIC_REPOSITORY="+filepath.Join(at, "stored"))
		return cmd
	}
	return &rival{
		name: resticName, one: true, at: at,
		create: func(ctx context.Context, _ string) error { return lab.Run(run(ctx, "init")) },
		backup: func(ctx context.Context, tree string) *exec.Cmd { return run(ctx, "backup", tree) },
		restore: func(ctx context.Context, _, path, to string) *exec.Cmd {
			return run(ctx, "restore", "latest", "--target", to, "--include", path)
		},
	}
}

func (b *bench) kopia() *rival {
	at := filepath.Join(b.work, "with-kopia")
	run := func(ctx context.Context, args ...string) *exec.Cmd {
		cmd := b.peer(ctx, b.tool("kopia"), args...)
		cmd.Env = append(cmd.Env, "KOPIA_PASSWORD=bench", "KOPIA_CONFIG_PATH="+filepath.Join(at, "config"),
			"KOPIA_CACHE_DIRECTORY="+filepath.Join(at, "cache"), "KOPIA_LOG_DIR="+filepath.Join(at, "log"), "KOPIA_CHECK_FOR_UPDATES=false")
		return cmd
	}
	return &rival{
		name: kopiaName, one: true, at: at,
		create: func(ctx context.Context, at string) error {
			stored := filepath.Join(at, "stored")
			if err := os.Mkdir(stored, 0o700); err != nil {
				return err
			}
			if err := lab.Run(run(ctx, "repository", "create", "filesystem", "--path", stored)); err != nil {
				return err
			}
			return lab.Run(run(ctx, "policy", "set", "--global", "--compression=zstd-fastest"))
		},
		backup: func(ctx context.Context, tree string) *exec.Cmd {
			return run(ctx, "snapshot", "create", "--no-progress", tree)
		},
		restore: func(ctx context.Context, _, path, to string) *exec.Cmd {
			return run(ctx, "snapshot", "restore", path, filepath.Join(to, "all"))
		},
	}
}
