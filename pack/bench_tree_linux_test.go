package pack_test

import (
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"firn/pack"
)

// sources returns 64 MiB of the source of the Go distribution.
func sources(b *testing.B) string {
	b.Helper()
	var content strings.Builder
	err := filepath.WalkDir(goSource(b), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || content.Len() >= 64<<20 {
			return err
		}
		data, err := os.ReadFile(path)
		content.Write(data)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return content.String()[:64<<20]
}

// processorTime reports the seconds of processor time of an operation. Unlike the elapsed
// time, it hardly depends on the load of the machine.
func processorTime(b *testing.B, who int) func() {
	b.Helper()
	used := func() float64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			b.Fatal(err)
		}
		return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
	}
	before := used()
	return func() { b.ReportMetric((used()-before)/float64(b.N), "cpu-s/op") }
}

func goSource(b *testing.B) string {
	b.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "src")
}

func treeSize(b *testing.B, root string) (size int64) {
	b.Helper()
	err := filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			info, _ := d.Info()
			size += info.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return size
}

// descriptor reads a file without the poller of the runtime, which costs system calls.
type descriptor int

func (d descriptor) Read(p []byte) (int, error) {
	n, err := syscall.Read(int(d), p)
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return max(n, 0), err
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func writeTree(b *testing.B, root string, o pack.WriterOptions) (size, packed int64) {
	b.Helper()
	var out counter
	w := begin(b, &out, o)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		e := pack.Entry{Name: path[1:], Mode: uint32(info.Mode().Perm()), ModTime: info.ModTime(), ChangeTime: info.ModTime(), Inode: 123456}
		if d.IsDir() {
			e.Type = pack.TypeDir
			_, err = w.Add(b.Context(), e, nil)
			return err
		}
		file, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer syscall.Close(file)
		e.Type, e.Size = pack.TypeFile, info.Size()
		size += e.Size
		_, err = w.Add(b.Context(), e, descriptor(file))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return size, int64(out)
}
