package backup_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Whatever happens to a tree between backups, which fail at any step and lose files of the spool,
// a backup that ends has the tree as it is.
func TestRandomRuns(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			m := &model{rig: newRig(t), rand: rand.New(rand.NewPCG(seed, 2))}
			m.o.PackSize = 20_000
			m.o.Checksum = seed%2 == 1
			for range 16 {
				for range m.rand.IntN(12) {
					m.edit()
				}
				if m.rand.IntN(3) == 0 {
					m.mustRun()
				} else {
					m.fail()
				}
			}
			m.mustRun()
		})
	}
}

// model changes a tree at random.
type model struct {
	*rig
	rand *rand.Rand
	seed uint64
}

// fail runs a backup that fails at a random step, and may lose a file of the spool.
func (m *model) fail() {
	m.t.Helper()
	s := &steps{left: 1 + m.rand.IntN(40), isDone: m.rand.IntN(2) == 0, stop: func() error { return errStopped }}
	m.wrap = s.wrap
	report, err := m.run(context.Background())
	m.wrap = nil
	switch {
	case err == nil:
		m.check(report.Snapshot)
	case !errors.Is(err, errStopped):
		m.t.Fatal(err)
	}
	spooled, err := filepath.Glob(filepath.Join(m.spool, "*.pack"))
	must(m.t, err)
	for _, path := range spooled {
		switch m.rand.IntN(6) {
		case 0:
			m.hasLost = true
			must(m.t, os.Remove(path))
		case 1:
			m.hasLost = true
			must(m.t, os.Truncate(path, 100))
		}
	}
}

// names returns the directories and the files of the tree, without its root.
func (m *model) names() (dirs, files []string) {
	for path, n := range m.tree() {
		name, ok := strings.CutPrefix("/"+path, m.dir+"/")
		switch {
		case !ok:
		case n.size == 0 && n.digest == [32]byte{} && n.link == "":
			dirs = append(dirs, name)
		default:
			files = append(files, name)
		}
	}
	slices.Sort(dirs)
	slices.Sort(files)
	return dirs, files
}

func (m *model) pick(names []string) (string, bool) {
	if len(names) == 0 {
		return "", false
	}
	return names[m.rand.IntN(len(names))], true
}

// edit makes one change.
func (m *model) edit() {
	dirs, files := m.names()
	in := ""
	if dir, ok := m.pick(dirs); ok && m.rand.IntN(4) > 0 {
		in = dir
	}
	name := filepath.Join(in, string(rune('a'+m.rand.IntN(8))))
	path := filepath.Join(m.dir, name)
	old, hasOld := m.pick(files)
	switch m.rand.IntN(10) {
	case 0:
		m.remove(name)
		must(m.t, os.Mkdir(path, 0o750))
	case 1:
		m.remove(name)
	case 2:
		m.remove(name)
		must(m.t, os.Symlink("some"+fmt.Sprint(m.rand.IntN(3)), path))
	case 3:
		if hasOld && old != name && !strings.HasPrefix(old, name+"/") {
			m.remove(name)
			must(m.t, os.Link(filepath.Join(m.dir, old), path))
		}
	case 4:
		if info, err := os.Lstat(filepath.Join(m.dir, old)); hasOld && err == nil && info.Mode().IsRegular() {
			must(m.t, os.Chmod(filepath.Join(m.dir, old), 0o600+uint32mode(m.rand.IntN(3))))
		}
	case 5:
		if hasOld && old != name && !strings.HasPrefix(old, name+"/") {
			m.remove(name)
			must(m.t, os.Rename(filepath.Join(m.dir, old), path))
		}
	default:
		m.remove(name)
		m.seed++
		m.write(name, noise(m.seed%20, m.rand.IntN(3)*m.rand.IntN(4000)))
	}
}

func uint32mode(n int) os.FileMode { return os.FileMode(n) }
