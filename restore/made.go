package restore

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"firn/internal/disk"
)

const madeName = "made"

// made remembers the directories that this restore has created, also for the run after a kill: an
// existing directory keeps its attributes, unless it is selected itself.
type made struct {
	paths hashes
	file  *os.File
}

func openMade(dir string) (*made, error) {
	f, err := os.OpenFile(filepath.Join(dir, madeName), os.O_RDWR|os.O_CREATE|os.O_APPEND|disk.NoFollow, 0o600)
	if err != nil {
		return nil, err
	}
	m := &made{file: f}
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) { // without its end, a line is not complete
			return m, nil
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if path, err := strconv.Unquote(line[:len(line)-1]); err == nil {
			m.paths.add(path)
		}
	}
}

func (m *made) add(paths []string) error {
	for _, path := range paths {
		m.paths.add(path)
		if _, err := m.file.WriteString(strconv.Quote(path) + "\n"); err != nil {
			return err
		}
	}
	return nil
}

func (m *made) has(path string) bool { return m.paths.has(path) }

func (m *made) close() error { return m.file.Close() }
