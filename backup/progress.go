package backup

import (
	"firn/depot"
	"firn/record"
)

// takeTurns makes the goroutines call the functions of the depot one at a time.
func (r *run) takeTurns() {
	notice, progress, approve := r.depot.Notice, r.depot.Progress, r.depot.ApproveUpload
	r.depot.Notice = func(text string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		notice(text)
	}
	r.depot.ApproveUpload = func(p depot.UploadPlan) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		return approve(p)
	}
	if progress != nil {
		r.depot.Progress = func(p depot.Progress) {
			r.mu.Lock()
			defer r.mu.Unlock()
			progress(p)
		}
	}
}

// tell reports the progress of the comparison.
func (r *run) tell(tree, path string, c *counts) {
	if !r.isWatched {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.packing.Path, r.packing.Files, r.packing.Bytes = join(tree, path), c.files, c.bytes
	r.depot.Packing(r.packing)
}

// addRead counts bytes of contents that were read.
func (r *run) addRead(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Read += n
	r.packing.Read += n
}

// skip lists a file that could not be stored as it is.
func (r *run) skip(path string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Snapshot.Skipped++
	if len(r.report.Skipped) < MaxSkipped {
		r.report.Skipped = append(r.report.Skipped, Skipped{path, err})
	}
}

func (r *run) skipped() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.report.Snapshot.Skipped
}

// addSpooled counts a pack that is complete in the spool, and returns the snapshot with what it
// adds. The last pack has the end of the snapshot.
func (r *run) addSpooled(f *packFile, isLast bool) record.Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.packing.Packs++
	r.depot.Packing(r.packing)
	s := &r.report.Snapshot
	s.Added += f.added
	if isLast {
		s.EndPack = f.saved.Key
	}
	return *s
}

// addPack lists a pack that was stored.
func (r *run) addPack(p record.Pack, sent int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.Header, p.Tail, p.Last = nil, nil, nil
	r.report.Packs = append(r.report.Packs, PackReport{p, sent})
	r.report.Sent += sent
	r.packing.Stored++
	r.depot.Packing(r.packing)
}
