package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"firn/internal/bench/internal/lab"
)

// The contenders of the server.
const (
	serveName   = "firn serve"
	keepName    = "floor: write, flush to the disk"
	readName    = "floor: read"
	noScrubbing = "--scrub-rate=0"
)

// server measures the costs of `firn serve` when it receives an archive durably and when it
// sends it, beside a program that only writes or reads the same bytes. It measures CPU and
// memory of the server, and the wall time of its client.
func (b *bench) server(ctx context.Context, r *report) error {
	s := &served{bench: b, store: filepath.Join(b.work, "served"), plain: filepath.Join(b.work, "plain")}
	hash, err := treeHash(ctx, b.file)
	if err != nil {
		return err
	}
	if s.target, err = b.newTarget(b.size, hash); err != nil {
		return err
	}
	receiving := &group{
		title:   fmt.Sprintf("receiving %d MiB", b.size>>20),
		size:    b.size,
		base:    serveName,
		prepare: func() error { return errors.Join(os.RemoveAll(s.plain), b.warm()) },
		contenders: []*contender{
			{name: serveName, run: s.receive},
			program(keepName, func(ctx context.Context) *exec.Cmd {
				return exec.CommandContext(ctx, b.tool("floor"), "keep", b.file, s.plain)
			}),
		},
	}
	serving := &group{
		title:   fmt.Sprintf("serving %d MiB, every MiB compared with its hash", b.size>>20),
		size:    b.size,
		base:    serveName,
		prepare: func() error { return errors.Join(warm(s.plain), s.target.blank()) },
		contenders: []*contender{
			{name: serveName, run: s.serve},
			program(readName, func(ctx context.Context) *exec.Cmd { return exec.CommandContext(ctx, b.tool("floor"), "read", s.plain) }),
		},
	}
	if err := interleave(ctx, b.rounds, receiving, serving); err != nil {
		return err
	}
	r.usages("The server: its own CPU and memory, its client's wall time", receiving, serving)
	return errors.Join(os.RemoveAll(s.store), os.Remove(s.plain))
}

// served is a directory over which a server is started for each run.
type served struct {
	*bench
	store   string // the directory
	plain   string // a plain file with the same bytes
	archive restorable
	target  *target
}

// receive measures a server that receives an archive into an empty directory.
func (s *served) receive(ctx context.Context) (usage, error) {
	if err := os.RemoveAll(s.store); err != nil {
		return usage{}, err
	}
	firn := s.home()
	return s.during(ctx, firn, func(endpoint string) (u usage, err error) {
		if u, err = measure(ctx, s.upload(ctx, firn, endpoint, s.file)); err == nil {
			s.archive, err = s.fill(ctx, firn, endpoint)
		}
		return u, err
	})
}

// serve measures a server that sends the archive that it has received.
func (s *served) serve(ctx context.Context) (usage, error) {
	return s.during(ctx, s.home(), func(endpoint string) (usage, error) {
		a := s.archive
		a.endpoint = endpoint
		return s.target.into(ctx, s.floorGet(ctx, a, s.target.part()))
	})
}

// during measures a server while a client works. client returns its own costs.
func (s *served) during(ctx context.Context, firn lab.Firn, client func(endpoint string) (usage, error)) (usage, error) {
	server, err := firn.Serve(ctx, s.store, "", vault, noScrubbing)
	if err != nil {
		return usage{}, err
	}
	u, err := client(server.Endpoint)
	if err := errors.Join(err, server.Stop()); err != nil {
		return usage{}, err
	}
	return spent(server.Ended(), u.wall), nil
}
