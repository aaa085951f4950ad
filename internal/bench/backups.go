package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"firn/internal/bench/internal/lab"
)

// The shape of the trees of many files.
const (
	tinySize     = 100 // bytes of a file
	filesInADir  = 100
	mixedSize    = 4 << 30 // bytes of the tree of mixed files
	largestMixed = 64 << 20
)

// backups compares firn with other programs that store directories: the first backup of the
// sources of Go and of a tree of mixed files, the restore of one file and of all, and the first
// and an unchanged second backup of very many files. All of them encrypt, and write into a
// local directory.
func (b *bench) backups(ctx context.Context, r *report) error {
	rivals, err := b.rivals(ctx)
	if err != nil {
		return err
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	sources := filepath.Join(strings.TrimSpace(string(root)), "src")
	mixed := filepath.Join(b.work, "mixed")
	if err := makeMixed(mixed, sources); err != nil {
		return err
	}
	for _, tree := range []string{sources, mixed} {
		if err := b.backUpTree(ctx, r, rivals, tree); err != nil {
			return err
		}
	}
	return b.backUpTwice(ctx, r, rivals)
}

// backUpTree measures first backups of a tree, and restores from the last of them.
func (b *bench) backUpTree(ctx context.Context, r *report, rivals []*rival, tree string) error {
	files, bytes, err := sizeOf(tree)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("%d files, %d MiB", files, bytes>>20)
	first := &group{title: "first backup", base: firnName, size: bytes, prepare: warmTree(tree)}
	whole := &group{title: "restore of all files", base: firnName, size: bytes, prepare: nothing}
	one := &group{title: "restore of one file", base: firnName, size: bytes, prepare: nothing}
	single, err := someFile(tree)
	if err != nil {
		return err
	}
	for _, v := range rivals {
		first.contenders = append(first.contenders, &contender{name: v.name, run: func(ctx context.Context) (usage, error) {
			if err := v.renew(ctx); err != nil {
				return usage{}, err
			}
			return measure(ctx, v.backup(ctx, tree))
		}})
		whole.contenders = append(whole.contenders, b.restoring(v, tree, tree))
		if v.one {
			one.contenders = append(one.contenders, b.restoring(v, tree, single))
		}
	}
	if err := interleave(ctx, b.rounds, first, whole, one); err != nil {
		return err
	}
	t := r.table("Backup of "+title, "program", "n", "CPU s", "x firn", "wall s", "x firn", "MB/s", "stored MiB", "peak MiB")
	for _, g := range []*group{first, whole, one} {
		t.group(g.title)
		for i, c := range g.contenders {
			u := g.of(c.name)
			stored, rate := "-", "-"
			if g == first {
				n, err := rivals[i].stored()
				if err != nil {
					return err
				}
				stored = fmt.Sprintf("%.0f", mebibytes(n))
			}
			if g != one {
				rate = fmt.Sprintf("%.0f", float64(g.size)/1e6/u.wall.Seconds())
			}
			t.add(c.name, strconv.Itoa(len(c.runs)), seconds(u.cpu), fmt.Sprintf("%.2f", g.cpu(c.name, g.base)),
				seconds(u.wall), fmt.Sprintf("%.2f", g.wall(c.name, g.base)), rate, stored, fmt.Sprintf("%.0f", mebibytes(u.peak)))
		}
	}
	r.atLeast(0, "backup of "+title+": times as fast as tar | zstd -T0 | age", first.wall(pipeName, firnName), 1.2)
	r.atLeast(0, "backup of "+title+": times as fast as restic", first.wall(resticName, firnName), 1)
	return nil
}

// restoring is the restore of a path of the tree that was backed up last.
func (b *bench) restoring(v *rival, tree, path string) *contender {
	return &contender{name: v.name, run: func(ctx context.Context) (u usage, err error) {
		to, err := os.MkdirTemp(b.work, "restored-")
		if err != nil {
			return usage{}, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(to)) }()
		return measure(ctx, v.restore(ctx, tree, path, to))
	}}
}

// backUpTwice measures the first and the second backup of a tree of very many files, of which
// nothing changed in between. Memory counts as much as time.
func (b *bench) backUpTwice(ctx context.Context, r *report, rivals []*rival) error {
	tree := filepath.Join(b.work, "many")
	if err := makeMany(tree, b.tiny); err != nil {
		return err
	}
	first := &group{title: "first backup", base: firnName, prepare: nothing}
	second := &group{title: "second backup, nothing changed", base: firnName, prepare: nothing}
	for _, v := range rivals {
		if !v.one {
			continue
		}
		first.contenders = append(first.contenders, &contender{name: v.name, rounds: 1, run: func(ctx context.Context) (usage, error) {
			if err := v.renew(ctx); err != nil {
				return usage{}, err
			}
			return measure(ctx, v.backup(ctx, tree))
		}})
		second.contenders = append(second.contenders, &contender{name: v.name, rounds: 1, run: func(ctx context.Context) (usage, error) {
			return measure(ctx, v.backup(ctx, tree))
		}})
	}
	if err := interleave(ctx, 1, first, second); err != nil {
		return err
	}
	t := r.table(fmt.Sprintf("Backup of %d files of %d bytes", b.tiny, tinySize), "program", "CPU s", "x firn", "wall s", "x firn", "files/s", "peak MiB")
	for _, g := range []*group{first, second} {
		t.group(g.title)
		for _, c := range g.contenders {
			u := g.of(c.name)
			t.add(c.name, seconds(u.cpu), fmt.Sprintf("%.2f", g.cpu(c.name, g.base)), seconds(u.wall),
				fmt.Sprintf("%.2f", g.wall(c.name, g.base)), fmt.Sprintf("%.0f", float64(b.tiny)/u.wall.Seconds()), fmt.Sprintf("%.0f", mebibytes(u.peak)))
		}
	}
	r.atMost(0, fmt.Sprintf("backup of %d files: peak memory, MiB", b.tiny), mebibytes(first.of(firnName).peak), memoryOfBackup)
	r.atMost(0, "unchanged second backup: times the time of restic", second.wall(firnName, resticName), 1)
	return nil
}

// memoryOfBackup is the largest peak memory of a backup of a million files, in MiB.
const memoryOfBackup = 256

func nothing() error { return nil }

// sizeOf returns how many regular files a tree has, and their bytes.
func sizeOf(tree string) (files int, bytes int64, err error) {
	err = filepath.WalkDir(tree, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			files++
			bytes += info.Size()
		}
		return err
	})
	return files, bytes, err
}

// someFile returns a file of a tree.
func someFile(tree string) (found string, err error) {
	err = filepath.WalkDir(tree, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			found = path
		}
		return err
	})
	return found, err
}

func warmTree(tree string) func() error {
	return func() error {
		return filepath.WalkDir(tree, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			return warm(path)
		})
	}
}

// makeMixed makes a tree of which half the bytes are texts, and half are random, in files of
// 4 KiB to 64 MiB.
func makeMixed(tree, texts string) error {
	var written int64
	for n := 0; written < mixedSize/2; n++ {
		size := int64(4<<10) << (n % 15)
		path := filepath.Join(tree, "random", strconv.Itoa(n/filesInADir), strconv.Itoa(n))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := lab.RandomFile(path, min(size, largestMixed), byte(n)); err != nil {
			return err
		}
		written += min(size, largestMixed)
	}
	_, bytes, err := sizeOf(texts)
	if err != nil {
		return err
	}
	for n := 0; written < mixedSize; n++ {
		if err := makeTexts(filepath.Join(tree, "texts", strconv.Itoa(n)), texts, n); err != nil {
			return err
		}
		written += bytes
	}
	return nil
}

// makeTexts copies a tree and adds a line to each file, so that no two copies have a file in
// common.
func makeTexts(to, from string, n int) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		within, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, within)
		switch {
		case e.IsDir():
			return os.MkdirAll(target, 0o700)
		case !e.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, fmt.Appendf(text, "// copy %d\n", n), 0o600)
	})
}

// makeMany makes a tree of count small files, all different.
func makeMany(tree string, count int) error {
	content := make([]byte, tinySize)
	for n := range count {
		dir := filepath.Join(tree, strconv.Itoa(n/filesInADir/filesInADir), strconv.Itoa(n/filesInADir))
		if n%filesInADir == 0 {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return err
			}
		}
		copy(content, fmt.Sprintf("file %d\n", n))
		if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(n)), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
