package restore

import (
	"fmt"
	"maps"
	"slices"
)

// maxProblems is how many problems a Report lists.
const maxProblems = 1000

// Problem is a file that was not restored, or not with all of its attributes.
type Problem struct {
	Path string // as in the record: without the first slash; bytes of any value
	Err  error
	// Restored is set if the file is there and its content is right, but some attribute
	// could not be set.
	Restored bool
}

// Error implements error.
func (p Problem) Error() string { return fmt.Sprintf("%q: %v", p.Path, p.Err) }

// Unwrap returns p.Err.
func (p Problem) Unwrap() error { return p.Err }

// Report says what a restore has done.
type Report struct {
	Files       int64 // regular files and hard links that this run restored
	Directories int64 // that this run made
	Others      int64 // symbolic links, pipes and devices that this run made
	Bytes       int64 // of the contents of Files
	Present     int64 // files and links that were there already, with the right content
	Fetched     int64 // bytes that this run received from the vault
	// Kept is set if downloaded ranges stay in the work directory, because files could not be
	// written. The same restore uses them. If nobody wants the files any more, the work
	// directory can be removed.
	Kept bool
	Problems
}

// Problems lists the first 1,000 problems and counts all of them.
type Problems struct {
	Failed     int64 // files that were not restored
	Incomplete int64 // files of which an attribute could not be set
	List       []Problem

	failed hashes // of the paths of files that were not restored
}

func (p *Problems) add(problem Problem) {
	if problem.Restored {
		p.Incomplete++
	} else {
		p.Failed++
		p.failed.add(problem.Path)
	}
	if len(p.List) < maxProblems {
		p.List = append(p.List, problem)
	}
}

// hasFailed reports whether a file was not restored.
func (p *Problems) hasFailed(path string) bool { return p.failed.has(path) }

// clone returns a copy that can be added to.
func (p *Problems) clone() Problems {
	c := *p
	c.List, c.failed.all = slices.Clone(p.List), maps.Clone(p.failed.all)
	return c
}
