package pack_test

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"firn/pack"
)

// BenchmarkWrite writes the source of the Go distribution into a pack. The metric ratio is the
// size of the pack in parts of the source.
func BenchmarkWrite(b *testing.B) {
	root := goSource(b)
	for _, level := range []int{1, 3, 7} {
		b.Run("level="+string(rune('0'+level)), func(b *testing.B) {
			defer processorTime(b, syscall.RUSAGE_SELF)()
			for b.Loop() {
				size, packed := writeTree(b, root, pack.WriterOptions{ID: testID, Created: testTime, Level: level})
				b.SetBytes(size)
				b.ReportMetric(float64(packed)/float64(size), "ratio")
			}
		})
	}
}

// BenchmarkContent writes one large file from memory.
func BenchmarkContent(b *testing.B) {
	contents := map[string]string{"text": sources(b), "noise": noise(1, 64<<20)}
	for _, level := range []int{1, 3, 7} {
		for _, name := range []string{"text", "noise"} {
			content := contents[name]
			b.Run(fmt.Sprintf("level=%d/%s", level, name), func(b *testing.B) {
				b.SetBytes(int64(len(content)))
				defer processorTime(b, syscall.RUSAGE_SELF)()
				for b.Loop() {
					var out counter
					w := begin(b, &out, pack.WriterOptions{ID: testID, Level: level})
					add(b, w, file("a"), content)
					if _, err := w.Close(); err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(out)/float64(len(content)), "ratio")
				}
			})
		}
	}
}

// BenchmarkEntry adds small files: the work for one entry. The metrics are the bytes of an
// entry in the lines and in the pack, and the memory of the Writer.
func BenchmarkEntry(b *testing.B) {
	var out counter
	w := begin(b, &out, pack.WriterOptions{ID: testID, Created: testTime, TempDir: b.TempDir()})
	content := strings.NewReader("")
	n := 0
	defer processorTime(b, syscall.RUSAGE_SELF)()
	b.ReportAllocs()
	for b.Loop() {
		e := pack.Entry{
			Type: pack.TypeFile, Name: fmt.Sprintf("home/user/directory%d/file%d", n/100, n), Size: 100,
			ModTime: testTime.Add(time.Duration(n) * 1_234_567), ChangeTime: testTime.Add(time.Duration(n) * 1_234_567),
			Mode: 0o644, UID: 1000, GID: 1000, UserName: "user", GroupName: "users", Inode: uint64(1_000_000 + n),
		}
		content.Reset(fmt.Sprintf("%0100d", n))
		if _, err := w.Add(b.Context(), e, content); err != nil {
			b.Fatal(err)
		}
		n++
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	data := int64(out)
	tail, err := w.Close()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(tail.IndexSize)/float64(n), "line-B/op")
	b.ReportMetric(float64(tail.PackSize-data)/float64(n), "tail-B/op")
	b.ReportMetric(float64(m.Sys)/(1<<20), "MiB")
}

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

// BenchmarkTarZstd does the same with GNU tar and zstd.
func BenchmarkTarZstd(b *testing.B) {
	root := goSource(b)
	size := int64(0)
	defer processorTime(b, syscall.RUSAGE_CHILDREN)()
	for b.Loop() {
		out, err := exec.Command("sh", "-c", `tar -C "$1" -c . | zstd -q -T0 | wc -c`, "sh", root).Output()
		if err != nil {
			b.Fatal(err)
		}
		if size == 0 {
			size = treeSize(b, root)
		}
		b.SetBytes(size)
		b.ReportMetric(float64(len(out)), "digits")
	}
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
