// Command torture kills an upload with SIGKILL at random moments and runs the same command
// again until it succeeds. The server's access log then shows that no acknowledged part was
// sent twice. It does the same with the download of the archive: no verified range is
// downloaded twice. scripts/torture.sh builds the programs and starts it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"

	"firn/internal/bench/internal/lab"
)

// vaultName is the vault of the archive.
const vaultName = "torture"

// torture is one run of the command.
type torture struct {
	firn   lab.Firn
	work   string // temporary directory
	size   int64  // bytes of the file
	part   int64  // bytes of a part
	kills  int
	random *rand.Rand
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	size := flag.Int64("mib", 16384, "size of the file, in MiB")
	part := flag.Int64("part-mib", 16, "size of a part, in MiB")
	kills := flag.Int("kills", 10, "how often the upload is killed")
	bin := flag.String("bin", "bin", "directory of firn")
	seed := flag.Uint64("seed", rand.Uint64(), "what decides the moments of the kills")
	flag.Parse()
	if *part < 1 || *kills < 0 || *size/max(*part, segment>>20) <= 2*int64(*kills) {
		return errors.New("there must be many more parts and segments than kills")
	}

	work, err := os.MkdirTemp("", "firn-torture-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	fmt.Printf("%d MiB in parts of %d MiB, %d kills, seed %d\n", *size, *part, *kills, *seed)
	t := &torture{
		firn:   lab.Firn{Binary: filepath.Join(*bin, "firn"), Home: work},
		work:   work,
		size:   *size << 20,
		part:   *part << 20,
		kills:  *kills,
		random: rand.New(rand.NewPCG(*seed, 0)),
	}
	return t.run(ctx)
}

// run does everything: file, server, kills, checks.
func (t *torture) run(ctx context.Context) (err error) {
	file, store, log := filepath.Join(t.work, "file"), filepath.Join(t.work, "store"), filepath.Join(t.work, "access.log")
	if err := lab.RandomFile(file, t.size, 3); err != nil {
		return err
	}
	if err := errors.Join(os.Mkdir(store, 0o700), os.WriteFile(log, nil, 0o600)); err != nil {
		return err
	}
	server, err := t.firn.Serve(ctx, store, log, vaultName)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()

	attempts, err := t.upload(ctx, file, lab.VaultURL(server.Endpoint, vaultName), log)
	if err != nil {
		return err
	}
	if err := audit(os.Stdout, log, attempts, t.parts()); err != nil {
		return err
	}
	if err := prove(ctx, os.Stdout, file, store); err != nil {
		return err
	}
	return t.download(ctx, file, lab.VaultURL(server.Endpoint, vaultName), log)
}

func (t *torture) parts() int { return int((t.size-1)/t.part + 1) }
