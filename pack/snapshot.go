package pack

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// Snapshot is the state of some directories at one time. A pack belongs to one or more
// snapshots.
type Snapshot struct {
	// ID has 32 lower-case hexadecimal digits: 128 random bits. Parent is the id of the
	// snapshot before this one, with the same host and roots. It is empty for the first.
	ID, Parent string
	// Host is the name of the machine.
	Host string
	// Roots are the names of the directories, in the form of [Entry.Name].
	Roots []string
	// Tags are words that the user gave.
	Tags []string
	// Started and Ended are the begin and the end of the run. If Ended is zero, the snapshot
	// is partial.
	Started, Ended time.Time
	// Sequence is the number of this pack within the run, from 1.
	Sequence int64
	// Skipped says how many files could not be read, or changed while they were read.
	Skipped int64
}

// snapshotLine is the JSON of a Snapshot. The type is that of the line.
type snapshotLine struct {
	Snapshot string    `json:"snapshot,omitempty"`
	Parent   string    `json:"parent,omitempty"`
	Host     string    `json:"host,omitempty"`
	Roots    []string  `json:"roots,omitempty"`
	RootsB64 [][]byte  `json:"rootsB64,omitempty"`
	Tags     []string  `json:"tags,omitempty"`
	Started  time.Time `json:"started,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`
	Sequence int64     `json:"sequence,omitempty"`
	Skipped  int64     `json:"skipped,omitempty"`
}

const typeSnapshot Type = "snapshot"

// MarshalJSON returns the object of the line, without the `\n`.
func (s Snapshot) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Type Type `json:"type"`
		snapshotLine
	}{typeSnapshot, newSnapshotLine(s)})
}

// UnmarshalJSON parses the object of a line. It ignores fields that it does not know, and
// refuses a snapshot that the format does not allow.
func (s *Snapshot) UnmarshalJSON(text []byte) error {
	var line snapshotLine
	if err := json.Unmarshal(text, &line); err != nil {
		return err
	}
	snapshot, err := line.snapshot()
	if err != nil {
		return invalid("%w", err)
	}
	*s = snapshot
	return nil
}

func newSnapshotLine(s Snapshot) snapshotLine {
	line := snapshotLine{
		Snapshot: s.ID, Parent: s.Parent, Host: text(s.Host), Tags: s.Tags,
		Started: fit(s.Started), Ended: fit(s.Ended), Sequence: s.Sequence, Skipped: s.Skipped,
	}
	for _, root := range s.Roots {
		if !utf8.ValidString(root) {
			line.Roots = nil
			for _, root := range s.Roots {
				line.RootsB64 = append(line.RootsB64, []byte(root))
			}
			break
		}
		line.Roots = append(line.Roots, root)
	}
	return line
}

func (line *snapshotLine) snapshot() (Snapshot, error) {
	s := Snapshot{
		ID: line.Snapshot, Parent: line.Parent, Host: line.Host, Roots: line.Roots, Tags: line.Tags,
		Started: line.Started.UTC(), Ended: line.Ended.UTC(), Sequence: line.Sequence, Skipped: line.Skipped,
	}
	if len(line.Roots) > 0 && len(line.RootsB64) > 0 {
		return s, errBothNames
	}
	for _, root := range line.RootsB64 {
		s.Roots = append(s.Roots, string(root))
	}
	return s, s.validate()
}

func (s *Snapshot) validate() error {
	switch {
	case !validID(s.ID):
		return fmt.Errorf("the id of a snapshot is %.100q; want 32 lower-case hexadecimal digits", s.ID)
	case s.Parent != "" && !validID(s.Parent):
		return fmt.Errorf("the parent of the snapshot %s is %.100q; want 32 lower-case hexadecimal digits", s.ID, s.Parent)
	case s.Sequence < 1:
		return fmt.Errorf("the snapshot %s has the sequence %d; the first is 1", s.ID, s.Sequence)
	case s.Skipped < 0:
		return fmt.Errorf("the snapshot %s skipped %d files", s.ID, s.Skipped)
	}
	for _, root := range s.Roots {
		if root == "" {
			continue // the root directory of the system
		}
		if err := validName(root); err != nil {
			return fmt.Errorf("a root of the snapshot %s: %w", s.ID, err)
		}
	}
	return nil
}

// Change is a line of the changes: a snapshot, or a file that belongs to the snapshot before
// it. A file that is gone has the type [TypeGone].
type Change struct {
	Snapshot *Snapshot // nil for a file
	Entry    Entry
}
