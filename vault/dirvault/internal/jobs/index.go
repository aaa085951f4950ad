package jobs

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// indexFile holds the times of jobs, a line each, so that a vault with many is opened and
// listed without reading the files of all of them. It only saves time: the
// times of a job without a whole line are read from its file.
const indexFile = "jobtimes"

// maxIndex is how many bytes of the index are read: more than the lines of all jobs whose
// times are remembered.
const maxIndex = 2 * maxKnown * 192

// indexLine is the line of a job: its id, when it was made and when its output expires,
// and the CRC-32 of that.
func indexLine(id vault.JobID, t times) string {
	expires := "-"
	if !t.expires.IsZero() {
		expires = t.expires.Format(time.RFC3339Nano)
	}
	text := fmt.Sprintf("%s %s %s ", id, t.created.Format(time.RFC3339Nano), expires)
	return fmt.Sprintf("%s%08x\n", text, crc32.ChecksumIEEE([]byte(text)))
}

func parseIndexLine(line string) (id vault.JobID, t times, ok bool) {
	fields := strings.Fields(line)
	if len(fields) != 4 || !layout.IsJobID(fields[0]) {
		return "", times{}, false
	}
	var err error
	if t.created, err = time.Parse(time.RFC3339Nano, fields[1]); err != nil {
		return "", times{}, false
	}
	if fields[2] != "-" {
		if t.expires, err = time.Parse(time.RFC3339Nano, fields[2]); err != nil {
			return "", times{}, false
		}
	}
	id = vault.JobID(fields[0])
	return id, t, indexLine(id, t) == line+"\n"
}

// LoadIndex remembers the times in the index.
func (s *Store) LoadIndex() {
	f, err := s.dir.Open(indexFile)
	if err != nil {
		return
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxIndex))
	if err != nil {
		return
	}
	for line := range strings.Lines(string(text)) {
		s.known.lines++
		if id, t, ok := parseIndexLine(strings.TrimSuffix(line, "\n")); ok {
			s.known.add(id, t)
		}
	}
}

// renewIndex writes the index anew if it lacks jobs, whose files were read instead, or
// has far more lines than there are jobs. The vault is being opened.
func (s *Store) renewIndex(there map[vault.JobID]bool) {
	if s.known.read == 0 && s.known.lines <= 2*len(there)+1000 {
		return
	}
	err := durable.FillFile(s.dir, indexFile, func(f *os.File) error {
		var lines strings.Builder
		for id, t := range s.known.times {
			if there[id] {
				lines.WriteString(indexLine(id, t))
			}
		}
		_, err := f.WriteString(lines.String())
		return err
	})
	if err != nil {
		s.Leftover(fmt.Errorf("write %s anew: %w", indexFile, err))
	}
}

// addToIndex adds a job. If that fails, the job's file is read instead.
func (s *Store) addToIndex(id vault.JobID, t times) {
	s.known.add(id, t)
	s.known.change()
	if s.files.IsReadOnly() {
		return
	}
	f, err := s.dir.OpenFile(indexFile, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return
	}
	_, _ = f.WriteString(indexLine(id, t))
	_ = f.Close()
}

// CleanUp removes jobs that are to be forgotten, and files that a kill has left. The vault
// is being opened. report is called with the error about each file that could not be
// removed or read.
func (s *Store) CleanUp(report func(error)) {
	s.LoadIndex()
	there := make(map[vault.JobID]bool)
	err := durable.EachEntry(s.dir, layout.JobsDir, func(name string) (bool, error) {
		if id, isJob := strings.CutSuffix(name, ".json"); isJob {
			there[vault.JobID(id)] = true
		}
		if err := s.clean(name); err != nil {
			report(err)
		}
		return true, nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.Leftover(fmt.Errorf("clean up %s: %w", layout.JobsDir, err))
		return
	}
	s.renewIndex(there)
}

// clean removes a job that is to be forgotten, the output of a job that does not exist, or a
// temporary file.
func (s *Store) clean(name string) error {
	id, isJob := strings.CutSuffix(name, ".json")
	id, isOutput := strings.CutSuffix(id, ".output")
	switch {
	case layout.IsTemporary(name):
		return s.dir.RemoveAll(path.Join(layout.JobsDir, name))
	case isJob == isOutput || !layout.IsJobID(id):
		return nil // another file
	case isOutput:
		there, err := durable.IsThere(s.dir, layout.JobDocument(vault.JobID(id)))
		if err != nil || there {
			return err
		}
		return durable.RemoveIfThere(s.dir, layout.JobOutput(vault.JobID(id)))
	}
	_, err := s.timesOf(vault.JobID(id))
	if errors.Is(err, vault.ErrNotFound) {
		return nil // forgotten now, or another file
	}
	return err
}
