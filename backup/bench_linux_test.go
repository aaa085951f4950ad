package backup_test

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
)

// BenchmarkTree backs up the source of the Go distribution, encrypted, and once more without
// changes. It reports how much faster the first backup is than tar, zstd and age in a pipe.
func BenchmarkTree(b *testing.B) {
	root, files, size := goSource(b)
	key, err := age.GenerateX25519Identity()
	must(b, err)
	var first, second, pipe span
	for b.Loop() {
		r := newRig(b)
		r.dir = root
		r.o.Recipients = []string{key.Recipient().String()}
		first.add(syscall.RUSAGE_SELF, func() {
			_, err := r.run(context.Background())
			must(b, err)
		})
		second.add(syscall.RUSAGE_SELF, func() {
			_, err := r.run(context.Background())
			must(b, err)
		})
		pipe.add(syscall.RUSAGE_CHILDREN, func() {
			pipeTo(b, root, key.Recipient().String(), filepath.Join(r.cold, "pipe"))
		})
	}
	n := float64(b.N)
	b.ReportMetric(float64(files)*n/first.elapsed, "files/s")
	b.ReportMetric(float64(size)*n/first.elapsed/1e6, "MB/s")
	b.ReportMetric(pipe.elapsed/first.elapsed, "x-pipe")
	b.ReportMetric(pipe.processor/first.processor, "x-pipe-processor")
	b.ReportMetric(float64(files)*n/second.elapsed, "unchanged-files/s")
}

// span is a time in seconds: on the clock, and of the processors. The latter hardly depends on
// the load of the machine.
type span struct{ elapsed, processor float64 }

// add adds the time of f. who is one of syscall.RUSAGE_*.
func (s *span) add(who int, f func()) {
	used := func() float64 {
		var u syscall.Rusage
		_ = syscall.Getrusage(who, &u)
		return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
	}
	begun, before := time.Now(), used()
	f()
	s.elapsed += time.Since(begun).Seconds()
	s.processor += used() - before
}

// goSource returns the source of the Go distribution, how many files it has, and their bytes.
func goSource(b *testing.B) (root string, files, size int64) {
	b.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	must(b, err)
	root = filepath.Join(strings.TrimSpace(string(out)), "src")
	must(b, filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		files++
		info, err := d.Info()
		if err == nil && info.Mode().IsRegular() {
			size += info.Size()
		}
		return err
	}))
	return root, files, size
}

// BenchmarkMixed backs up 512 MiB of files of 1 to 64 MiB, of which a half cannot be compressed,
// beside the same pipe.
func BenchmarkMixed(b *testing.B) {
	root := filepath.Join(b.TempDir(), "mixed")
	must(b, os.Mkdir(root, 0o700))
	total := 0
	for i := 0; total < 512<<20; i++ {
		size := 1 << (20 + i%7)
		text := noise(uint64(i), size/(1+i%2*8))
		must(b, os.WriteFile(filepath.Join(root, strconv.Itoa(i)), []byte(strings.Repeat(text, 1+i%2*8)), 0o600))
		total += size
	}
	key, err := age.GenerateX25519Identity()
	must(b, err)
	var first, pipe span
	for b.Loop() {
		r := newRig(b)
		r.dir = root
		r.o.Recipients = []string{key.Recipient().String()}
		first.add(syscall.RUSAGE_SELF, func() {
			_, err := r.run(context.Background())
			must(b, err)
		})
		pipe.add(syscall.RUSAGE_CHILDREN, func() { pipeTo(b, root, key.Recipient().String(), filepath.Join(r.cold, "pipe")) })
	}
	b.ReportMetric(float64(total)*float64(b.N)/first.elapsed/1e6, "MB/s")
	b.ReportMetric(pipe.elapsed/first.elapsed, "x-pipe")
	b.ReportMetric(pipe.processor/first.processor, "x-pipe-processor")
}

// pipeTo stores a directory by tar, zstd and age.
func pipeTo(b *testing.B, root, recipient, file string) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), "sh", "-c", `tar -C "$1" -cf - . | zstd -q -1 -T0 | age -r "$2" >"$3" && sync "$3"`,
		"sh", root, recipient, file)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
}
