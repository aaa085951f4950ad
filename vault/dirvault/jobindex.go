package dirvault

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// jobIndex holds the times of jobs, a line each, so that a vault with many is opened and
// listed without reading the files of all of them. It saves time and nothing else: the
// times of a job without a line that is whole are those of its file.
const jobIndex = "jobtimes"

// maxJobIndex is the size in bytes of what is read of it, which is more than the lines of
// all jobs whose times are remembered.
const maxJobIndex = 2 * maxKnownJobs * 192

// indexLine is the line of a job: its id, when it was made and when its output expires,
// and the CRC-32 of that.
func indexLine(id vault.JobID, t jobTimes) string {
	expires := "-"
	if !t.expires.IsZero() {
		expires = t.expires.Format(time.RFC3339Nano)
	}
	text := fmt.Sprintf("%s %s %s ", id, t.created.Format(time.RFC3339Nano), expires)
	return fmt.Sprintf("%s%08x\n", text, crc32.ChecksumIEEE([]byte(text)))
}

func parseIndexLine(line string) (id vault.JobID, t jobTimes, ok bool) {
	fields := strings.Fields(line)
	if len(fields) != 4 || !layout.IsJobID(fields[0]) {
		return "", jobTimes{}, false
	}
	var err error
	if t.created, err = time.Parse(time.RFC3339Nano, fields[1]); err != nil {
		return "", jobTimes{}, false
	}
	if fields[2] != "-" {
		if t.expires, err = time.Parse(time.RFC3339Nano, fields[2]); err != nil {
			return "", jobTimes{}, false
		}
	}
	id = vault.JobID(fields[0])
	return id, t, indexLine(id, t) == line+"\n"
}

// loadJobIndex remembers the times that the index tells.
func (v *Vault) loadJobIndex() {
	f, err := v.dir.Open(jobIndex)
	if err != nil {
		return
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxJobIndex))
	if err != nil {
		return
	}
	for line := range strings.Lines(string(text)) {
		v.jobs.lines++
		if id, t, ok := parseIndexLine(strings.TrimSuffix(line, "\n")); ok {
			v.jobs.add(id, t)
		}
	}
}

// renewJobIndex writes the index anew if it lacks jobs, whose files were read instead, or
// has far more lines than there are jobs. Nobody else is in the vault.
func (v *Vault) renewJobIndex(there map[vault.JobID]bool) {
	if v.jobs.read == 0 && v.jobs.lines <= 2*len(there)+1000 {
		return
	}
	err := durable.FillFile(v.dir, jobIndex, func(f *os.File) error {
		var lines strings.Builder
		for id, t := range v.jobs.times {
			if there[id] {
				lines.WriteString(indexLine(id, t))
			}
		}
		_, err := f.WriteString(lines.String())
		return err
	})
	if err != nil {
		v.leftOver(fmt.Errorf("write %s anew: %w", jobIndex, err))
	}
}

// indexJob adds a job. That it cannot be added is worth nothing to anybody: its file is
// read.
func (v *Vault) indexJob(id vault.JobID, t jobTimes) {
	v.jobs.add(id, t)
	v.jobs.change()
	if v.aside != nil {
		return
	}
	f, err := v.dir.OpenFile(jobIndex, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return
	}
	_, _ = f.WriteString(indexLine(id, t))
	_ = f.Close()
}

// cleanJobs removes jobs that are to be forgotten, and what is left of others.
func (v *Vault) cleanJobs() {
	v.loadJobIndex()
	there := make(map[vault.JobID]bool)
	err := durable.EachEntry(v.dir, layout.JobsDir, func(name string) (bool, error) {
		if id, isJob := strings.CutSuffix(name, ".json"); isJob {
			there[vault.JobID(id)] = true
		}
		v.tellOf(v.cleanJob(name))
		return true, nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		v.leftOver(fmt.Errorf("clean up %s: %w", layout.JobsDir, err))
		return
	}
	v.renewJobIndex(there)
}
