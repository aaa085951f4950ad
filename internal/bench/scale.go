package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"firn/internal/bench/internal/lab"
	"firn/treehash"
	contract "firn/vault"
	"firn/vault/vaulturl"
)

// The largest peak memory of `firn serve` in MiB, and the number of jobs that it lists.
const (
	serverMemoryLimit = 160
	listedJobs        = 10_000
)

// scale measures the time and the memory with which `firn serve` starts over a vault of
// very many small archives and lists it. The files are still in the page cache.
func (b *bench) scale(ctx context.Context, r *report) (err error) {
	for _, pair := range lab.Credentials() {
		name, value, _ := strings.Cut(pair, "=")
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	firn, dir := b.home(), filepath.Join(b.work, "cold")
	fmt.Fprintf(os.Stderr, "making a vault of %d archives\n", b.small)
	if err := lab.Run(firn.Command(ctx, "vault", "create", filepath.Join(dir, vault))); err != nil {
		return err
	}
	archive, err := lab.SmallArchives(filepath.Join(dir, vault), b.small)
	if err == nil {
		err = lab.SmallJobs(filepath.Join(dir, vault), archive, listedJobs, time.Now())
	}
	if err != nil {
		return err
	}

	s := &scaled{rows: r.table(fmt.Sprintf("firn serve over a vault of %d archives of %d bytes and %d jobs",
		b.small, lab.SmallArchive, listedJobs), "act", "wall s", "peak MiB")}
	for _, run := range []struct {
		start string
		lists func(ctx context.Context, url string, archives int64) error
	}{{"start", s.lists}, {"start, after a kill", s.listsAgain}} {
		err := s.serves(run.start, firn.Command(ctx, "serve", "--dir", dir, "--listen", "127.0.0.1:0"), func(url string) error {
			return run.lists(ctx, url, b.small)
		})
		if err != nil {
			return err
		}
	}
	r.atMost(0, "server over very many archives: peak memory, MiB", mebibytes(s.peak), serverMemoryLimit)
	return nil
}

// scaled is a server over very many archives that is being measured.
type scaled struct {
	rows   *table
	server *lab.Server
	peak   int64
}

// serves starts a server, measures the acts of do, and kills the server.
func (s *scaled) serves(start string, serve *exec.Cmd, do func(url string) error) (err error) {
	begun := time.Now()
	if s.server, err = lab.StartServer(serve); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.server.Stop()) }()
	if err := s.took(start, begun); err != nil {
		return err
	}
	return do(lab.VaultURL(s.server.Endpoint, vault))
}

// took records the duration of an act and the server's peak memory during it.
func (s *scaled) took(act string, begun time.Time) error {
	wall := time.Since(begun)
	peak, err := s.server.Peak()
	s.peak = max(s.peak, peak)
	s.rows.add(act, seconds(wall), fmt.Sprintf("%.0f", mebibytes(peak)))
	return err
}

func (s *scaled) lists(ctx context.Context, url string, archives int64) (err error) {
	place, err := vaulturl.OpenPlace(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	v, err := vaulturl.Open(ctx, url, vaulturl.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	vaults := func() error { return listVaults(ctx, place, archives) }
	describe := func() error {
		_, err := place.DescribeVault(ctx, place.Name)
		return err
	}
	// A client that timed out repeats the request, as all clients do; both requests count
	// as one.
	patient := func(ask func() error) func() error {
		return func() error {
			for {
				if err := ask(); !errors.Is(err, contract.ErrUnavailable) {
					return err
				}
			}
		}
	}
	var job contract.JobID
	return s.measure([]act{
		{"ListVaults, the first time: the vault has no record, and is counted", patient(vaults)},
		{"ListVaults", vaults},
		{"DescribeVault", describe},
		{"InitiateJob for the inventory", patient(func() (err error) {
			job, err = v.StartJob(ctx, contract.JobRequest{Kind: contract.RetrieveInventory})
			return err
		})},
		{"GetJobOutput of the inventory", func() error { return drain(ctx, v, job) }},
		{fmt.Sprintf("ListJobs, the first page of %d", 1+listedJobs/50), func() error { return jobs(ctx, v, 50) }},
		{"ListJobs, all pages", func() error { return jobs(ctx, v, listedJobs+1) }},
		{"UploadArchive in one part", func() error { return uploadOne(ctx, v) }},
		{"DescribeVault after that", patient(describe)},
	})
}

// listsAgain measures the server that is started after the first one was killed.
func (s *scaled) listsAgain(ctx context.Context, url string, archives int64) (err error) {
	place, err := vaulturl.OpenPlace(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	v, err := vaulturl.Open(ctx, url, vaulturl.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	return s.measure([]act{
		{"ListVaults, the first time: the vault is opened", func() error { return listVaults(ctx, place, archives+1) }},
		{"ListJobs, the first page, the first time", func() error { return jobs(ctx, v, 50) }},
	})
}

// act is a request of a client.
type act struct {
	name string
	do   func() error
}

func (s *scaled) measure(acts []act) error {
	for _, act := range acts {
		begun := time.Now()
		if err := act.do(); err != nil {
			return fmt.Errorf("%s: %w", act.name, err)
		}
		if err := s.took(act.name, begun); err != nil {
			return err
		}
	}
	return nil
}

// listVaults lists the vaults of an account. Each vault must have at least archives
// archives.
func listVaults(ctx context.Context, place *vaulturl.Place, archives int64) error {
	for info, err := range place.Vaults(ctx, "") {
		if err != nil {
			return err
		}
		if info.Archives < archives {
			return fmt.Errorf("%d archives of %d are counted", info.Archives, archives)
		}
	}
	return nil
}

// drain reads the output of a job to its end.
func drain(ctx context.Context, v contract.Vault, job contract.JobID) error {
	out, err := v.OpenOutput(ctx, job, contract.Range{})
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, out)
	return errors.Join(err, out.Close())
}

// jobs lists want jobs.
func jobs(ctx context.Context, v contract.Vault, want int) error {
	n := 0
	for _, err := range v.Jobs(ctx) {
		if err != nil {
			return err
		}
		if n++; n == want {
			return nil
		}
	}
	return fmt.Errorf("listed %d jobs, want %d", n, want)
}

// uploadOne stores a small archive.
func uploadOne(ctx context.Context, v contract.Vault) error {
	body := strings.Repeat("a", lab.SmallArchive)
	part := contract.Part{Size: lab.SmallArchive, TreeHash: treehash.Sum([]byte(body)), SHA256: treehash.Sum([]byte(body))}
	id, err := v.CreateUpload(ctx, contract.UploadRequest{PartSize: treehash.LeafSize})
	if err != nil {
		return err
	}
	stored, err := v.UploadPart(ctx, id, part, strings.NewReader(body))
	if err != nil {
		return err
	}
	_, err = v.CompleteUpload(ctx, id, contract.Completion{Size: part.Size, TreeHash: part.TreeHash, Parts: []contract.Part{stored}})
	return err
}
