package pack_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
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

// BenchmarkIndex reads an index: the work for one entry.
func BenchmarkIndex(b *testing.B) {
	const n = 50_000
	data, tail := write(b, pack.WriterOptions{ID: testID}, func(w *pack.Writer) {
		for i := range n {
			e := file(fmt.Sprintf("home/user/directory%d/file%d", i/100, i))
			e.ChangeTime, e.UserName, e.Inode = testTime, "user", uint64(i)
			add(b, w, e, "x")
		}
	})
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if i++; i%n != 1 {
			continue
		}
		for _, err := range tail.Index(b.Context(), bytes.NewReader(data)) {
			if err != nil {
				b.Fatal(err)
			}
		}
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
		packed, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(packed)/float64(size), "ratio")
	}
}
